// Bundles js_shim/src, with the decision table in it, into js_shim/dist: the npm package's ES module, the
// <script> bundle for pages, the one for workers and pages alike that the Python wheel carries, and what fast
// boots need besides. The Makefile has the table made first (tools/decision_table.py).
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const table = await readFile(new URL("../build/decision_table.json", import.meta.url), "utf8");
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));

const shared = {
  absWorkingDir: root,
  bundle: true,
  target: "es2022",
  define: { __VERSION__: JSON.stringify(version), __TABLE__: table, __WORKER__: "true" },
  legalComments: "inline",
  logLevel: "warning",
  write: false,
};

// What keeps the bundlers of applications from replacing our import() of an address. Minifying removes it.
const FOR_BUNDLERS = "/* webpackIgnore: true */ /* @vite-ignore */";

/** Bundle as the options say, and write the file with those comments in its one import(). */
async function bundle(options) {
  const { outputFiles } = await build({ ...shared, ...options });
  const [{ path, text }] = outputFiles;
  const imports = text.match(/\bimport\((?!["')])/g) ?? [];
  if (imports.length !== 1) throw new Error(`${path} has ${imports.length} import(), not one`);
  const kept = text.replace(
    /\bimport\((?:\s*\/\*.*?\*\/)*\s*(?=[\w$]+\s*\))/,
    `import(${FOR_BUNDLERS} `,
  );
  if (!kept.includes(FOR_BUNDLERS))
    throw new Error(`${path} has an import() that bundlers replace`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, kept);
}

/** A script that sets globalThis.supertokens; iife.js does that itself. */
const script = (outfile, forWorkers) =>
  bundle({
    define: {
      ...shared.define,
      __WORKER__: String(forWorkers),
      "import.meta.url": "undefined", // a script has none
    },
    format: "iife",
    minify: true,
    entryPoints: ["js_shim/src/iife.js"],
    outfile,
  });

// The main entry, which each of the smaller ones takes its names from.
const mainEntry = {
  name: "main entry",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/index\.js$/ }, () => ({ path: "../index.mjs", external: true })),
};

await Promise.all([
  // Bundlers minify for themselves, and a readable module is easier to debug.
  bundle({
    format: "esm",
    entryPoints: ["js_shim/src/index.js"],
    outfile: "js_shim/dist/index.mjs",
  }),
  bundle({
    format: "esm",
    minify: true,
    entryPoints: ["js_shim/src/boot/fast_boot.js"],
    outfile: "js_shim/dist/supertokens.fastboot.mjs",
  }),
  build({
    ...shared,
    format: "esm",
    write: true,
    plugins: [mainEntry],
    entryPoints: ["js_shim/src/utils/**/*.js"],
    outdir: "js_shim/dist/utils",
    outExtension: { ".js": ".mjs" },
  }),
  script("js_shim/dist/supertokens.iife.js", false),
  script("js_shim/dist/supertokens.worker.js", true),
]);
