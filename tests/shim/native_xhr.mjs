// An XMLHttpRequest as a browser has it, whose responses a test gives. Node's own events cannot be trusted
// ones, which the shim distinguishes from others, so events and their targets are made here too.

class PlayedEvent {
  isTrusted = false;
  isStopped = false;
  constructor(type, init = {}) {
    this.type = type;
    Object.assign(this, init);
  }
  stopImmediatePropagation() {
    this.isStopped = true;
  }
}
class PlayedProgressEvent extends PlayedEvent {}
Object.assign(globalThis, { Event: PlayedEvent, ProgressEvent: PlayedProgressEvent });

class PlayedEventTarget {
  #listeners = [];

  addEventListener(type, call, isCapturing = false) {
    this.#listeners.push({ type, call, isCapturing });
  }

  dispatchEvent(event) {
    const ours = this.#listeners.filter(({ type }) => type === event.type);
    const own = this[`on${event.type}`];
    const calls = [
      ...ours.filter(({ isCapturing }) => isCapturing),
      ...ours.filter(({ isCapturing }) => !isCapturing),
      ...(own ? [{ call: own }] : []),
    ];
    for (const { call } of calls) {
      try {
        if (!event.isStopped) call.call(this, event);
      } catch (error) {
        Promise.reject(error); // it is reported, and the others are called
      }
    }
    return true;
  }
}

export class NativeXHR extends PlayedEventTarget {
  static DONE = 4;
  #state = { readyState: 0, isSync: false, headers: {}, response: null, attempts: [] };

  responseTypeSet = "";
  timeoutSet = 0;
  credentialsSet = false;

  get readyState() {
    return this.#state.readyState;
  }
  get status() {
    return this.#state.response?.status ?? 0;
  }
  get statusText() {
    return "";
  }
  get responseURL() {
    return this.#state.response ? this.#state.url : "";
  }
  get responseType() {
    return this.responseTypeSet;
  }
  set responseType(type) {
    this.responseTypeSet = type;
  }
  get timeout() {
    return this.timeoutSet;
  }
  set timeout(limit) {
    this.timeoutSet = Number(limit);
  }
  get withCredentials() {
    return this.credentialsSet;
  }
  set withCredentials(include) {
    this.credentialsSet = Boolean(include);
  }
  get responseText() {
    return this.#state.readyState > 2 ? (this.#state.response?.body ?? "") : "";
  }
  get responseXML() {
    return null;
  }
  get response() {
    const { responseText } = this;
    return this.responseType === "json" ? JSON.parse(responseText) : responseText;
  }
  getResponseHeader(name) {
    return this.#state.response?.headers[name.toLowerCase()] ?? null;
  }
  getAllResponseHeaders() {
    const headers = Object.entries(this.#state.response?.headers ?? {});
    return headers.map(([name, text]) => `${name}: ${text}\r\n`).join("");
  }

  open(...args) {
    if (args.length < 2) throw new TypeError("2 arguments required");
    const [method, url, isAsync = true] = args;
    Object.assign(this.#state, { method, url, isSync: !isAsync, headers: {}, response: null });
    this.#state.isSent = false;
    this.#change(1);
  }
  setRequestHeader(name, text) {
    if (this.#state.readyState !== 1 || this.#state.isSent)
      throw new DOMException("no", "InvalidStateError");
    const { headers } = this.#state;
    headers[name] = name in headers ? `${headers[name]}, ${text}` : text;
  }
  send(body = null) {
    if (this.#state.readyState !== 1 || this.#state.isSent)
      throw new DOMException("no", "InvalidStateError");
    const { url, headers } = this.#state;
    this.#state.isSent = true;
    const [timeout, withCredentials] = [this.timeoutSet, this.credentialsSet];
    this.#state.attempts.push({ url, headers, body, timeout, withCredentials });
    if (!this.#state.isSync) return this.#fire("loadstart");
    const [status, responseBody = ""] = NativeXHR.synchronous.shift();
    this.#state.response = { status, headers: {}, body: responseBody };
    this.#state.readyState = 3;
    this.#change(4);
    this.#fire("load");
    this.#fire("loadend");
  }
  abort() {
    const { isSent, readyState } = this.#state;
    this.#state.response = null;
    this.#state.isSent = false;
    if (isSent && readyState < 4) this.#end("abort");
    this.#state.readyState = 0;
  }

  #change(state) {
    this.#state.readyState = state;
    this.#fire("readystatechange");
  }
  #fire(type) {
    const Class = type === "readystatechange" ? PlayedEvent : PlayedProgressEvent;
    const size = this.#state.response?.body.length ?? 0;
    const event = new Class(type, { lengthComputable: size > 0, loaded: size, total: size });
    event.isTrusted = true;
    this.dispatchEvent(event);
  }
  #end(type) {
    this.#change(4);
    this.#fire(type);
    this.#fire("loadend");
  }

  /** What synchronous requests are answered with, in order. @type {[status: number, body?: string][]} */
  static synchronous = [];
  /** The attempts that an object has made. */
  static attempts = (xhr) => xhr.#state.attempts;

  /** The network answers, step by step: each step is a task of its own in a browser. */
  static async respond(xhr, status, body = "", headers = {}) {
    const current = xhr.#state.attempts.length;
    const goesOn = () => xhr.#state.attempts.length === current && xhr.#state.isSent;
    xhr.#state.response = { status, body, headers };
    const steps = [
      () => xhr.#change(2),
      () => xhr.#change(3),
      () => xhr.#fire("progress"),
      () => {
        xhr.#state.isSent = true;
        xhr.#change(4);
        if (!goesOn()) return;
        xhr.#fire("load");
        xhr.#fire("loadend");
      },
    ];
    for (const step of steps) {
      if (!goesOn()) return;
      step();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** The network fails. */
  static fail(xhr) {
    xhr.#end("error");
  }
}
