// Hearing of other tabs of this origin. All tabs share the cookies, and the core tells from them what has
// happened; here is only when to look. What crosses the channel says that there is something to see.

import { IN_WORKER } from "../platform.js";

/** @typedef {import("../host/jar.js").Jar} Jar */

const CHANNEL = "supertokens-pyodide";
const PROTOCOL = 1;

/** @returns {BroadcastChannel | null} null where the browser blocks it, along with storage */
function openChannel() {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return null;
  }
}

export class Tabs {
  #look;
  #end = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;

  /** @param {() => void} look asks the core what the cookies say */
  constructor(look) {
    this.#look = look;
    this.#open();
    const { signal } = this.#end;
    addEventListener("online", look, { signal });
    if (IN_WORKER) return;
    // Also what tabs with supertokens-website do, which tell nobody, is in the cookies by then.
    globalThis.cookieStore?.addEventListener("change", look, { signal });
    addEventListener("storage", look, { signal });
    const onVisible = () => document.visibilityState === "visible" && look();
    document.addEventListener("visibilitychange", onVisible, { signal });
    // A page with an open channel might not be kept for the way back.
    addEventListener("pagehide", () => this.#shut(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#wakeUp(), { signal });
  }

  /** Tell the others that the cookies have changed. @param {Jar} jar */
  async tell(jar) {
    await jar.flushed();
    // Browsers write cookies behind our back, but they read what they have written: read first, and no
    // tab hears of a change that it cannot see yet.
    jar.read();
    this.#channel?.postMessage({ protocol: PROTOCOL });
  }

  close() {
    this.#end.abort();
    this.#shut();
  }

  #open() {
    this.#channel = openChannel();
    this.#channel?.addEventListener("message", ({ data }) => {
      if (data?.protocol === PROTOCOL) this.#look();
    });
  }

  #shut() {
    this.#channel?.close();
    this.#channel = null;
  }

  #wakeUp() {
    this.#open();
    this.#look();
  }
}
