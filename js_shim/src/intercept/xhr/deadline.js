// The caller's time limit. It counts from send() over all attempts and waits, but for the start of Python:
// no page can know how long that takes.

export class Deadline {
  #native;
  /** @type {number | null} the caller's limit, while the native one is what is left of it */
  #limit = null;
  #sentAt = 0;
  /** @type {number | null} since when the time does not count */
  #pausedAt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;
  /** To be set: called when the time is over, where the native object does not watch it. */
  expire = () => {};

  /** @param {import("./native.js").NativeObject} native */
  constructor(native) {
    this.#native = native;
  }

  /** Milliseconds; 0 is none. */
  get limit() {
    return this.#limit ?? this.#native.get("timeout");
  }

  /**
   * @param {any} limit as the caller gives it, to be converted by the native object
   * @returns {boolean} whether the native one was what was left of another
   */
  change(limit) {
    this.#native.set("timeout", limit);
    const wasShort = this.#limit !== null;
    this.#limit = null;
    return wasShort;
  }

  /** Begin to count. */
  start() {
    this.#sentAt = performance.now();
    this.#pausedAt = null;
  }

  /** Keep the time while the native object does not. */
  watch() {
    this.stop();
    const { limit } = this;
    if (limit === 0 || this.#pausedAt !== null) return;
    const left = this.#sentAt + limit - performance.now();
    this.#timer = setTimeout(() => this.expire(), left);
  }

  /** Leave the native object what is left of the time. */
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

  /** Count again, if it was paused. */
  goOn() {
    if (this.#pausedAt === null) return;
    this.#sentAt += performance.now() - this.#pausedAt;
    this.#pausedAt = null;
    this.watch();
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** Give the native object the caller's own limit back. */
  restore() {
    if (this.#limit !== null) this.#native.set("timeout", this.#limit);
    this.#limit = null;
  }
}
