// The <script> bundle: the same session as `window.supertokens`.

import * as supertokens from "./index.js";

/** @type {any} */ (globalThis).supertokens ??= supertokens;
