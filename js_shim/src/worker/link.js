// One end of the wire (wire.js).

import { closed, SuperTokensError } from "../errors.js";

/** @import {ErrorData} from "../errors.js" */

/** @typedef {(...args: never[]) => unknown} Message a question or report: its arguments, and its answer */
/** @typedef {Record<string, Message>} Messages by name */

/**
 * A message's arguments as they arrive.
 *
 * @template {unknown[]} Args
 * @typedef {{[Index in keyof Args]: unknown}} Unchecked
 */

/**
 * @template Answer
 * @typedef {Answer | Promise<Answer>} Answered
 */

/**
 * The functions that serve messages. They check their arguments.
 *
 * @template {Messages} Served
 * @typedef {{[Name in keyof Served]:
 *   (...args: Unchecked<Parameters<Served[Name]>>) => Answered<ReturnType<Served[Name]>>}} Services
 */

/**
 * @template {Messages} Asks
 * @template {Messages} Reports
 * @template {Messages} Served
 */
export class Link {
  #port;
  /** @type {Record<string, (...args: unknown[]) => unknown>} */
  #services;
  #last = 0;
  /** @type {Map<unknown, {resolve: (value: unknown) => void, reject: (reason: unknown) => void}>} */
  #asked = new Map();
  /** @type {unknown} why no more questions can be sent */
  #ended = undefined;

  /** @param {MessagePort} port @param {Services<Served>} services */
  constructor(port, services) {
    this.#port = port;
    this.#services = /** @type {Record<string, (...args: unknown[]) => unknown>} */ (services);
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /**
   * Ask the other side; rejects with its error, or when the link ends.
   *
   * @template {string & keyof Asks} Name
   * @param {Name} name
   * @param {Parameters<Asks[Name]>} args
   * @returns {Promise<unknown>} unchecked
   */
  ask(name, ...args) {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#asked.set(this.#last, { resolve, reject });
      this.#port.postMessage({ id: this.#last, name, args });
    });
  }

  /**
   * Send a report, which has no answer.
   *
   * @template {string & keyof Reports} Name
   * @param {Name} name
   * @param {Parameters<Reports[Name]>} args
   */
  report(name, ...args) {
    this.#port.postMessage({ name, args });
  }

  /** @param {unknown} reason rejects all open questions */
  end(reason) {
    this.#ended ??= reason;
    this.#port.close();
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
  }

  /** @param {unknown} message a question, a report, or an answer */
  async #receive(message) {
    const { id, name, args, value, error } = fieldsOf(message);
    if (name === undefined) {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) asked?.reject(revivedError(error));
      else asked?.resolve(value);
      return;
    }
    try {
      const isServed = typeof name === "string" && Object.hasOwn(this.#services, name);
      if (!isServed || !Array.isArray(args)) throw malformed();
      const answer = await this.#services[name]?.(...args);
      if (id !== undefined) this.#port.postMessage({ id, value: answer });
    } catch (failure) {
      const data = asData(failure);
      if (id !== undefined) this.#port.postMessage({ id, error: data });
      else if (data.code !== closed().code) console.warn(`supertokens: ${data.message}`);
    }
  }
}

/**
 * The fields of a value from the other side, of any type.
 *
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export const fieldsOf = (value) => Object(value);

export const malformed = () =>
  new SuperTokensError({
    name: "SuperTokensError",
    code: "SUPERTOKENS_ERROR",
    message: "A message between a worker and its page was malformed, and was ignored.",
    hint: "Load the same version of the shim and of the Python package.",
  });

/** @param {unknown} failure @returns {ErrorData} */
function asData(failure) {
  if (failure instanceof SuperTokensError) return failure.data;
  // The text of another error may quote a token.
  const message = `The session SDK failed unexpectedly (${fieldsOf(failure).name}).`;
  return { name: "SuperTokensError", code: "SUPERTOKENS_ERROR", message, hint: "" };
}

/** @param {unknown} data an error's, as the other side has sent it */
export const revivedError = (data) =>
  isErrorData(data) ? new SuperTokensError(data) : malformed();

/** @param {unknown} data @returns {data is ErrorData} */
function isErrorData(data) {
  const { name, code, message, hint } = fieldsOf(data);
  return [name, code, message, hint].every((text) => typeof text === "string");
}
