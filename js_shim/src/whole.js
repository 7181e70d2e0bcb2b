// The bundle for workers and pages alike, with the part for Python in it: the Python package carries it.

import * as session from "./api/session.js";
import * as part from "./python_part.js";
import { use } from "./registry.js";

use(part);
/** @type {any} */ (globalThis).supertokens ??= { ...session, default: session };
