// The wire between a worker and the page that owns it: one MessagePort, and the types of its messages. Only
// these two receive the messages, so they may contain tokens.
//
// The worker makes the port. When it knows that the page has the shim (presence.js), it posts the port with
// GREETING as the data; the shim takes that message before any listener of the page's own gets it. (A
// BroadcastChannel cannot carry a port, and reaches pages that do not own the worker.)
//
// A question has an answer, a report has none. Either end is a Link (link.js), which can send only the
// messages that are typed here. A received message is `unknown`: its reader checks it. A message that is not
// described here is ignored, or answered with an error.

/** @import {BackendCall} from "../api/types.js" */
/** @import {Plan} from "../core/plan.js" */
/** @import {ErrorData} from "../errors.js" */
/** @import {Beginning, Step} from "../flow/steps.js" */
/** @import {ResponseData} from "../host/response_data.js" */
/** @import {Link, Services} from "./link.js" */

// The data of the message that brings the port.
export const GREETING = "supertokens-pyodide";

// The beginning of the name of a worker's liveness lock.
export const LIVENESS = "supertokens-worker-";

/**
 * A worker's description of itself.
 *
 * @typedef {object} JoinRequest
 * @property {number} protocol
 * @property {string} version
 * @property {string} livenessLock a Web Lock that the worker holds as long as it lives: when the page gets
 *   it, the worker is gone, and its locks are released; empty without Web Locks
 * @property {string[]} keys of localStorage that the core needs
 *
 * What the page shares.
 *
 * @typedef {object} Welcome
 * @property {string | null} cookies null if the page cannot read them now
 * @property {string} place of the page's cookies
 * @property {{hostname: string, secure: boolean}} page
 * @property {[string, string | null][]} stored by localStorage, of the keys that the page shares
 * @property {string | undefined} options that JavaScript gave to init(), as JSON
 *
 * A call to the backend, with headers that can be cloned.
 *
 * @typedef {Omit<BackendCall, "requestInit"> & {requestInit: object}} CallData
 * @typedef {{url: string, requestInit: object}} ChangedCallData
 */

/**
 * @typedef {object} WorkerAsks
 * @property {(about: JoinRequest) => Welcome} join the first message; answered when the page shares
 * @property {() => string} cookies the session's cookies
 * @property {(writes: string[]) => string} write returns the session's cookies after these writes
 * @property {(flow: number, name: string, timeout: number) => boolean} lock whether it was taken
 * @property {(call: CallData) => ChangedCallData | undefined} before the call after the page's preAPIHook
 * @property {(call: CallData, response: ResponseData) => void} after answered when postAPIHook has ended
 *
 * @typedef {object} WorkerReports
 * @property {(flow: number) => void} unlock
 * @property {(key: string, text: string) => void} store for localStorage
 * @property {() => void} ready its core can be used
 * @property {(error: ErrorData) => void} refused there will be no core, and why
 * @property {(events: object[]) => void} events from a core that decides for its page
 * @property {() => void} leave its Python has closed the session SDK
 */

/**
 * Flows of the page, which a worker's core decides (see remote_core.js); `key` is the page's name for a flow.
 *
 * @typedef {object} PageAsks
 * @property {(options: string | undefined) => {plan: Plan, facts: string}} decide
 *   for this page from now on; takes the options that JavaScript gave to init(), as JSON
 * @property {(key: number, userContext: unknown, beginning: Beginning) => Step} exchange
 * @property {(key: number, userContext: unknown, cookies: string, name: string, args: string) => Step} call
 * @property {(key: number, cookies: string, result: unknown) => Step} resume
 *
 * @typedef {object} PageReports
 * @property {(cookies: string) => void} cookies they have changed
 * @property {() => void} waiting the shim is here, but does not share yet
 * @property {() => void} closed the page stops sharing until its next init()
 * @property {(key: number) => void} cancel
 */

/**
 * The worker's end of the wire, and the page's.
 *
 * @typedef {Link<WorkerAsks, WorkerReports, PageAsks & PageReports>} PageLink
 * @typedef {Link<PageAsks, PageReports, WorkerAsks & WorkerReports>} WorkerLink
 *
 * What they serve.
 *
 * @typedef {Services<PageAsks & PageReports>} WorkerServices
 * @typedef {Services<WorkerAsks & WorkerReports>} PageServices
 *
 * The part of the worker's that its core serves.
 *
 * @typedef {Pick<WorkerServices, keyof PageAsks | "cancel" | "closed">} CoreServices
 */
