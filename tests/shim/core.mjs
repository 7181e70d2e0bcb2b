// A scripted core of Python, and the host in front of it.

/** A page's cookies and clock, as a test sets them. */
export class PlayedHost {
  present = "a=1";
  time = 1000;
  /** What was written, freed and stored, in order. */
  done = [];
  locks = new Set();
  jar = {
    isMirrored: false,
    isKnown: true,
    read: () => this.present,
    write: (writes) => this.done.push(["write", ...writes]),
    flushed: async () => {},
    sync: async () => {},
    close: () => {},
  };

  cookies = () => this.present;
  now = () => this.time;
  writeStorage = (entries) => this.done.push(["store", entries]);

  async lock(flow) {
    this.locks.add(flow);
    return true;
  }

  unlock(flow) {
    if (this.locks.delete(flow)) this.done.push(["unlock", flow]);
  }

  close() {
    for (const flow of [...this.locks]) this.unlock(flow);
  }
}

/** The first step of an exchange with a session, reusable until its token expires. */
export const SEND = { do: "send", headers: { rid: "x" }, drop: [], credentials: null };

/**
 * What Python hands over. Each question is noted; its answer is the next of those given for its name, or else
 * what a core says with a session that expires at 2000.
 */
export class PlayedPort {
  asked = [];
  #answers;
  #flows = 0;

  /** @param {Record<string, object[]>} [answers] by a question's name */
  constructor(answers = {}) {
    this.#answers = answers;
    for (const name of ["exchange", "call", "resume", "observe", "cancel", "notify"]) {
      this[name] = (...args) => {
        this.asked.push([name, ...args]);
        if (["cancel", "notify"].includes(name)) return undefined;
        const answer = this.#answers[name]?.shift() ?? this.#usual(name, args);
        return answer && JSON.stringify(answer);
      };
    }
  }

  perform = async () => {};
  facts = () => "{}";
  compare = () => "";

  #usual(name, [first]) {
    const reusable = { reusableUntil: 2000 };
    if (name === "exchange") {
      this.#flows += 1;
      return { ...reusable, flow: this.#flows, ...SEND };
    }
    if (name === "call") return { ...reusable, verdict: "value", value: first };
    return name === "observe" ? "" : { verdict: "deliver", refresh: true };
  }

  /** The names of what was asked since the last look. */
  get names() {
    return this.asked.splice(0).map(([name]) => name);
  }
}

/** A core whose answers a test gives: for each question the next of a list, which may be promises. */
export class PlayedCore {
  isPending = false;
  isRemote = false;
  compare = undefined;
  table = null;
  asked = [];
  cancelled = [];

  /** @param {...any} steps the answers, in order */
  constructor(...steps) {
    this.steps = steps;
  }

  #next(question) {
    this.asked.push(question);
    if (this.steps.length === 0) throw new Error(`the core has no answer to ${question}`);
    return this.steps.shift();
  }

  exchange = ({ cookies, now }) => {
    this.begun = { cookies, now };
    return this.#next(["exchange"]);
  };
  call = (name) => this.#next(["call", name]);
  resume = ({ flow }, result) => this.#next(["resume", flow, result]);
  cancel = (context) => void this.cancelled.push(context.flow);
  observe = () => null;
  perform = async () => {};
  notify() {}
  facts = () => "{}";
}

export const PLAN = {
  requestHeaders: [],
  responseHeaders: ["x"],
  statuses: [401],
  timeout: 60_000,
};

/** What a page has loaded when it has a core. */
export const part = await import("../../js_shim/src/python_part.js");

/** A page whose driver has this core; calls of both are recorded in one list. */
export function pageOf(host, more = {}) {
  return {
    hooks: {},
    part,
    covers: (url) => url.startsWith("https://api.example.com/"),
    emit: (events) => host.done.push(["emit", ...events]),
    cookiesChanged: () => host.done.push(["cookies changed"]),
    stored: () => null,
    ...more,
  };
}
