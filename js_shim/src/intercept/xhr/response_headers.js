// The headers of an XMLHttpRequest's response. In WebKit, getAllResponseHeaders() keeps the result of its
// first call, also after another open(): it lists the headers of the object's first response.
// getResponseHeader() is always right.

/** Only JavaScriptCore, WebKit's engine, writes a line number into each error. */
const KEEPS_FIRST_LIST = "line" in new Error();

/** The headers that CORS always exposes. */
const SAFELISTED = [
  "cache-control",
  "content-language",
  "content-length",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
];

export class ResponseHeaders {
  #xhr;
  #native;
  /** Whether the native object has listed the headers of a response. */
  #isListed = false;
  /** Whether it has listed those of another response than the current one. */
  #isStale = false;
  /** @type {string[]} the names that were requested one by one */
  #names = [];

  /** @param {XMLHttpRequest} xhr @param {XMLHttpRequest} native the native class's prototype */
  constructor(xhr, native) {
    this.#xhr = xhr;
    this.#native = native;
  }

  /** The object has been opened (again). */
  reopened() {
    this.#isStale = KEEPS_FIRST_LIST && this.#isListed;
  }

  /** All headers of the current response, in the form of getAllResponseHeaders(). */
  list() {
    this.#isListed = true;
    const text = this.#native.getAllResponseHeaders.call(this.#xhr);
    return this.#isStale && text ? this.#correct(text) : text;
  }

  /**
   * @param {string[]} names of the headers that may be read
   * @param {boolean} isHeld whether the object may be opened again before its caller sees the response
   * @returns {(name: string) => string | null} reads a header of the current response
   */
  reader(names, isHeld) {
    this.#names = names;
    const get = (/** @type {string} */ name) => this.#get(name);
    if (this.#isOwn || (KEEPS_FIRST_LIST && (isHeld || this.#isListed))) return get;
    // If a script reads a header that CORS does not expose, browsers log an error.
    const known = this.list();
    return (name) => (known.includes(`${name}:`) ? get(name) : null);
  }

  /** Whether the response is of the page's own origin, so that all its headers are exposed. */
  get #isOwn() {
    const url = Reflect.get(this.#native, "responseURL", this.#xhr);
    return url.startsWith(`${location.origin}/`);
  }

  /** @param {string} name @returns {string | null} */
  #get(name) {
    return this.#native.getResponseHeader.call(this.#xhr, name);
  }

  /**
   * The list for the current response, as far as the names of its headers are known.
   *
   * @param {string} stale
   */
  #correct(stale) {
    const listed = stale.split("\r\n").map((line) => line.slice(0, line.indexOf(":")));
    const names = new Set([...listed, ...SAFELISTED, ...(this.#isOwn ? this.#names : [])]);
    names.delete("");
    return [...names]
      .sort()
      .map((name) => [name, this.#get(name)])
      .filter(([, text]) => text !== null)
      .map(([name, text]) => `${name}: ${text}\r\n`)
      .join("");
  }
}
