// The <script> bundle for pages: the session as `window.supertokens`, with the exports of index.js.

import * as session from "./api/session.js";

/** @type {any} */ (globalThis).supertokens ??= { ...session, default: session };
