// The page's functions around the SDK's own calls to the backend: preAPIHook and postAPIHook. If one fails,
// the error is logged and changes nothing.

/** @import {BackendCall} from "../api/types.js" */

/**
 * @typedef {object} HookFunctions
 * @property {(call: BackendCall) => any} [preAPIHook]
 * @property {(call: BackendCall & {fetchResponse: Response}) => any} [postAPIHook]
 */

export class Hooks {
  /** @param {HookFunctions} functions */
  constructor({ preAPIHook, postAPIHook }) {
    this.preAPIHook = preAPIHook;
    this.postAPIHook = postAPIHook;
  }

  /** Whether a call must wait for them. */
  get any() {
    return Boolean(this.preAPIHook ?? this.postAPIHook);
  }

  /** @param {BackendCall} call @returns {Promise<BackendCall>} the call after the hook */
  async before(call) {
    try {
      return { ...call, ...(await this.preAPIHook?.(call)) };
    } catch (error) {
      console.error("supertokens: preAPIHook failed", error);
      return call;
    }
  }

  /** @param {BackendCall} call @param {Response} response */
  async after(call, response) {
    try {
      await this.postAPIHook?.({ ...call, fetchResponse: response.clone() });
    } catch (error) {
      console.error("supertokens: postAPIHook failed", error);
    }
  }
}
