// The events that the listeners of an XMLHttpRequest get: the native object's own events, or, while it is
// hidden, none; then the events that were held back, another response's events, or its end.

import { ResponseHeaders } from "./response_headers.js";
import { DONE, NO_RESPONSE, OPENED, UNSENT } from "./states.js";

/** @import {ShownResponse} from "./states.js" */

/**
 * The state that is shown in place of the native object: a ready state, and maybe another response.
 *
 * @typedef {{state: number, response: ShownResponse | null}} View
 *
 * An event to fire, with its ready state.
 * @typedef {{type: string, state: number, progress?: ProgressEventInit | undefined}} Replayed
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

export class Stage {
  /** @type {View | null} null while the native object is shown */
  view = null;
  /** Whether listeners have got "loadstart". */
  isStarted = false;
  /** Whether the native object has fired its last event. */
  isComplete = false;
  /** @type {(event: Event) => void} called with a native event, before its listeners are */
  onNative = () => {};

  /** @type {Replayed[]} */
  #held = [];
  #isMuted = false;

  /**
   * @param {XMLHttpRequest} xhr
   * @param {XMLHttpRequest} native the native class's prototype, with its original methods
   */
  constructor(xhr, native) {
    this.xhr = xhr;
    this.native = native;
    /** The headers of the native object. */
    this.headers = new ResponseHeaders(xhr, native);
    const see = (/** @type {Event} */ event) => this.#see(event);
    // Registered first, and capturing, so that it is called before all other listeners.
    for (const type of EVENTS) native.addEventListener.call(xhr, type, see, true);
  }

  /** @param {Event} event */
  #see(event) {
    if (!event.isTrusted) return;
    if (this.#isMuted) event.stopImmediatePropagation();
    else if (!this.view) this.onNative(event);
    else if (event.type !== "loadend" || this.#nativeState === DONE) this.hold(event);
    // else a listener of an abort has opened it again, and this is the end of the old request
  }

  /** @returns {number} */
  get #nativeState() {
    return Reflect.get(this.native, "readyState", this.xhr);
  }

  /** Hide the native object, which seems to wait for its response. */
  hide() {
    this.view ??= { state: OPENED, response: null };
  }

  /** Show the native object, whose next attempt begins. */
  reveal() {
    this.view = null;
    this.isComplete = false;
    this.#held = [];
  }

  /** Fire "loadstart" once; the native object's own event comes later. */
  start() {
    if (this.isStarted) return;
    this.isStarted = true;
    this.#fire("loadstart");
  }

  /** @param {Event} event to keep for later */
  hold(event) {
    event.stopImmediatePropagation();
    const state = this.#nativeState;
    const progress = event instanceof ProgressEvent ? event : undefined;
    this.#held.push({ type: event.type, state, progress });
    if (event.type === "loadend") this.isComplete = true;
  }

  /** Fire the events that were held back. */
  replay() {
    const view = this.play(this.#held.splice(0), null);
    if (this.view === view) this.view = null;
  }

  /** @param {"abort" | "timeout" | "error"} type end it as the native object would */
  end(type) {
    const view = this.endSilently();
    for (const each of ["readystatechange", type, "loadend"]) this.#fire(each);
    if (type === "abort" && this.view === view) view.state = UNSENT;
  }

  /** End it without a response and without an event, as synchronous requests do. */
  endSilently() {
    this.silently(() => this.native.abort.call(this.xhr));
    const view = { state: /** @type {number} */ (DONE), response: NO_RESPONSE };
    this.view = view;
    return view;
  }

  /** Return to the beginning without an event, as an object that is aborted after its end. */
  reset() {
    this.endSilently().state = UNSENT;
  }

  /** The caller has opened it; while it was hidden, listeners got no event. @param {View} before */
  reopened({ state }) {
    if (state !== OPENED) this.#fire("readystatechange");
  }

  /** @param {() => void} act on the native object, without any event for listeners */
  silently(act) {
    this.#isMuted = true;
    try {
      act();
    } finally {
      this.#isMuted = false;
    }
  }

  /** @param {Replayed[]} events @param {ShownResponse | null} response */
  play(events, response) {
    const view = { state: /** @type {number} */ (OPENED), response };
    this.view = view;
    for (const { type, state, progress } of events) {
      // A listener may have opened it again or aborted it; "loadend" follows "load" in any case.
      const isLeft = this.view !== view;
      if (isLeft && type !== "loadend") break;
      view.state = state;
      this.#fire(type, isLeft ? undefined : progress);
    }
    return view;
  }

  /** @param {string} type @param {ProgressEventInit} [progress] */
  #fire(type, { lengthComputable = false, loaded = 0, total = 0 } = {}) {
    const event =
      type === "readystatechange"
        ? new Event(type)
        : new ProgressEvent(type, { lengthComputable, loaded, total });
    this.native.dispatchEvent.call(this.xhr, event);
  }
}
