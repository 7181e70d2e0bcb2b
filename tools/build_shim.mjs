// Bundles js_shim/src into js_shim/dist: the npm package's ES module, and the <script> bundle, which
// the Python wheel carries too.
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
  // Sets window.supertokens; iife.js does that itself.
  build({
    ...shared,
    format: "iife",
    minify: true,
    entryPoints: ["js_shim/src/iife.js"],
    outfile: "js_shim/dist/supertokens.iife.js",
  }),
]);
