import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Table } from "../../js_shim/src/core/table.js";

// How the shim reads a table. That the real one says what the core says is held in tests/unit, by asking both.
const TABLE = {
  cookies: { token: ".", mark: "^[^-]+$", csrf: "^[a-z]+$" },
  requestHeaders: ["rid"],
  responseHeaders: ["front"],
  statuses: { expiredStatus: 401, claimStatus: 403 },
  options: { mode: ["cookie", "header"], lend: [true, false] },
  asked: ["clock"],
  send: ["mark"],
  likely: ["mark", "token"],
  headers: [
    ["csrf", "{csrf}", "csrf", "token"],
    ["rid", "ours", "!rid:"],
    ["mode", "header", "mode=header"],
    ["mode", "cookie", "!mode=header"],
  ],
  credentials: [["include", "!lend=false"]],
  until: {
    when: ["token"],
    cookie: "token",
    field: "ends",
    types: { ends: "Number", payload: "Object" },
    deepest: 3,
    below: 1e15,
    skew: "skew",
    threshold: 7000,
  },
  reads: {
    live: ["mark", "token"],
    unsure: ["csrf"],
    values: {
      exists: [[{ value: true }]],
      mark: [[{ cookie: "mark" }]],
      user: [[{ path: ["payload", "sub"], type: "String" }]],
      status: [[{ value: { mode: "header" } }, "mode=header"], [{ value: { mode: "cookie" } }]],
      inHeaderMode: [[{ value: 1 }, "mode=header"]],
    },
  },
};
const NOW = 1_000_000;

const tokenOf = (value) => Buffer.from(JSON.stringify(value)).toString("base64");
const LIVE = tokenOf({ ends: NOW + 10_000, payload: { sub: "alice" } });

/** The first step of an exchange of a page with these cookies. */
function step(cookies, { options = {}, headers = "", now = NOW, stored = {} } = {}) {
  const beginning = { headers, oneShot: false, url: "", cookies, now };
  return new Table(TABLE, options).firstStep(beginning, (key) => stored[key] ?? null);
}
const answer = (name, cookies, { options = {}, now = NOW, stored = {} } = {}) =>
  new Table(TABLE, options).answer(name, { cookies, now }, (key) => stored[key] ?? null);

describe("what a request carries", () => {
  test("its headers are those whose facts hold, with the values of cookies in them", () => {
    assert.deepEqual(step(`mark=1; token=${LIVE}; csrf=abc`), {
      do: "send",
      headers: { csrf: "abc", rid: "ours", mode: "cookie" },
      drop: [],
      credentials: "include",
    });
    assert.deepEqual(step("mark=1; csrf=abc").headers, { rid: "ours", mode: "cookie" });
  });

  test("a header that its caller gave, and an option, are facts too", () => {
    const options = { mode: "header", lend: false };
    const { headers, credentials } = step("mark=1", { options, headers: '{"rid":"theirs"}' });
    assert.deepEqual(headers, { mode: "header" });
    assert.equal(credentials, null);
  });

  test("of two cookies with one name the last counts, and others do not count at all", () => {
    const cookies = `csrf=abc; mark=1; token=${LIVE}; xcsrf=no; alone; =x; csrf=def`;
    assert.equal(step(cookies).headers.csrf, "def");
  });

  for (const [what, cookies] of [
    ["a fact that does not hold", `token=${LIVE}`],
    ["a cookie of another form", "mark=a-b"],
    ["an empty cookie", "mark=1; token="],
    ["one whose value is not read", `mark=1; csrf=ABC`],
  ]) {
    test(`${what} is for the core to judge`, () => {
      assert.equal(step(cookies), null);
    });
  }
});

describe("until when it is carried", () => {
  const at = (token, more) => step(`mark=1; token=${tokenOf(token)}`, more) !== null;
  const token = { ends: NOW + 1, payload: {} };

  test("it is until the token expires, and not at that moment", () => {
    assert.equal(at(token), true);
    assert.equal(at(token, { now: NOW + 1 }), false);
  });

  test("the backend's clock counts, if it is ahead or behind by enough", () => {
    assert.equal(at(token, { stored: { skew: "7000" } }), false);
    assert.equal(at(token, { stored: { skew: "6999" } }), true);
    assert.equal(at(token, { stored: { skew: "-7000" }, now: NOW + 7000 }), true);
    assert.equal(at(token, { stored: { skew: "-7000" }, now: NOW + 7001 }), false);
    assert.equal(at(token, { stored: { skew: "-6999" }, now: NOW + 1 }), false);
    assert.equal(at(token, { stored: { skew: "x" } }), false);
  });

  for (const [what, value] of [
    ["a field of another type", { ends: "9999999", payload: {} }],
    ["a missing field", { ends: NOW + 1 }],
    ["a list where an object must be", { ends: NOW + 1, payload: [] }],
    ["no time", { ends: -1, payload: {} }],
    ["a time beyond all times", { ends: 1e15, payload: {} }],
    ["more than may be read", { ends: NOW + 1, payload: { a: [[1]] } }],
    ["what Python would read as another number", { ends: NOW + 1, payload: { a: -0.0 } }],
    ["no object", null],
  ]) {
    test(`a token with ${what} is for the core to judge`, () => {
      const text = JSON.stringify(value).replace('"a":0', '"a":-0');
      const cookies = `mark=1; token=${Buffer.from(text).toString("base64")}`;
      assert.equal(step(cookies), null);
    });
  }

  test("what is no base64, no UTF-8 or no JSON is for the core to judge", () => {
    for (const text of ["!", Buffer.from([0xff]).toString("base64"), tokenOf({}).slice(1)]) {
      assert.equal(step(`mark=1; token=${text}`), null);
    }
  });
});

describe("what a read is answered", () => {
  const cookies = `mark=m; token=${LIVE}`;

  test("it is a value, a cookie's, or a part of the token", () => {
    assert.deepEqual(answer("exists", cookies), { verdict: "value", value: true });
    assert.equal(answer("mark", cookies).value, "m");
    assert.equal(answer("user", cookies).value, "alice");
  });

  test("the first of its answers counts whose facts hold; without one the core is asked", () => {
    const options = { mode: "header" };
    assert.deepEqual(answer("status", cookies, { options }).value, { mode: "header" });
    assert.deepEqual(answer("status", cookies).value, { mode: "cookie" });
    assert.equal(answer("inHeaderMode", cookies), null);
    assert.equal(answer("sign_out", cookies), null);
  });

  test("a caller may change what it is given", () => {
    answer("status", cookies).value.mode = "changed";
    assert.deepEqual(answer("status", cookies).value, { mode: "cookie" });
  });

  for (const [what, other, more] of [
    ["without a session", "mark=m", {}],
    ["where it is unsure", `${cookies}; csrf=abc`, {}],
    ["with an expired token", cookies, { now: NOW + 10_000 }],
    ["with a part of another type", `mark=m; token=${tokenOf({ ends: NOW + 1, payload: {} })}`, {}],
  ]) {
    test(`${what} the core is asked`, () => {
      assert.equal(answer("user", other, more), null);
    });
  }
});

describe("options", () => {
  test("the plan has the statuses that they set", () => {
    const { plan } = new Table(TABLE, { claimStatus: 409 });
    assert.deepEqual(plan.statuses, [401, 409]);
    assert.deepEqual(plan.responseHeaders, ["front"]);
  });

  for (const [options, applies] of [
    [{}, true],
    [{ mode: "header", lend: false, clock: false, other: 1 }, true],
    [{ mode: null, lend: undefined, clock: null }, true],
    [{ mode: "x" }, false],
    [{ lend: "false" }, false],
    [{ claimStatus: "403" }, false],
    [{ expiredStatus: 401.5 }, false],
    [{ clock: () => 1 }, false],
  ]) {
    test(`${JSON.stringify(options)} (${Object.keys(options)}) can ${applies ? "" : "not "}be answered by a table`, () => {
      assert.equal(new Table(TABLE, options).applies, applies);
    });
  }
});

test("a session is likely if its cookies exist, with any content", () => {
  const table = new Table(TABLE);
  assert.equal(table.isLikely("mark=-; token=!"), true);
  assert.equal(table.isLikely("mark=1"), false);
  assert.equal(table.isLikely(""), false);
});
