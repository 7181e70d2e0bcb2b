// The native object of an XMLHttpRequest of ours, also if the page has overridden members of its class.

export class NativeObject {
  /** @param {XMLHttpRequest} xhr @param {typeof XMLHttpRequest} Native */
  constructor(xhr, Native) {
    this.xhr = xhr;
    this.Native = Native;
    this.prototype = Native.prototype;
  }

  /**
   * @template {keyof XMLHttpRequest} K
   * @param {K} name of a property
   * @returns {XMLHttpRequest[K]}
   */
  get(name) {
    return Reflect.get(this.prototype, name, this.xhr);
  }

  /** @param {"timeout" | "withCredentials"} name @param {any} value */
  set(name, value) {
    Reflect.set(this.prototype, name, value, this.xhr);
  }

  /**
   * Call one of its methods.
   *
   * @template {"open" | "send" | "abort" | "setRequestHeader"} M
   * @param {M} name
   * @param {...any} args
   * @returns {ReturnType<XMLHttpRequest[M]>}
   */
  call(name, ...args) {
    return Reflect.apply(/** @type {any} */ (this.prototype[name]), this.xhr, args);
  }
}
