import "./setup.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "./browser.mjs";
import { PLAN, PlayedHost } from "./core.mjs";

const { WorkerCores } = await import("../../js_shim/src/worker/worker_cores.js");

test("after a worker that was refused, the start of another one ends the failure", () => {
  const done = [];
  const cores = { pending: {}, fail: ({ code }) => done.push(code) };
  const given = { dateProvider: () => undefined };
  const workers = new WorkerCores({ given, cores, retry: () => done.push("retry") });
  workers.expect(); // no worker is to decide
  workers.want();
  workers.refuse({ name: "ConfigError", code: "CONFIG_INVALID", message: "No.", hint: "" });
  workers.expect();
  assert.deepEqual(done, ["CONFIG_INVALID", "retry"]);
});

test("a worker that answers after close() and another init() decides once, as it says then", async () => {
  const used = [];
  const host = new PlayedHost();
  const waiting = () => ({ readiness: { open() {} }, driver: { host }, held: [] });
  const cores = { pending: waiting(), drive: (_core, _host, plan) => used.push(plan.answer) };
  const given = { dateProvider: () => undefined };
  const driver = { host, core: { observe() {} } };
  const answers = [];
  const link = { ask: () => new Promise((resolve) => answers.push(resolve)) };
  const workers = new WorkerCores({ given, cores, driver, newHost: () => host });
  workers.want();
  workers.add(link);
  workers.unwant(); // close()
  cores.pending = waiting(); // init()
  workers.want();
  for (const [number, answer] of answers.entries()) {
    answer({ plan: { ...PLAN, answer: number }, facts: "{}" });
    await nextTurn();
  }
  assert.deepEqual(used, [1]);
  cores.tabs.close();
});
