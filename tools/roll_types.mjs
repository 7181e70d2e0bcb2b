// Rolls the declarations that tsc writes to build/types into one file, js_shim/types/index.d.ts, and adds those
// of the smaller entries. TypeScript 7 has no JavaScript API yet: the plugin uses the one of TypeScript 6
// (@typescript/typescript6), to read declarations only.
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const types = path("js_shim/types");

await rm(types, { recursive: true, force: true });
for (const [entry, name] of [
  ["index", "index"],
  ["boot/fast_boot", "fastboot"],
]) {
  const bundle = await rollup({ input: path(`build/types/${entry}.d.ts`), plugins: [dts()] });
  await bundle.write({ file: `${types}/${name}.d.ts`, format: "es" });
}

// What a page sets before it loads the shim, and what a script tag leaves behind.
const index = await readFile(`${types}/index.d.ts`, "utf8");
const settings = "declare global {\n  var supertokensPyodide: BootSettings | undefined;\n}\n";
await writeFile(`${types}/index.d.ts`, `${index}\n${settings}`);
const script =
  'declare global {\n  var supertokens: typeof import("./index.js");\n}\n\nexport {};\n';
for (const name of ["iife", "worker"]) await writeFile(`${types}/${name}.d.ts`, script);
await cp(path("build/types/utils"), `${types}/utils`, { recursive: true });
