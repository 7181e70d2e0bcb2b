// Makes a subclass of a native class look like that class to code that lists, copies or wraps its members.

/**
 * Give a subclass's prototype everything of the native one: the members in their order, enumerable, with the
 * native `length`s and errors for objects of another kind. The class itself gets the native constants and
 * name.
 *
 * @param {any} Class the subclass
 * @param {any} Native
 * @param {string} name
 * @param {(object: any) => boolean} owns whether an object belongs to the subclass
 */
export function likeNative(Class, Native, name, owns) {
  const { prototype } = Class;
  /** @type {Record<PropertyKey, PropertyDescriptor>} */
  const native = Object.getOwnPropertyDescriptors(Native.prototype);
  /** @type {Record<PropertyKey, PropertyDescriptor>} */
  const found = { ...native, ...overridden(prototype, Native.prototype) };
  for (const key of Reflect.ownKeys(found)) {
    if (key === "constructor") continue;
    delete prototype[key]; // an existing member would keep its place in the order
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
 * @returns {Record<string, PropertyDescriptor>} the members between the two
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
    // Like a native method, this one cannot be called with `new`.
    const { method } = {
      /** @this {any} @param {any[]} args */
      method(...args) {
        // For an object of another kind, the native method throws the browser's own error.
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
