// Loading the second file of the script bundle.

import { importUrl } from "./import_url.js";
import { SCRIPT, settings } from "./settings.js";

/** @import {PythonPart} from "../page/shim.js" */

const FILE = "supertokens.python.mjs";

/** @returns {Promise<PythonPart>} rejects with the error of the first place where it could be */
export async function loadPart() {
  const { pythonPart, indexURL } = settings();
  const { baseURI } = document;
  const [query = ""] = /\?[^#]*/.exec(SCRIPT) ?? [];
  // `npx supertokens-pyodide copy` puts it above Pyodide's folder.
  const bases = pythonPart
    ? [baseURI]
    : [SCRIPT, indexURL && new URL("../", new URL(indexURL, baseURI))];
  /** @type {unknown} */
  let failure;
  for (const base of bases) {
    try {
      if (base) return await importUrl(new URL(pythonPart || FILE + query, base).href);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure ?? new Error("This script does not know its own address.");
}
