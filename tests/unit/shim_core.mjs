// The shim's own driver (js_shim/src/flow/driver.js) in front of a Python that is at the other end of stdin and
// stdout: what the step cache answers is not asked there. shim_core.py is that other end.

import { readSync, writeSync } from "node:fs";
import { PythonCore } from "../../js_shim/src/core/python.js";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";

const buffer = Buffer.alloc(65_536);
let received = "";

/** The next line of stdin, as a core gets its answers: at once. @returns {any} undefined at the end */
function nextLine() {
  let end = received.indexOf("\n");
  while (end < 0) {
    const size = readSync(0, buffer);
    if (size === 0) return undefined;
    received += buffer.toString("latin1", 0, size); // the other end writes ASCII
    end = received.indexOf("\n");
  }
  const line = received.slice(0, end);
  received = received.slice(end + 1);
  return JSON.parse(line);
}

const NO_PAGE = { emit() {}, cookiesChanged() {}, stored: () => null };

/** A flow whose children are followed at the other end. */
function contextOf() {
  const context = new FlowContext();
  context.start = () => {};
  return context;
}

const write = (message) => writeSync(1, `${JSON.stringify(message)}\n`);

/** One tab's driver, and the contexts of the exchanges that Python does not know, by a name of our own. */
class Tab {
  #cookies = "";
  #now = 0;
  #contexts = new Map();
  #driver;

  constructor(statuses) {
    const ask =
      (name) =>
      (...args) => {
        write({ ask: name, args });
        return nextLine();
      };
    const port = Object.fromEntries(
      ["exchange", "call", "resume", "observe"].map((name) => [name, ask(name)]),
    );
    const core = new PythonCore(port, (death) => {
      throw death;
    });
    this.#driver = new Driver(NO_PAGE, core, this.#host, { statuses });
  }

  /** A host that only reads: the other end carries out all steps. */
  get #host() {
    const jar = { isMirrored: false, write() {} };
    const done = { writeStorage() {}, unlock() {} };
    return { jar, ...done, cookies: () => this.#cookies, now: () => this.#now };
  }

  answer(name, args, cookies, now) {
    this.#cookies = cookies;
    this.#now = now;
    return this[name](...args);
  }

  exchange(headers, oneShot) {
    const context = contextOf();
    const step = this.#driver.exchange({ headers, oneShot, url: "" }, context);
    if (step.flow !== undefined) return step;
    const flow = -1 - this.#contexts.size;
    this.#contexts.set(flow, context);
    return { ...step, flow };
  }

  call(name, args) {
    return this.#driver.call(name, args, contextOf());
  }

  resume(flow, result) {
    const context = this.#contexts.get(flow);
    const step = context ? { do: "send" } : { flow, do: "wait" };
    return this.#driver.resume(step, result, context ?? contextOf());
  }

  observe() {
    return this.#driver.core.observe(this.#driver.moment);
  }
}

const tabs = [];
for (let line = nextLine(); line; line = nextLine()) {
  const [number, name, args, cookies, now] = line;
  if (name === "open") tabs[number] = new Tab(...args);
  else write({ step: tabs[number].answer(name, args, cookies, now) });
}
