// Hearing of other tabs of this origin. All tabs share the cookies, and the core tells from them what has
// happened; here is only when to look. What crosses the channel says that there is something to see.

import { FlowContext } from "../flow/context.js";
import { IN_WORKER } from "../platform.js";

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
  #driver;
  #end = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;

  /** @param {import("../flow/driver.js").Driver} driver with its core */
  constructor(driver) {
    this.#driver = driver;
    const look = () => void this.look();
    look(); // what is there now is no news
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

  /** Have the core look what other tabs have done. */
  async look() {
    const driver = this.#driver;
    const { core, host } = driver;
    try {
      if (host.jar.isMirrored) await host.jar.sync();
      if (driver.isClosed || driver.core !== core) return;
      const step = core.observe();
      const context = new FlowContext();
      context.core = core;
      if (step) driver.apply(step, context);
    } catch {
      // The cookies cannot be read, or the interpreter has died: whoever asks something gets the reason.
    }
  }

  /** Let the others know that the cookies have changed. */
  async notify() {
    const { jar } = this.#driver.host;
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
      if (data?.protocol === PROTOCOL) this.look();
    });
  }

  #shut() {
    this.#channel?.close();
    this.#channel = null;
  }

  #wakeUp() {
    this.#open();
    this.look();
  }
}
