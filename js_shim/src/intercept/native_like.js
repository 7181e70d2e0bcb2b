// Makes a subclass of a native class look like that class to code that lists, copies or wraps its members.

/**
 * Give a subclass's prototype all that the native one has: the members in their order, enumerable, with
 * their own `length`s and the native complaint about objects of another kind. The class itself gets the
 * native one's constants and name.
 *
 * @param {any} Class the subclass
 * @param {any} Native
 * @param {string} name
 * @param {(object: any) => boolean} owns whether an object is one of the subclass's
 */
export function likeNative(Class, Native, name, owns) {
  const { prototype } = Class;
  /** @type {Record<PropertyKey, PropertyDescriptor>} */
  const native = Object.getOwnPropertyDescriptors(Native.prototype);
  /** @type {Record<PropertyKey, PropertyDescriptor>} */
  const found = { ...native, ...overridden(prototype, Native.prototype) };
  for (const key of Reflect.ownKeys(found)) {
    if (key === "constructor") continue;
    delete prototype[key]; // what is there keeps its place in the order
    const [descriptor, theirs] = [/** @type {PropertyDescriptor} */ (found[key]), native[key]];
    const isOurs = descriptor !== theirs;
    Object.defineProperty(prototype, key, isOurs ? guarded(descriptor, theirs, owns) : descriptor);
  }
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(Native))) {
    if (descriptor.enumerable) Object.defineProperty(Class, key, descriptor);
  }
  Object.defineProperty(Class, "name", { value: name });
}

/**
 * @param {any} prototype
 * @param {any} native
 * @returns {Record<string, PropertyDescriptor>} what lies between the two
 */
function overridden(prototype, native) {
  if (prototype === native) return {};
  const { constructor: _, ...own } = Object.getOwnPropertyDescriptors(prototype);
  return { ...overridden(Object.getPrototypeOf(prototype), native), ...own };
}

/**
 * @param {PropertyDescriptor} ours
 * @param {PropertyDescriptor | undefined} theirs
 * @param {(object: any) => boolean} owns
 * @returns {PropertyDescriptor}
 */
function guarded({ get, set, value }, theirs, owns) {
  const shape = { enumerable: theirs?.enumerable ?? true, configurable: true };
  const guard = (/** @type {Function} */ call, /** @type {Function | undefined} */ like) => {
    // Like a native method this one cannot be called with `new`.
    const { method } = {
      /** @this {any} @param {any[]} args */
      method(...args) {
        // Of an object of another kind the native method complains in the browser's own words.
        return Reflect.apply(owns(this) || !like ? call : like, this, args);
      },
    };
    for (const key of ["name", "length"]) {
      Object.defineProperty(method, key, { value: Reflect.get(like ?? call, key) });
    }
    return method;
  };
  if (value) return { ...shape, writable: true, value: guard(value, theirs?.value) };
  /** @type {any} */
  const accessors = { get: get && guard(get, theirs?.get), set: set && guard(set, theirs?.set) };
  return { ...shape, ...accessors };
}
