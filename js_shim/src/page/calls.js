// JavaScript's calls of the session: functions of the core, and the answers that need no core.

import { Table } from "../core/table.js";
import { coreError } from "../errors.js";
import { cookiesNow } from "../host/cookies.js";
import { IN_WORKER } from "../platform.js";

/** @import {FlowContext} from "../flow/context.js" */
/** @import {Driver} from "../flow/driver.js" */
/** @import {Shim} from "./shim.js" */

/**
 * Call a function of the session.
 *
 * @param {Driver} driver
 * @param {string} name as in Python
 * @param {Record<string, any>} args JSON values by Python's names
 * @param {FlowContext} context
 * @returns {Promise<any>}
 */
export async function callSession(driver, name, args, context) {
  const given = JSON.stringify(args);
  let verdict;
  try {
    verdict = await driver.run(driver.call(name, given === "{}" ? "" : given, context), context);
  } catch (error) {
    const { part } = driver.page;
    if (part && name === "get_session_status") return part.unknownStatus(error);
    throw error;
  }
  if (verdict.verdict === "fail") {
    const { error } = verdict;
    throw coreError(error, context.failure, driver.effects?.responseOf(error, context));
  }
  return verdict.verdict === "value" ? verdict.value : undefined;
}

/**
 * Whether there probably is a session; undefined if that takes a wait.
 *
 * @param {Shim} shim
 * @returns {boolean | undefined}
 */
export function sessionHint({ driver, given, window }) {
  const jar = driver && !driver.core.isPending ? driver.host.jar : null;
  const { cookieHandler, tokenStore } = given.options ?? {};
  const isElsewhere = IN_WORKER || cookieHandler || tokenStore === "indexedDB";
  if (jar ? jar.isMirrored : isElsewhere) return undefined;
  try {
    return new Table(__TABLE__).isLikely(jar ? jar.read() : cookiesNow(window.store));
  } catch {
    return undefined; // this frame may not see cookies
  }
}
