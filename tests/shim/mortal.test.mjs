import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mortal } from "../../js_shim/src/core/mortal.js";

const fatal = Object.assign(new Error("stack overflow"), { pyodide_fatal_error: true });

/** A core, and the deaths that it has reported. */
function coreOf(functions) {
  const deaths = [];
  return { core: mortal(functions, (death) => deaths.push(death)), deaths };
}

describe("a core whose interpreter may die", () => {
  test("while it lives its answers and its errors are its own", () => {
    const { core, deaths } = coreOf({
      plan: "{}",
      call: (name) => name,
      resume: () => {
        throw new Error("of Python");
      },
      observe: () => "",
      cancel() {},
    });
    assert.equal(core.plan, "{}");
    assert.equal(core.call("a"), "a");
    assert.equal(core.observe(), "");
    assert.equal(core.cancel(), undefined);
    assert.throws(() => core.resume(), { message: "of Python" });
    assert.deepEqual(deaths, []);
  });

  for (const [what, isFatal] of [
    ["a fatal error", true],
    ["no answer where there must be one", false],
  ]) {
    test(`${what} is its death, which is reported once, and thrown by all calls from then on`, () => {
      const dies = () => {
        if (isFatal) throw fatal;
      };
      let asked = 0;
      const { core, deaths } = coreOf({
        call: dies,
        resume: () => {
          asked += 1;
          return "{}";
        },
      });
      for (const ask of [core.call, core.resume, core.call]) {
        assert.throws(() => ask(), { code: "INTERPRETER_DIED" });
      }
      assert.equal(asked, 0);
      assert.equal(deaths.length, 1);
      if (isFatal) assert.equal(deaths[0].cause, fatal);
    });
  }

  test("calls without a result are silent after its death, and notice it too", () => {
    const { core, deaths } = coreOf({
      cancel: () => {
        throw fatal;
      },
      notify() {},
    });
    core.cancel(1);
    core.notify("[]");
    assert.equal(deaths.length, 1);
  });
});
