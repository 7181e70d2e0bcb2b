// Copies the files that a page loads at run time into a folder that a site serves. Runs in Node.js.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("..", import.meta.url));
const LOCK = "pyodide-lock.json";
const SHIM = [
  "index.mjs",
  "supertokens.iife.js",
  "supertokens.python.mjs",
  "supertokens.fastboot.mjs",
];
// Each row has the names of one file in different versions of Pyodide.
const PYODIDE = [
  ["pyodide.mjs"],
  ["pyodide.asm.mjs", "pyodide.asm.js"],
  ["pyodide.asm.wasm"],
  ["python_stdlib.zip"],
];

/** An error that the caller must correct: its message says what and how. */
export class CopyError extends Error {
  name = "CopyError";
}

/**
 * Copy Pyodide, the wheels, a lock file that contains them, the shim and settings.js into a folder. Only
 * files that differ are written, so it may run before every start and every build.
 *
 * @param {string} folder
 * @param {object} [options]
 * @param {string} [options.base] the address under which the site serves the folder; settings.js finds it by
 *   itself if a script tag loads it
 * @returns {{folder: string, base: string, files: string[], written: string[], removed: string[]}} names relative
 *   to the folder
 */
export function copy(folder, { base } = {}) {
  if (!folder) throw new CopyError("No folder is given. Name the one that your site serves.");
  const target = resolve(folder);
  const address = base === undefined ? undefined : checkedBase(base);
  if (existsSync(target) && !statSync(target).isDirectory()) {
    throw new CopyError(`${folder} is a file. Name a folder.`);
  }
  const files = wanted(address);
  const lockFile = join(target, "pyodide", LOCK);
  const before = wheelsOf(lockFile);
  const written = [];
  for (const [name, content] of files) {
    if (write(join(target, name), content)) written.push(name);
  }
  const removed = before.filter((name) => !files.has(name) && existsSync(join(target, name)));
  for (const name of removed) rmSync(join(target, name), { force: true });
  return {
    folder: target,
    base: address ?? guessedBase(target),
    files: [...files.keys()],
    written,
    removed,
  };
}

/**
 * @param {string | undefined} base
 * @returns {Map<string, Buffer>} contents by their names in the folder
 */
function wanted(base) {
  const pyodide = findPyodide();
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (const names of PYODIDE) {
    const name = names.find((one) => existsSync(join(pyodide, one)));
    if (!name) {
      throw new CopyError(
        `The npm package pyodide in ${pyodide} has no ${names[0]}. Install it again, or another version.`,
      );
    }
    files.set(`pyodide/${name}`, readFileSync(join(pyodide, name)));
  }
  const packages = ourPackages();
  for (const { file_name, sha256 } of Object.values(packages)) {
    const content = readFileSync(join(OURS, "wheels", basename(file_name)));
    if (createHash("sha256").update(content).digest("hex") !== sha256) {
      throw new CopyError(`${basename(file_name)} is damaged. Install supertokens-pyodide again.`);
    }
    files.set(`wheels/${basename(file_name)}`, content);
  }
  for (const name of SHIM) files.set(name, readFileSync(join(OURS, "dist", name)));
  const stock = JSON.parse(readFileSync(join(pyodide, LOCK), "utf8"));
  files.set(`pyodide/${LOCK}`, Buffer.from(lockText(stock, packages)));
  files.set("settings.js", Buffer.from(settingsText(base)));
  return files;
}

/** @returns {Record<string, any>} entries of a lock file, in a folder next to that of the wheels */
function ourPackages() {
  const file = join(OURS, "wheels", "packages.json");
  if (!existsSync(file)) {
    throw new CopyError("This copy of supertokens-pyodide has no wheels. Install it again.");
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** @returns {string} the folder of the application's npm package pyodide */
function findPyodide() {
  for (const from of [join(process.cwd(), "package.json"), fileURLToPath(import.meta.url)]) {
    try {
      return dirname(createRequire(from).resolve("pyodide/package.json"));
    } catch {
      // the next place, then
    }
  }
  throw new CopyError(
    "The npm package pyodide is not installed. Run `npm install pyodide` in this folder, then copy again.",
  );
}

/**
 * Pyodide's own entries are removed: its npm package contains none of these wheels, and a browser refuses
 * those of the package index, which have other hashes.
 *
 * @param {any} stock
 * @param {Record<string, any>} packages
 */
const lockText = (stock, packages) =>
  `${JSON.stringify({ info: stock.info, packages }, null, 1)}\n`;

/** @param {string | undefined} base */
const settingsText = (
  base,
) => `// Written by \`npx supertokens-pyodide copy\`: the addresses of Pyodide for supertokens-pyodide.
(() => {
  const base = ${base === undefined ? 'new URL(".", document.currentScript.src).href' : JSON.stringify(base)};
  globalThis.supertokensPyodide = { indexURL: \`\${base}pyodide/\`, ...globalThis.supertokensPyodide };
})();
`;

/** @param {string} base */
function checkedBase(base) {
  if (!/^(?:\/(?!\/)|https?:\/\/)/.test(base)) {
    throw new CopyError(
      `--base is ${JSON.stringify(base)}. Give a path from the root of the site, such as /app/supertokens/, or a whole address.`,
    );
  }
  return base.endsWith("/") ? base : `${base}/`;
}

/** @param {string} folder @returns {string} the folder's address on sites of the usual tools */
function guessedBase(folder) {
  const parts = folder.split(/[\\/]/);
  const root = parts.findLastIndex((part) => ["public", "static", "dist"].includes(part));
  const path = root < 0 ? parts.slice(-1) : parts.slice(root + 1);
  return path.length ? `/${path.join("/")}/` : "/";
}

/** @param {string} lockFile @returns {string[]} the wheels that an earlier copy has written */
function wheelsOf(lockFile) {
  try {
    const { packages } = JSON.parse(readFileSync(lockFile, "utf8"));
    const names = Object.values(packages).map(({ file_name }) => String(file_name));
    return names
      .filter((name) => /^\.\.\/wheels\/[^/\\]+\.whl$/.test(name))
      .map((name) => name.slice("../".length));
  } catch {
    return [];
  }
}

/**
 * Write a file atomically, because a server may be reading it and another process may be copying, too.
 *
 * @param {string} path
 * @param {Buffer} content
 * @returns {boolean} whether the file has changed
 */
function write(path, content) {
  if (existsSync(path) && readFileSync(path).equals(content)) return false;
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, content);
  renameSync(part, path);
  return true;
}
