// The ready states of an XMLHttpRequest, and the response that it shows until it has one.

export const [UNSENT, OPENED, HEADERS_RECEIVED, LOADING, DONE] = /** @type {const} */ ([
  0, 1, 2, 3, 4,
]);

/**
 * A response that is shown in place of the native one.
 *
 * @typedef {object} ShownResponse
 * @property {number} status
 * @property {string} statusText
 * @property {string} url
 * @property {Headers} headers
 * @property {any} body in the response type's form
 * @property {Document | null} xml
 * @property {number} size of the body in bytes
 */

/** @type {ShownResponse} */
export const NO_RESPONSE = {
  status: 0,
  statusText: "",
  url: "",
  headers: new Headers(),
  body: null,
  xml: null,
  size: 0,
};
