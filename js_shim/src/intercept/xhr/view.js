// The visible state of an XMLHttpRequest: that of the native object, or that of its stage.

import { Stage } from "./stage.js";
import { DONE, HEADERS_RECEIVED, LOADING, NO_RESPONSE } from "./states.js";

/** @import {View} from "./stage.js" */

/**
 * A value of the native object. Firefox throws its own error if an object that was opened again was aborted,
 * or has failed: it has no text.
 *
 * @template T
 * @param {() => T} read
 * @returns {T | ""}
 */
function textOf(read) {
  try {
    return read();
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "NS_ERROR_UNEXPECTED") throw error;
    return "";
  }
}

/**
 * @param {typeof XMLHttpRequest} Native
 * @returns {[typeof XMLHttpRequest, (xhr: XMLHttpRequest) => Stage]} a class whose objects have a stage,
 *   and a function that gives the stage to a subclass: the page cannot reach it
 */
export function withView(Native) {
  /** @type {(xhr: ShownXHR) => Stage} */
  let stageOf;

  class ShownXHR extends Native {
    /** @type {Stage} */
    #stage = new Stage(this, Native.prototype);

    static {
      stageOf = (xhr) => xhr.#stage;
    }

    /** The response to show in place of the native one. */
    get #shown() {
      const { view } = this.#stage;
      return view && (view.state < HEADERS_RECEIVED ? NO_RESPONSE : view.response);
    }

    get readyState() {
      const { view } = this.#stage;
      return view ? view.state : super.readyState;
    }

    get status() {
      const shown = this.#shown;
      return shown ? shown.status : super.status;
    }

    get statusText() {
      const shown = this.#shown;
      return shown ? shown.statusText : super.statusText;
    }

    get responseURL() {
      const shown = this.#shown;
      return shown ? shown.url : super.responseURL;
    }

    /** @param {any[]} name */
    getResponseHeader(...name) {
      const shown = this.#shown;
      if (!shown || name.length === 0) return Reflect.apply(super.getResponseHeader, this, name);
      const wanted = `${name[0]}`.toLowerCase();
      for (const [each, text] of shown.headers) if (each === wanted) return text;
      return null;
    }

    getAllResponseHeaders() {
      const shown = this.#shown;
      if (!shown) return this.#stage.headers.list();
      return [...shown.headers].map(([name, text]) => `${name}: ${text}\r\n`).join("");
    }

    get response() {
      const { view } = this.#stage;
      if (!view) return textOf(() => super.response);
      const type = super.responseType;
      if (type === "" || type === "text") return this.#text(view);
      if (view.state < DONE) return null;
      return view.response ? view.response.body : super.response;
    }

    get responseText() {
      const text = textOf(() => super.responseText); // throws if the response is of another type
      const { view } = this.#stage;
      return view ? this.#text(view) : text;
    }

    get responseXML() {
      const xml = super.responseXML; // throws likewise
      const { view } = this.#stage;
      if (!view) return xml;
      if (view.state < DONE) return null;
      return view.response ? view.response.xml : xml;
    }

    /** @param {View} view */
    #text({ state, response }) {
      if (state < LOADING) return "";
      return response ? (response.body ?? "") : textOf(() => super.responseText);
    }
  }

  return [ShownXHR, (xhr) => stageOf(/** @type {ShownXHR} */ (xhr))];
}
