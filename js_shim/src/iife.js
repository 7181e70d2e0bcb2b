// The <script> bundle: the session as `window.supertokens`, with what index.js exports.

import * as session from "./api/session.js";

/** @type {any} */ (globalThis).supertokens ??= { ...session, default: session };
