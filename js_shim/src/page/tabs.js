// Hearing of other tabs of this origin. All tabs share the cookies, and the core tells from them what has
// happened; here is only when to look. What crosses the channel says that there is something to see.

import { FlowContext } from "../flow/context.js";
import { nameOf, pairsOf } from "../host/jar.js";
import { IN_WORKER, openChannel } from "../platform.js";

const CHANNEL = "supertokens-pyodide";
const PROTOCOL = 1;
// How long to wait between two looks, in milliseconds: each wait is twice as long as the last.
const FIRST_PAUSE = 10;
const LAST_PAUSE = 5120;

/**
 * When a tab last changed the session, by its clock.
 *
 * @param {string} cookies
 * @returns {number} 0 if they do not say
 */
function updateOf(cookies) {
  const pair =
    pairsOf(cookies)
      .filter((each) => nameOf(each) === __TABLE__.mark)
      .at(-1) ?? "";
  return Number.parseInt(pair.slice(pair.indexOf("=") + 1), 10) || 0;
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
      // The cookies cannot be read, or the interpreter has died: the next call of the session gets the reason.
    }
  }

  /** Let the others know that the cookies have changed. */
  async notify() {
    const { jar } = this.#driver.host;
    await jar.flushed();
    // Browsers write cookies behind our back, but they read what they have written: read first, and in
    // Chromium no tab is notified of a change that it cannot see yet.
    this.#channel?.postMessage({ protocol: PROTOCOL, update: updateOf(jar.read()) });
  }

  close() {
    this.#end.abort();
    this.#shut();
  }

  #open() {
    this.#channel = openChannel(CHANNEL);
    this.#channel?.addEventListener("message", ({ data }) => {
      if (data?.protocol === PROTOCOL) this.#lookUntil(data.update);
    });
  }

  /**
   * Look until another tab's change is there. Firefox shows a tab the cookies of another one by one, and
   * some time after it has delivered the other's message: up to a quarter of a second was measured.
   *
   * @param {number} [update] when the other tab has changed the session; old versions do not say
   */
  async #lookUntil(update = 0) {
    const { jar } = this.#driver.host;
    let last = null;
    for (let pause = FIRST_PAUSE; pause <= LAST_PAUSE; pause *= 2) {
      if (this.#end.signal.aborted) return;
      await this.look();
      const cookies = jar.read();
      if (cookies === last && updateOf(cookies) >= update) return;
      last = cookies;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
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
