// The facts about this page or worker, for diagnose(); the core judges them.

import { IN_WORKER, resolveUrl } from "../platform.js";
import { THEIRS } from "./other_sdk_guard.js";

/** @import {Plan} from "../core/plan.js" */
/** @import {Driver} from "../flow/driver.js" */
/** @import {Jar} from "../host/jar.js" */
/** @import {Shim} from "./shim.js" */

/** @param {Shim} shim @param {Driver} driver */
export const facts = async (shim, { core, host, plan }) => ({
  secureContext: isSecureContext,
  isolated: Boolean(globalThis.crossOriginIsolated),
  worker: IN_WORKER,
  frame: frame(),
  kept: await kept(host.jar, /** @type {Plan} */ (plan).probe),
  storage: shim.window.store !== null,
  locks: Boolean(navigator.locks),
  patched: patched(shim),
  otherSdk: hasOtherSdk(),
  asksForUserAgent: asksForUserAgent(/** @type {Plan} */ (plan)),
  shim: shim.version,
  ...JSON.parse(core.facts()),
});

/** Whether another SDK has taken over the page: what we put there has a getter. */
const hasOtherSdk = () => !Object.getOwnPropertyDescriptor(globalThis, THEIRS)?.get;

/** Which of our patches the page still calls. @param {Shim} shim */
const patched = ({ interception }) =>
  Object.fromEntries(
    Object.entries(interception.patched).map(([name, ours]) => [
      name,
      /** @type {any} */ (globalThis)[name] === ours,
    ]),
  );

/** Firefox asks the API of another origin; other browsers drop the header. */
function asksForUserAgent(/** @type {{apiDomain: string}} */ { apiDomain }) {
  return (
    resolveUrl(apiDomain)?.origin !== location.origin && / Firefox\//.test(navigator.userAgent)
  );
}

function frame() {
  if (IN_WORKER || globalThis.top === globalThis.self) return "none";
  try {
    return globalThis.top?.location.origin === location.origin ? "same-origin" : "cross-origin";
  } catch {
    return "cross-origin";
  }
}

/**
 * The place where a cookie is kept, if any.
 *
 * @param {Jar} jar
 * @param {string[]} probe a write, and its removal
 */
async function kept(jar, [write = "", erase = ""]) {
  await jar.sync(); // if the store cannot be read, nothing is written
  jar.write([write]);
  await jar.sync();
  const place =
    jar
      .read()
      .split("; ")
      .includes(write.slice(0, write.indexOf(";"))) && jar.place;
  jar.write([erase]);
  await jar.flushed();
  return place || null;
}
