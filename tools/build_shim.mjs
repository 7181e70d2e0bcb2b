// Bundles js_shim/src, with the decision table in it, into js_shim/dist: the npm package's ES module, the
// <script> bundle for pages, the part for Python that both load when they need it, the bundle for workers and
// pages alike that the Python wheel carries, and what fast boots need besides. The Makefile has the table made
// first (tools/decision_table.py).
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

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

// Tried one by one: with these, gzip finds the most to repeat.
const SMALL = { passes: 3, inline: 1, lhs_constants: false };

/** Bundle as the options say, and write the file with those comments in each import() of an address. */
async function bundle(options) {
  const { outputFiles } = await build({ ...shared, ...options });
  const [{ path, text }] = outputFiles;
  // esbuild bundles; terser makes a script still 3 % smaller.
  const smallest = options.minify
    ? (
        await minify(text, {
          ecma: 2020,
          module: options.format === "esm",
          compress: SMALL,
        })
      ).code
    : text;
  const kept = smallest.replace(
    /\bimport\((?:\s*\/\*.*?\*\/)*\s*(?=[^\s"'`)/])/g,
    `import(${FOR_BUNDLERS} `,
  );
  const imports = kept.match(/\bimport\((?!["')])/g) ?? [];
  if (imports.length !== kept.split(FOR_BUNDLERS).length - 1)
    throw new Error(`${path} has an import() that bundlers replace`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, kept);
}

const NO_ADDRESS = { "import.meta.url": "undefined" }; // scripts have none

/** A script that sets globalThis.supertokens. */
const script = (entry, outfile, define, plugins) =>
  bundle({
    define: { ...shared.define, ...NO_ADDRESS, ...define },
    plugins,
    format: "iife",
    minify: true,
    entryPoints: [entry],
    outfile,
  });

const PART = "supertokens.python.mjs";

/** The part for Python in a file of its own: `to` names what replaces the module that loads it. */
const partElsewhere = (to) => ({
  name: "part for Python",
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/python_part\.js$/, namespace: "file" }, ({ kind }) =>
      kind === "dynamic-import" ? { path: `./${PART}`, external: true } : undefined,
    );
    if (to) onResolve({ filter: /\/load_part\.js$/ }, () => ({ path: `${root}${to}` }));
  },
});

// Each part has what it uses of the table. Python's errors arrive with their texts.
const { mark, shared: sharedNames, ...first } = JSON.parse(table);
const { errors, documentation } = first;
const { InterpreterDied: _, StorageUnavailable: __, ...others } = errors;
const inJavaScript = Object.entries(others).map(([name, { javascript, ...error }]) => [
  name,
  { ...error, ...javascript },
]);
const firstTable = JSON.stringify({ ...first, errors: Object.fromEntries(inJavaScript) });
const partOfTable = Object.entries({ errors, documentation, mark, shared: sharedNames });

// The main entry, which each of the smaller ones takes its names from.
const mainEntry = {
  name: "main entry",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/index\.js$/ }, () => ({ path: "../index.mjs", external: true })),
};

await Promise.all([
  // Bundlers minify for themselves, and a readable module is easier to debug.
  bundle({
    define: { ...shared.define, __TABLE__: firstTable },
    format: "esm",
    plugins: [partElsewhere()],
    entryPoints: ["js_shim/src/index.js"],
    outfile: "js_shim/dist/index.mjs",
  }),
  bundle({
    define: {
      __VERSION__: shared.define.__VERSION__,
      ...Object.fromEntries(
        partOfTable.map(([name, value]) => [`__TABLE__.${name}`, JSON.stringify(value)]),
      ),
    },
    format: "esm",
    minify: true,
    entryPoints: ["js_shim/src/python_part.js"],
    outfile: `js_shim/dist/${PART}`,
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
  script(
    "js_shim/src/iife.js",
    "js_shim/dist/supertokens.iife.js",
    { __TABLE__: firstTable, __WORKER__: "false" },
    [partElsewhere("js_shim/src/boot/part_url.js")],
  ),
  // It has the part from the beginning, and never loads it.
  script("js_shim/src/whole.js", "js_shim/dist/supertokens.worker.js", {}, [partElsewhere()]),
]);
