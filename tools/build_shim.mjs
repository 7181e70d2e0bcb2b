// Bundles js_shim/src into js_shim/dist: the npm package's ES module, the <script> bundle, and the
// small module that the Python wheel carries.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));

const shared = {
  absWorkingDir: root,
  bundle: true,
  target: "es2022",
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: "inline",
  logLevel: "warning",
};

await Promise.all([
  // Bundlers minify for themselves, and a readable module is easier to debug.
  build({
    ...shared,
    format: "esm",
    entryPoints: ["js_shim/src/index.js"],
    outfile: "js_shim/dist/index.mjs",
  }),
  build({
    ...shared,
    format: "esm",
    minify: true,
    entryPoints: ["js_shim/src/index.js"],
    outfile: "js_shim/dist/shim.mjs",
  }),
  // Sets window.supertokens; iife.js does that itself.
  build({
    ...shared,
    format: "iife",
    minify: true,
    sourcemap: "linked",
    entryPoints: ["js_shim/src/iife.js"],
    outfile: "js_shim/dist/supertokens.iife.js",
  }),
]);
