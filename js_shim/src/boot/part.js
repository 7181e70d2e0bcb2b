// The part for Python: loading it, and what is wrong if it cannot be used.

import { partMissing, twoVersions } from "../errors.js";
import { inTime } from "../host/timeout.js";
import { loadPart } from "./load_part.js";
import { START_TIMEOUT } from "./schedule.js";

/** @import {PythonPart} from "../page/shim.js" */

/** @param {string} version of the page's shim @returns {Promise<PythonPart>} */
export async function loadedPart(version) {
  const late = () => new Error("It took too long.");
  const part = await inTime(loadPart(), START_TIMEOUT, late).catch((error) => {
    throw partMissing(error);
  });
  if (part.version !== version) throw twoVersions(version, part.version);
  return part;
}
