// When a page shares its session with its workers: from init() to close(), or if a setting says that its
// Python runs in them.

import { ServedWorker } from "./served_worker.js";
import { WorkerCores } from "./worker_cores.js";

/** @import {Shim} from "../page/shim.js" */

// A page that shares nothing yet checks this often, in milliseconds, whether it does now. After so many
// checks the console explains what is missing.
const CHECK_MS = 250;
const LOOKS = 12;

// PyScript's scripts that run in workers.
const PYTHON_IN_WORKERS =
  'script[type="py"][worker], py-script[worker], script[type="py-editor"], py-editor';

/** Whether a setting says that the page's Python runs in its workers. @param {Shim} shim */
const saysSo = ({ settings }) =>
  settings.interpreter === "worker" || document.querySelector(PYTHON_IN_WORKERS) !== null;

/** Whether a page shares its session with its workers, and the workers that ask for it. */
export class Sharing {
  /** @type {Set<ServedWorker>} */
  #workers = new Set();
  /** @type {Set<() => void>} end the pauses of workers that wait for an init() */
  #pauses = new Set();

  /** Which worker's core decides for the page. */
  cores;

  /** @param {Shim} shim */
  constructor(shim) {
    this.shim = shim;
    this.cores = new WorkerCores(shim);
  }

  get isOn() {
    return this.shim.isSharing ?? saysSo(this.shim);
  }

  /** init() was called. */
  open() {
    for (const end of [...this.#pauses]) end();
    for (const worker of this.#workers) worker.resume();
  }

  /** Stop sharing, and release what workers hold. */
  close() {
    this.cores.unwant();
    for (const worker of this.#workers) worker.suspend();
  }

  /** Let a worker's core decide for the page; throws if it cannot use the page's functions. */
  want() {
    this.cores.want();
  }

  /**
   * Wait until the page shares its session.
   *
   * @param {() => boolean} isOver whether the worker is gone
   */
  async opened(isOver) {
    for (let looks = 0; !this.isOn && !isOver(); looks += 1) {
      if (looks === LOOKS) this.shim.warnOnce(NOT_SHARED);
      await new Promise((resolve) => {
        const end = () => {
          this.#pauses.delete(end);
          resolve(undefined);
        };
        this.#pauses.add(end);
        setTimeout(end, CHECK_MS);
      });
    }
  }

  /**
   * Serve one worker.
   *
   * @param {MessagePort} port
   * @returns {() => void} to be called when the worker is gone
   */
  serve(port) {
    const worker = new ServedWorker(this, port, () => this.#workers.delete(worker));
    this.#workers.add(worker);
    return () => worker.leave();
  }
}

const NOT_SHARED =
  "Python in a worker of this page asks for the session, but the page does not share it. Call supertokens.init() on the page. Or, if only the worker's Python uses the session, set globalThis.supertokensPyodide = { interpreter: 'worker' }.";
