import "./setup.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "./browser.mjs";
import { PLAN } from "./core.mjs";

const { WorkerCores } = await import("../../js_shim/src/worker/worker_cores.js");

test("a worker that answers after close() and another init() decides once, as it says then", async () => {
  const used = [];
  const cores = {
    pending: {},
    use(_make, plan) {
      used.push(plan.answer);
      this.pending = null;
    },
  };
  const given = { dateProvider: () => undefined, overrides: () => false };
  const answers = [];
  const link = { ask: () => new Promise((resolve) => answers.push(resolve)) };
  const workers = new WorkerCores({ given, cores });
  workers.want();
  workers.add(link);
  workers.unwant(); // close()
  cores.pending = {}; // init()
  workers.want();
  for (const [number, answer] of answers.entries()) {
    answer({ plan: { ...PLAN, answer: number }, facts: "{}" });
    await nextTurn();
  }
  assert.deepEqual(used, [1]);
});
