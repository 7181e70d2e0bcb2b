// Writes the conformance vectors: tables of what supertokens-website itself does, made by running it.
// tests/unit/test_vectors_*.py hold our core to them. With --check it only reports whether the tables
// that lie here are those that would be written.

import { readFileSync, writeFileSync } from "node:fs";
import { NAME, VERSION } from "./website.mjs";

const TABLES = [
  "urls",
  "interception",
  "cookies",
  "decisions",
  "events",
  "headers",
  "clock",
  "claims",
];

/** A row a line, so that a change of one shows as one; a front token is shown by its name. */
function written(rows, tokens) {
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.size !== rows.length) throw new Error("two rows have one id");
  const names = Object.entries(tokens);
  const named = (line) =>
    names.reduce((text, [name, token]) => text.replaceAll(token, `<${name}>`), line);
  const lines = rows.map((row) => `    ${named(JSON.stringify(row))}`);
  const head = {
    about: "Made by running the package (make vectors); not to be edited.",
    package: NAME,
    version: VERSION,
    ...(names.length ? { tokens } : {}),
  };
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

for (const table of TABLES) {
  const { rows, tokens = {} } = await import(`./${table}.mjs`);
  const text = written(await rows(), tokens);
  const file = new URL(`${table}.json`, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    process.stdout.write(`${table}.json is not what ${NAME} ${VERSION} does: run make vectors\n`);
    process.exitCode = 1;
  }
}
