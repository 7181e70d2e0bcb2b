// Detecting changes by other tabs of this origin. All tabs share the cookies, from which the core learns what
// has happened; this module only decides when to check. A message on the channel means that cookies have
// changed.

import { FlowContext } from "../flow/context.js";
import { nameOf, pairsOf } from "../host/jar.js";
import { IN_WORKER, openChannel } from "../platform.js";

/** @import {Driver} from "../flow/driver.js" */

const CHANNEL = "supertokens-pyodide";
const PROTOCOL = 1;
// The pause between two checks, in milliseconds: each pause is twice as long as the last.
const FIRST_PAUSE = 10;
const LAST_PAUSE = 5120;

/**
 * When a tab last changed the session, by its clock.
 *
 * @param {string} cookies
 * @returns {number} 0 if the cookies do not contain it
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

  /** @param {Driver} driver with its core */
  constructor(driver) {
    this.#driver = driver;
    const look = () => void this.look();
    look(); // the current state is not a change
    this.#open();
    const { signal } = this.#end;
    addEventListener("online", look, { signal });
    if (IN_WORKER) return;
    // By then the cookies also contain what tabs with supertokens-website do, which send no messages.
    globalThis.cookieStore?.addEventListener("change", look, { signal });
    addEventListener("storage", look, { signal });
    const onVisible = () => document.visibilityState === "visible" && look();
    document.addEventListener("visibilitychange", onVisible, { signal });
    // Browsers may not keep a page with an open channel in the back/forward cache.
    addEventListener("pagehide", () => this.#shut(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#wakeUp(), { signal });
  }

  /** Let the core check what other tabs have done. */
  async look() {
    const driver = this.#driver;
    const { core, host } = driver;
    try {
      if (host.jar.isMirrored) await host.jar.sync();
      if (driver.isClosed || driver.core !== core) return;
      const step = core.observe(driver.moment);
      const context = new FlowContext();
      context.core = core;
      if (step) driver.apply(step, context);
    } catch {
      // The cookies cannot be read, or the interpreter has died: the next call of the session gets the error.
    }
  }

  /** Notify other tabs that the cookies have changed. */
  async notify() {
    const { jar } = this.#driver.host;
    await jar.flushed();
    // Browsers write cookies asynchronously, but a read returns what was written. So read first: then in
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
   * Check until another tab's change is visible. Firefox shows another tab's cookies one by one, and later
   * than the other tab's message: up to 250 ms were measured.
   *
   * @param {number} [update] when the other tab has changed the session; old versions do not send it
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
