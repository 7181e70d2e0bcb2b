// Answers, for each line of stdin, what js_shim/src/core/table.js makes of the decision table that is the
// first argument: {options, beginning, stored, head} → {step, ordinary, likely}.

import { createInterface } from "node:readline";
import { Table } from "../../js_shim/src/core/table.js";

const table = JSON.parse(process.argv[2]);

for await (const line of createInterface({ input: process.stdin })) {
  const { options, beginning, stored, head } = JSON.parse(line);
  const read = new Table(table, options);
  const answer = {
    applies: read.applies,
    step: read.firstStep(beginning, (key) => stored[key] ?? null),
    ordinary: read.isOrdinary(head),
    likely: read.isLikely(beginning.cookies),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
