// The page's functions around the SDK's own calls to the backend: preAPIHook and postAPIHook. One that
// fails is reported and changes nothing.

/** @import {BackendCall} from "../api/types.js" */

/**
 * @typedef {object} HookFunctions
 * @property {(call: BackendCall) => any} [preAPIHook]
 * @property {(call: BackendCall & {fetchResponse: Response}) => any} [postAPIHook]
 */

export class Hooks {
  #functions;

  /** @param {() => HookFunctions} functions those in force: a later init() may replace them */
  constructor(functions) {
    this.#functions = functions;
  }

  get preAPIHook() {
    return this.#functions().preAPIHook;
  }

  get postAPIHook() {
    return this.#functions().postAPIHook;
  }

  /** Whether a call needs a wait for them. */
  get any() {
    return Boolean(this.preAPIHook ?? this.postAPIHook);
  }

  /**
   * @param {BackendCall} call
   * @returns {Promise<BackendCall>} as the hook wants it
   */
  async before(call) {
    try {
      return { ...call, ...(await this.preAPIHook?.(call)) };
    } catch (error) {
      console.error("supertokens: preAPIHook failed", error);
      return call;
    }
  }

  /**
   * @param {BackendCall} call
   * @param {Response} response
   */
  async after(call, response) {
    try {
      await this.postAPIHook?.({ ...call, fetchResponse: response.clone() });
    } catch (error) {
      console.error("supertokens: postAPIHook failed", error);
    }
  }
}
