// The current core of the page's driver: first a pending one, then the real one, and again a pending one if
// that is gone.

import { bootFiles } from "../boot/boot.js";
import { BootFiles } from "../boot/boot_files.js";
import { startsAtOnce } from "../boot/schedule.js";
import { settings } from "../boot/start.js";
import { PendingCore } from "../core/pending.js";
import { Table } from "../core/table.js";
import { closed } from "../errors.js";
import { Driver } from "../flow/driver.js";
import { cookiesNow } from "../host/browser_jar.js";
import { Host } from "../host/host.js";
import { MirroredJar } from "../host/mirrored_jar.js";
import { Tabs } from "./tabs.js";

/** @import {Plan} from "../flow/driver.js" */
/** @import {Core} from "../flow/steps.js" */
/** @import {Jar} from "../host/jar.js" */
/** @import {Shim} from "./shim.js" */

// The driver's plan if there is neither a core nor a table.
const NO_PLAN = { timeout: 0, requestHeaders: [], responseHeaders: [], statuses: [] };

/**
 * The cookies for a driver that does not know the session's store yet: it can only read them.
 *
 * @param {() => string} read
 * @returns {Jar}
 */
const earlyJar = (read) => ({
  ...{ read, isMirrored: false, isKnown: true, place: "cookies" },
  ...{ write() {}, close() {}, async flushed() {}, async sync() {} },
});

export class Cores {
  /** @type {PendingCore | null} while there is no other */
  pending = null;
  /** @type {BootFiles | null} from init() to close() */
  files = null;
  /** @type {Table | null} what is known without a core; null if only a core can answer */
  table = null;
  /** @type {Tabs | null} while other tabs are observed */
  tabs = null;
  #shim;

  /** @param {Shim} shim */
  constructor(shim) {
    this.#shim = shim;
  }

  /**
   * Use a core for this page or worker.
   *
   * @param {Core} core
   * @param {any} plan of the core
   */
  use(core, plan) {
    const shim = this.#shim;
    const host = shim.newHost();
    shim.target = plan;
    const driver = this.#drive(core, host, plan);
    if (host.jar instanceof MirroredJar) host.jar.changed = () => shim.look();
    const { pending } = this;
    this.pending = null;
    try {
      // If another tab's change was the reason to start the core, it is an event; other changes are older.
      const news = pending?.news;
      if (news) core.observe(news);
      else this.#watch(driver);
      pending?.handOver();
      if (news) this.#watch(driver);
    } catch (error) {
      pending?.readiness.fail(error);
      throw error;
    }
  }

  /** Observe other tabs until Python has started, if it does not start by itself. */
  watch() {
    const { driver } = this.#shim;
    if (driver && this.table && !this.tabs && !startsAtOnce(settings())) this.#watch(driver);
  }

  /** @param {Driver} driver */
  #watch(driver) {
    this.tabs?.close();
    this.tabs = new Tabs(driver);
  }

  /** Have requests wait for Python that is about to start. @returns {PendingCore} */
  expect() {
    const { indexURL } = settings();
    const table = new Table(__TABLE__, this.#shim.given.options ?? {});
    this.table = table.applies ? table : null;
    const missing = (/** @type {Error} */ error) => this.fail(error);
    return this.wait(new BootFiles(() => bootFiles(settings()), indexURL, missing));
  }

  /**
   * Let requests wait for a core.
   *
   * @param {BootFiles} files that must not wait
   * @returns {PendingCore}
   */
  wait(files) {
    const { interception, window } = this.#shim;
    const pending = new PendingCore(this.#shim, files, this.table);
    // Without a table no cookies are needed, and a worker has none.
    const read = () => (this.table ? cookiesNow(window.store) : "");
    const host = new Host(interception.nativeFetch, window, {}, earlyJar(read));
    this.files = files;
    this.pending = pending;
    pending.driver = this.#drive(pending, host, { ...NO_PLAN, ...this.table?.plan });
    pending.readiness.wait().catch((error) => this.pending === pending && console.error(error));
    return pending;
  }

  /** @returns {PendingCore | null} the replacement for the core that was used and is gone */
  lose() {
    this.tabs?.close();
    return this.pending ?? (this.#shim.lifetime ? this.expect() : null);
  }

  /** @param {Error} death of the core's interpreter: the error for all calls that wait for the core */
  died(death) {
    const { driver } = this.#shim;
    driver?.fail(death);
    driver?.host.close();
    this.tabs?.close();
  }

  /** @param {unknown} reason why there will be no core */
  fail(reason) {
    this.pending?.readiness.fail(reason);
  }

  close() {
    const { pending, tabs } = this;
    const { driver } = this.#shim;
    this.pending = this.files = this.table = this.tabs = null;
    this.#shim.driver = this.#shim.target = null;
    pending?.readiness.fail(closed());
    driver?.close();
    tabs?.close();
  }

  /** @param {Core} core @param {Host} host @param {Plan} plan */
  #drive(core, host, plan) {
    const shim = this.#shim;
    if (shim.driver) shim.driver.use(core, host, plan);
    else shim.driver = new Driver(shim, core, host, plan);
    return shim.driver;
  }
}
