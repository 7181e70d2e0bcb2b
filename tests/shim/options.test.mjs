import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { printed } from "./browser.mjs";
import { API, shim, supertokens, thrown } from "./page.mjs";

const isOpen = () => shim.driver !== null;

describe("an option of init()", () => {
  for (const [name, meant] of [
    ["apiDommain", "apiDomain"],
    ["tokentransfermethod", "tokenTransferMethod"],
    ["api_base_path", "apiBasePath"],
    ["preApiHook", "preAPIHook"],
  ]) {
    test(`if it is misspelt as ${name}, it is refused with the name that was meant`, () => {
      const text = thrown(() => supertokens.init({ ...API, [name]: 1 }));
      assert.ok(text.startsWith("CONFIG_INVALID: "), text);
      assert.ok(text.includes(name), text);
      assert.ok(text.endsWith(`Did you mean '${meant}'?`), text);
      assert.equal(isOpen(), false);
      assert.deepEqual(printed, []);
    });
  }

  test("a misspelt key of override is refused likewise", () => {
    const text = thrown(() => supertokens.init({ ...API, override: { function: () => {} } }));
    assert.ok(text.startsWith("CONFIG_INVALID: "), text);
    assert.ok(text.endsWith("Did you mean 'functions'?"), text);
    assert.equal(isOpen(), false);
  });

  for (const [given, part] of [
    [{ apiDomain: undefined }, "'apiDomain' is missing"],
    [{ apiDomain: 5 }, "'apiDomain' is 5. Give a text."],
    [{ tokenTransferMethod: "x" }, "'tokenTransferMethod' is 'x'. Give 'cookie' or 'header'."],
    [{ isInIframe: "yes" }, "'isInIframe' is 'yes'. Give true or false."],
    [{ sessionExpiredStatusCode: "401" }, "'sessionExpiredStatusCode' is '401'. Give a number."],
    [{ preAPIHook: 5 }, "'preAPIHook' is 5. Give a function."],
    [{ onHandleEvent: "x" }, "'onHandleEvent' is 'x'. Give a function."],
    [{ override: () => {} }, "'override' is "],
    [
      { override: { functions: 5 } },
      "'override' is an object. Give an object with a function as its 'functions'.",
    ],
  ]) {
    test(`a value of another type is refused: ${part}`, () => {
      const text = thrown(() => supertokens.init({ ...API, ...given }));
      assert.ok(text.startsWith(`CONFIG_INVALID: Option ${part}`), text);
      assert.equal(isOpen(), false);
    });
  }

  test("without any, the missing one is named, and callers that come later learn of it", async () => {
    const text = thrown(() => supertokens.init());
    assert.ok(text.includes("'apiDomain' is missing"), text);
    await assert.rejects(supertokens.getUserId(), { code: "CONFIG_INVALID" });
  });

  test("values of the right types are taken", () => {
    const all = { refreshTimeout: 1.5, tokenStore: "indexedDB", tokenTransferMethod: "header" };
    supertokens.init({ ...API, ...all, isInIframe: false });
    assert.equal(isOpen(), true);
  });

  test("an unknown one is ignored with a warning", () => {
    supertokens.init({ ...API, sessionScope: "x", nothing: undefined, override: { openId: 1 } });
    assert.deepEqual(JSON.parse(shim.given.json), { ...API, override: {} });
    const [scope, override, ...others] = printed;
    assert.ok(scope.includes("'sessionScope' is unknown and is ignored"), scope);
    assert.ok(override.includes("'openId' is unknown and is ignored"), override);
    assert.deepEqual(others, []);
  });
});
