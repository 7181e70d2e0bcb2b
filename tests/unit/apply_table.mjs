// Answers, for each line of stdin, what js_shim/src/core/table.js makes of the decision table that is the
// first argument: {options, beginning, stored, head} → {applies, step, ordinary, likely}; with a call's name
// and the core's step for it as well → {answer, isCores}.

import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { Table } from "../../js_shim/src/core/table.js";
import { isOrdinary } from "../../js_shim/src/flow/heads.js";

const table = JSON.parse(process.argv[2]);

for await (const line of createInterface({ input: process.stdin })) {
  const { options, beginning, stored, head, name, core } = JSON.parse(line);
  const read = new Table(table, options);
  const kept = (key) => stored[key] ?? null;
  const answer = name && read.answer(name, beginning, kept);
  const about = name
    ? { answer, isCores: isDeepStrictEqual(answer?.value, JSON.parse(core).value) }
    : {
        applies: read.applies,
        step: read.firstStep(beginning, kept),
        ordinary: isOrdinary(read.plan, head),
        likely: read.isLikely(beginning.cookies),
      };
  process.stdout.write(`${JSON.stringify(about)}\n`);
}
