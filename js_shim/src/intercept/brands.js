// Telling platform objects by their brand, as the platform does: `instanceof` does not know those of another
// frame, nor those that were made before the page replaced a class.

/**
 * The prototype that has a member natively, below whatever the page has put in front of it.
 *
 * @param {any} Class
 * @param {string} member
 * @returns {any} null where the class is none of the browser's
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
 * @returns {(object: any) => any} reads it, whatever the object says of itself; throws for other objects
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

// Workers know no documents, and PyScript's may have one that is none.
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
    // Most objects that are no Request are a URL, which is recognised without an exception.
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
