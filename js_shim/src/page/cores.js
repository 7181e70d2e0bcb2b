// The current core of the page's driver: first a pending one, then the real one, and again a pending one if
// that is gone.

import { BootFiles } from "../boot/boot_files.js";
import { bootFiles } from "../boot/expected.js";
import { startsAtOnce } from "../boot/schedule.js";
import { PendingCore } from "../core/pending.js";
import { Table } from "../core/table.js";
import { closed } from "../errors.js";
import { Driver } from "../flow/driver.js";
import { cookiesNow } from "../host/cookies.js";
import { EarlyHost, earlyJar } from "../host/early_host.js";

/** @import {Plan} from "../flow/driver.js" */
/** @import {Core} from "../flow/steps.js" */
/** @import {Shim} from "./shim.js" */
/** @import {Tabs} from "./tabs.js" */

// The driver's plan if there is neither a core nor a table.
const NO_PLAN = { timeout: 0, requestHeaders: [], responseHeaders: [], statuses: [] };

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

  /** Observe other tabs until Python has started, if it does not start by itself. */
  async watch() {
    const shim = this.#shim;
    const { pending, table } = this;
    if (!pending || !table || this.tabs || startsAtOnce(shim.settings)) return;
    try {
      pending.observe(pending.driver.moment); // the current state is not a change
      const part = await shim.withPart();
      if (this.pending === pending) part.watchTabs(shim);
    } catch {
      // The cookies cannot be read, or Python cannot be started: who needs it gets the error.
    }
  }

  /** Have requests wait for Python that is about to start. @returns {PendingCore} */
  expect() {
    const shim = this.#shim;
    const table = new Table(__TABLE__, shim.given.options ?? {});
    this.table = table.applies ? table : null;
    const missing = (/** @type {Error} */ error) => this.fail(error);
    const known = () => bootFiles(shim.settings);
    return this.wait(new BootFiles(known, shim.settings.indexURL, missing));
  }

  /**
   * Let requests wait for a core.
   *
   * @param {BootFiles} files that must not wait
   * @returns {PendingCore}
   */
  wait(files) {
    const pending = new PendingCore(this.#shim, files, this.table);
    const { table } = this;
    const { window } = this.#shim;
    // Without a table no cookies are needed, and a worker has none.
    const host = new EarlyHost(
      window,
      earlyJar(() => (table ? cookiesNow(window.store) : "")),
    );
    this.files = files;
    this.pending = pending;
    pending.driver = this.drive(pending, host, { ...NO_PLAN, ...this.table?.plan });
    pending.readiness.wait().catch((error) => this.pending === pending && console.error(error));
    return pending;
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

  /** @param {Core} core @param {EarlyHost} host @param {Plan} plan */
  drive(core, host, plan) {
    const shim = this.#shim;
    if (shim.driver) shim.driver.use(core, host, plan);
    else shim.driver = new Driver(shim, core, host, plan);
    return shim.driver;
  }
}
