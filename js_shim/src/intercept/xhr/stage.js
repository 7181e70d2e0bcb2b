// What the listeners of an XMLHttpRequest are told: the native object's own events as they come, or,
// while it is hidden, nothing; then what was held back, another response's events, or its end.

import { NO_RESPONSE } from "./bodies.js";
import { ResponseHeaders } from "./response_headers.js";

/**
 * What is shown in place of the native object: a ready state, and perhaps another response.
 *
 * @typedef {{state: number, response: import("./bodies.js").ShownResponse | null}} View
 *
 * An event to be told, with the ready state of its time.
 * @typedef {{type: string, state: number, progress?: ProgressEventInit | undefined}} Told
 */

const EVENTS = /** @type {const} */ ([
  "readystatechange",
  "loadstart",
  "progress",
  "abort",
  "error",
  "load",
  "timeout",
  "loadend",
]);

export const [UNSENT, OPENED, HEADERS_RECEIVED, LOADING, DONE] = /** @type {const} */ ([
  0, 1, 2, 3, 4,
]);

export class Stage {
  /** @type {View | null} null while the native object is shown */
  view = null;
  /** Whether listeners know that a request has started. */
  isStarted = false;
  /** Whether the native object has no more to tell. */
  isComplete = false;
  /** @type {(event: Event) => void} hears of what the native object does, before its listeners do */
  onNative = () => {};

  /** @type {Told[]} */
  #held = [];
  #isMuted = false;

  /**
   * @param {XMLHttpRequest} xhr
   * @param {XMLHttpRequest} native the native class's prototype: its methods, whatever the page has overridden
   */
  constructor(xhr, native) {
    this.xhr = xhr;
    this.native = native;
    /** Those of the native object. */
    this.headers = new ResponseHeaders(xhr, native);
    const see = (/** @type {Event} */ event) => this.#see(event);
    // Before everybody else's, also before those that capture.
    for (const type of EVENTS) native.addEventListener.call(xhr, type, see, true);
  }

  /** @param {Event} event */
  #see(event) {
    if (!event.isTrusted) return;
    if (this.#isMuted) event.stopImmediatePropagation();
    else if (!this.view) this.onNative(event);
    else if (event.type !== "loadend" || this.#nativeState === DONE) this.hold(event);
    // else one who heard of an abort has opened it anew, and this is its end
  }

  /** @returns {number} */
  get #nativeState() {
    return Reflect.get(this.native, "readyState", this.xhr);
  }

  /** Show nothing of the native object, which seems to wait for its response. */
  hide() {
    this.view ??= { state: OPENED, response: null };
  }

  /** Show the native object, whose next attempt begins. */
  reveal() {
    this.view = null;
    this.isComplete = false;
    this.#held = [];
  }

  /** Tell that a request has started, once; the native object's own word for it comes later. */
  start() {
    if (this.isStarted) return;
    this.isStarted = true;
    this.#tell("loadstart");
  }

  /** @param {Event} event keep it for later */
  hold(event) {
    event.stopImmediatePropagation();
    const state = this.#nativeState;
    const progress = event instanceof ProgressEvent ? event : undefined;
    this.#held.push({ type: event.type, state, progress });
    if (event.type === "loadend") this.isComplete = true;
  }

  /** Tell what was held back. */
  replay() {
    const view = this.#play(this.#held.splice(0), null);
    if (this.view === view) this.view = null;
  }

  /**
   * Tell of the head of another response in place of the native one.
   *
   * @param {import("./bodies.js").ShownResponse} response
   */
  replaceHead(response) {
    this.silently(() => this.native.abort.call(this.xhr));
    this.#play([{ type: "readystatechange", state: HEADERS_RECEIVED }], response);
  }

  /**
   * Tell of another response in place of the native one: of all that follows its head.
   *
   * @param {import("./bodies.js").ShownResponse} response
   * @param {boolean} isAsync
   */
  replace(response, isAsync) {
    this.silently(() => this.native.abort.call(this.xhr));
    const { size } = response;
    const progress = { lengthComputable: size > 0, loaded: size, total: size };
    const body = [
      { type: "readystatechange", state: LOADING },
      { type: "progress", state: LOADING, progress },
    ];
    const end = [
      { type: "readystatechange", state: DONE },
      { type: "load", state: DONE, progress },
      { type: "loadend", state: DONE, progress },
    ];
    this.#play(isAsync && size > 0 ? [...body, ...end] : end, response);
  }

  /** @param {"abort" | "timeout" | "error"} type end it as the native object would */
  end(type) {
    const view = this.endSilently();
    for (const each of ["readystatechange", type, "loadend"]) this.#tell(each);
    if (type === "abort" && this.view === view) view.state = UNSENT;
  }

  /** End it without a response and without a word, as synchronous requests do. */
  endSilently() {
    this.silently(() => this.native.abort.call(this.xhr));
    const view = { state: /** @type {number} */ (DONE), response: NO_RESPONSE };
    this.view = view;
    return view;
  }

  /** Be back at the beginning without a word, as one is that is aborted after its end. */
  reset() {
    this.endSilently().state = UNSENT;
  }

  /** The caller has opened it, unheard by anybody while it was hidden. @param {View} before */
  reopened({ state }) {
    if (state !== OPENED) this.#tell("readystatechange");
  }

  /** @param {() => void} act on the native object, of which nobody hears */
  silently(act) {
    this.#isMuted = true;
    try {
      act();
    } finally {
      this.#isMuted = false;
    }
  }

  /**
   * @param {Told[]} events
   * @param {import("./bodies.js").ShownResponse | null} response
   */
  #play(events, response) {
    const view = { state: /** @type {number} */ (OPENED), response };
    this.view = view;
    for (const { type, state, progress } of events) {
      // A listener may have opened it anew or aborted; what follows a load comes in any case.
      const isLeft = this.view !== view;
      if (isLeft && type !== "loadend") break;
      view.state = state;
      this.#tell(type, isLeft ? undefined : progress);
    }
    return view;
  }

  /** @param {string} type @param {ProgressEventInit} [progress] */
  #tell(type, { lengthComputable = false, loaded = 0, total = 0 } = {}) {
    const event =
      type === "readystatechange"
        ? new Event(type)
        : new ProgressEvent(type, { lengthComputable, loaded, total });
    this.native.dispatchEvent.call(this.xhr, event);
  }
}
