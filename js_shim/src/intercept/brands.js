// Recognising platform objects by their brand, as the platform does: `instanceof` fails for objects of
// another frame, and for objects that were made before the page replaced a class.

/**
 * The native prototype with a member, also if the page has put other prototypes in front of it.
 *
 * @param {any} Class
 * @param {string} member
 * @returns {any} null if the class is not the browser's
 */
function prototypeOf(Class, member) {
  let found = null;
  for (let each = Class?.prototype; each; each = Object.getPrototypeOf(each)) {
    if (Object.hasOwn(each, member)) found = each;
  }
  return found;
}

/**
 * @param {any} Class
 * @param {string} member an attribute
 * @returns {(object: any) => any} reads it natively, also if the object overrides it; throws for other objects
 */
function reader(Class, member) {
  const get = Object.getOwnPropertyDescriptor(prototypeOf(Class, member) ?? {}, member)?.get;
  if (get) return (object) => Reflect.apply(get, object, []);
  return (object) => {
    if (!Class || !(object instanceof Class)) throw new TypeError("Illegal invocation");
    return Reflect.get(object, member);
  };
}

/**
 * @param {(object: any) => unknown} read throws for objects of another brand
 * @returns {(value: any) => boolean}
 */
const brand = (read) => (value) => {
  if (typeof value !== "object" || value === null) return false;
  try {
    read(value);
    return true;
  } catch {
    return false;
  }
};

/** @param {any} Class @param {string} method @param {any[]} args @returns {(object: any) => unknown} */
const caller = (Class, method, args) => (object) =>
  Reflect.apply(prototypeOf(Class, method)?.[method] ?? Illegal, object, args);

function Illegal() {
  throw new TypeError("Illegal invocation");
}

// Workers have no documents, and PyScript may give them a fake one.
const Node = "WorkerGlobalScope" in globalThis ? undefined : globalThis.Node;

/** The browser's own class. @type {typeof globalThis.Request} */
export const NativeRequest =
  prototypeOf(globalThis.Request, "url")?.constructor ?? globalThis.Request;

/** @type {(request: Request) => string} */
export const urlOf = reader(globalThis.Request, "url");
/** @type {(request: Request) => string} */
export const methodOf = reader(globalThis.Request, "method");
/** @type {(request: Request) => Headers} */
export const headersIn = reader(globalThis.Request, "headers");
/** @type {(request: Request) => RequestCredentials} */
export const credentialsOf = reader(globalThis.Request, "credentials");
/** @type {(request: Request) => AbortSignal} */
export const signalIn = reader(globalThis.Request, "signal");
/** @type {(request: Request) => Pick<Request, "referrer" | "referrerPolicy">} */
export const referrerOf = (request) => ({
  referrer: referrer(request),
  referrerPolicy: referrerPolicy(request),
});
const referrer = reader(globalThis.Request, "referrer");
const referrerPolicy = reader(globalThis.Request, "referrerPolicy");
/** @type {(request: Request) => Request} */
export const cloneOf = /** @type {any} */ (caller(globalThis.Request, "clone", []));

const isURL = brand(reader(globalThis.URL, "href"));
const isRequestObject = brand(urlOf);

/** @type {(value: any) => value is Request} */
export const isRequest = /** @type {any} */ (
  (/** @type {any} */ value) =>
    // Most objects that are not a Request are a URL, which is recognised without an exception.
    typeof value === "object" && !(value instanceof URL && isURL(value)) && isRequestObject(value)
);
export const isHeaders = brand(caller(globalThis.Headers, "has", ["a"]));
export const isBuffer = brand(reader(globalThis.ArrayBuffer, "byteLength"));
export const isStream = brand(reader(globalThis.ReadableStream, "locked"));
export const isBlob = brand(reader(globalThis.Blob, "size"));
export const isForm = brand(caller(globalThis.FormData, "has", [""]));
export const isQuery = brand(caller(globalThis.URLSearchParams, "has", [""]));
export const isDocument = brand((object) => {
  if (nodeType(object) !== 9) Illegal(); // another node
});
const nodeType = reader(Node, "nodeType");
