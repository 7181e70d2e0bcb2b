// In Pyodide's place: an interpreter that has the package, counts its boots, and can die.

const callable = (call) => Object.assign(call, { destroy() {} });

export async function loadPyodide() {
  globalThis.boots = (globalThis.boots ?? 0) + 1;
  const number = globalThis.boots;
  await globalThis.bootHeld;
  return {
    pyimport(name) {
      if (globalThis.dead === number) throw new Error("Pyodide has suffered a fatal error.");
      if (name.endsWith("find_spec")) return callable(() => ({ destroy() {} }));
      return callable((shim) => shim.connect(globalThis.interpreter()));
    },
  };
}
