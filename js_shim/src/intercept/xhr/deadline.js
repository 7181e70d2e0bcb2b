// The caller's timeout. It runs from send() over all attempts and waits, except the start of Python, whose
// duration a page cannot know.

/** @import {NativeObject} from "./native.js" */

export class Deadline {
  #native;
  /** @type {number | null} the caller's timeout, while the native one is the rest of it */
  #limit = null;
  #sentAt = 0;
  /** @type {number | null} when the timer was paused */
  #pausedAt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  /** To be set: called after the timeout, when the native object does not watch it. */
  expire = () => {};

  /** @param {NativeObject} native */
  constructor(native) {
    this.#native = native;
  }

  /** Milliseconds; 0 means no timeout. */
  get limit() {
    return this.#limit ?? this.#native.get("timeout");
  }

  /**
   * @param {any} limit as given by the caller; the native object converts it
   * @returns {boolean} whether the native timeout was the rest of another one
   */
  change(limit) {
    this.#native.set("timeout", limit);
    const wasShort = this.#limit !== null;
    this.#limit = null;
    return wasShort;
  }

  /** Start the timer. */
  start() {
    this.#sentAt = performance.now();
    this.#pausedAt = null;
  }

  /** Watch the timeout while the native object does not. */
  watch() {
    this.stop();
    const { limit } = this;
    if (limit === 0 || this.#pausedAt !== null) return;
    const left = this.#sentAt + limit - performance.now();
    this.#timer = setTimeout(() => this.expire(), left);
  }

  /** Give the native object the rest of the timeout. */
  shorten() {
    const { limit } = this;
    this.#limit = limit;
    if (limit === 0) return;
    this.#native.set("timeout", Math.max(1, this.#sentAt + limit - performance.now()));
  }

  pause() {
    this.#pausedAt ??= performance.now();
    this.stop();
  }

  /** Resume the timer, if it was paused. */
  goOn() {
    if (this.#pausedAt === null) return;
    this.#sentAt += performance.now() - this.#pausedAt;
    this.#pausedAt = null;
    this.watch();
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** Give the caller's own timeout back to the native object. */
  restore() {
    if (this.#limit !== null) this.#native.set("timeout", this.#limit);
    this.#limit = null;
  }
}
