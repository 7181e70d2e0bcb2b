// Replacing a global, reversibly.

/**
 * Replace `target[name]` and return the undo.
 *
 * If other code has wrapped our replacement meanwhile, the undo leaves the wrapper in place: the
 * replacement must then pass calls through by itself.
 *
 * @template {object} T
 * @template {keyof T} K
 * @param {T} target
 * @param {K} name
 * @param {T[K]} replacement
 * @returns {() => void}
 */
export function patch(target, name, replacement) {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const original = target[name];
  target[name] = replacement;
  return () => {
    if (target[name] !== replacement) return;
    if (own) target[name] = original;
    else delete target[name];
  };
}
