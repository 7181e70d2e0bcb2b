// The part of the shim that is loaded when Python is needed: it starts Python, and gives Python's core what
// that needs of the browser. All that must be there earlier is in the first part, which registry.js begins.
//
// The published parts are two files, each with its own copy of the modules that both use. So neither asks
// whether an object is an instance of the other's class, and state is kept in objects of the first part.

export { watched } from "./boot/missing_files.js";
export { providePython } from "./boot/own_python.js";
export { unknownStatus } from "./errors.js";
export { block, blockRefusal } from "./flow/blocking_driver.js";
export { Effects } from "./flow/effects.js";
export { BrowserJar } from "./host/browser_jar.js";
export { Hooks } from "./host/hooks.js";
export { Host } from "./host/host.js";
export { takeLock } from "./host/lock.js";
export { axiosAdapter } from "./intercept/axios.js";
export {
  showHead,
  shownResponseOf,
  shownResponseOfCall,
  showResponse,
} from "./intercept/xhr/shown_response.js";
export { Bridge } from "./page/bridge.js";
export { getInvalidClaimsFromResponse, validateClaims } from "./page/claim_validation.js";
export { connect, useCore, watchTabs } from "./page/connection.js";
export { fire } from "./page/fire.js";
export { announce } from "./worker/presence.js";
export { Sharing } from "./worker/sharing.js";

export const version = __VERSION__;
