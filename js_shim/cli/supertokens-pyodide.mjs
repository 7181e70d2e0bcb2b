#!/usr/bin/env node
// The command of the npm package.

import { parseArgs } from "node:util";
import { CopyError, copy } from "./copy.mjs";

const USAGE = `Usage: supertokens-pyodide copy <folder> [--base /path/]

Puts all that a page needs into a folder that your site serves: Pyodide (from the installed npm package pyodide),
the Python wheels, a lock file that knows them, the shim, and the file for fast boots.
Only files that differ are written, so it can run before every start and every build.

  --base /path/   the address under which the site serves the folder, for settings.js
`;

/** @param {string[]} args @returns {number} the exit code */
function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { base: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [command, folder, ...more] = positionals;
  if (command !== "copy" || !folder || more.length) throw new CopyError(USAGE);
  const { base, files, written, removed } = copy(folder, values);
  const old = removed.length ? `, ${removed.length} old removed` : "";
  console.log(`${folder}: ${files.length} files, ${written.length} written${old}.`);
  console.log(
    `If your site serves this folder as ${base}, tell the page before init():\n` +
      `  globalThis.supertokensPyodide = { indexURL: "${base}pyodide/" };`,
  );
  return 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof CopyError || error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(isExpected ? `supertokens-pyodide: ${error.message}` : error);
  process.exitCode = 1;
}
