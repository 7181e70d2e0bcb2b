// Loading the part for Python. tools/build_shim.mjs replaces this module in the script bundle, which finds
// the file by its address (part_url.js).

/** @import {PythonPart} from "../page/shim.js" */

/** @returns {Promise<PythonPart>} */
export const loadPart = () => import("../python_part.js");
