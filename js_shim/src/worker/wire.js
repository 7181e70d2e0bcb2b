// The wire between a worker and the page that owns it: one MessagePort, and everything that is said on
// it. Nothing of it can be heard by anybody else, so tokens may travel here.
//
// The worker makes the port and sends it to its page by its own postMessage, beside the data GREETING, once
// it knows that the page has the shim (presence.js); the shim takes that message before any listener of the
// page's own sees it. (A BroadcastChannel could not carry the port, and reaches pages that do not own the
// worker.)
//
// The worker asks:   join({protocol, version, life, keys})
//                                             the first message → {cookies, place, page, stored, options};
//                                             answered once the page shares its session
//                    cookies()                → the session's cookies
//                    write(cookies)           → the session's cookies with these written
//                    lock(flow, name, timeout) → whether it was taken
//                    before(call)             → what the page's hook made of a call to the backend
//                    after(call, reply)       → nothing, when the page's hook has received it
// The worker reports: unlock(flow), store(key, text)
//                    up()                     its core may be asked
//                    refused(error)           there will be none, and why
//                    events(events)           once a page has adopted it
//                    leave()                  its Python has closed the session SDK
// The page reports:  cookies(text)            they have changed
//                    waiting()                the shim is here, but shares nothing yet
//                    closed()                 it shares nothing any more, until its next init()
//
// and where the worker's core is to decide for the page (remote.js says more):
//
// The page asks:     adopt(options)           → {plan, facts}; takes what JavaScript gave to init(), as JSON
//                    exchange(key, userContext, beginning),
//                    call(key, userContext, cookies, name, args),
//                    resume(key, cookies, result)
//                                             → a step; `key` is the page's name for the flow
// The page reports:  cancel(key)
//
// `life` names a Web Lock that the worker holds for as long as it lives: its page frees whatever is
// held for a worker that is gone.
//
// Anything else that arrives is ignored, or answered with an error.

import { closed, SuperTokensError } from "../errors.js";

// The version of the wires, as in supertokens_pyodide/_core/wire/plan.py.
export const PROTOCOL = 2;

// What the message is that brings the port.
export const GREETING = "supertokens-pyodide";

// How the name of a worker's `life` begins.
export const LIVENESS = "supertokens-worker-";

/** @typedef {(...args: any[]) => any} Service what the other side may ask for, or tell */

export class Link {
  #last = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (reason: unknown) => void}>} */
  #asked = new Map();
  /** @type {unknown} why nothing more can be asked */
  #ended = undefined;

  /**
   * @param {MessagePort} port
   * @param {Record<string, Service>} services
   */
  constructor(port, services) {
    this.port = port;
    this.services = services;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /**
   * Ask the other side; rejects with its error, or when the link ends.
   *
   * @param {string} name
   * @param {...any} args
   * @returns {Promise<any>}
   */
  ask(name, ...args) {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#asked.set(this.#last, { resolve, reject });
      this.port.postMessage({ id: this.#last, name, args });
    });
  }

  /**
   * Tell the other side something that needs no answer.
   *
   * @param {string} name
   * @param {...any} args
   */
  tell(name, ...args) {
    this.port.postMessage({ name, args });
  }

  /** @param {unknown} reason what whoever waits for an answer gets */
  end(reason) {
    this.#ended ??= reason;
    this.port.close();
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
  }

  /** @param {any} message a question, a report, or an answer */
  async #receive(message) {
    const { id, name, args, value, error } = message ?? {};
    if (name === undefined) {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) asked?.reject(revivedError(error));
      else asked?.resolve(value);
      return;
    }
    try {
      if (!Object.hasOwn(this.services, name) || !Array.isArray(args)) throw malformed();
      const answer = await this.services[name]?.(...args);
      if (id !== undefined) this.port.postMessage({ id, value: answer });
    } catch (failure) {
      const data = asData(failure);
      if (id !== undefined) this.port.postMessage({ id, error: data });
      else if (data.code !== closed().code) console.warn(`supertokens: ${data.message}`);
    }
  }
}

export const malformed = () =>
  new SuperTokensError({
    name: "SuperTokensError",
    code: "SUPERTOKENS_ERROR",
    message: "A message between a worker and its page was malformed, and was ignored.",
    hint: "Load the same version of the shim and of the Python package.",
  });

/**
 * @param {any} failure
 * @returns {import("../errors.js").ErrorData}
 */
function asData(failure) {
  if (failure instanceof SuperTokensError) return failure.data;
  // The text of an error that is none of ours may quote anything.
  const message = `The session SDK failed unexpectedly (${failure?.name}).`;
  return { name: "SuperTokensError", code: "SUPERTOKENS_ERROR", message, hint: "" };
}

/** @param {any} data an error's, as the other side has sent it */
export const revivedError = (data) =>
  typeof data?.message === "string" ? new SuperTokensError(data) : malformed();
