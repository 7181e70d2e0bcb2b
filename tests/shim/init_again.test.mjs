import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hangs, nextTurn } from "./browser.mjs";
import { API, keepCookies, page, python, shim, supertokens, thrown } from "./page.mjs";

describe("a repeated init()", () => {
  test("its functions replace the earlier ones, and defaults are equal to what they stand for", async () => {
    const seen = [];
    const given = (n) => ({
      ...API,
      onHandleEvent: () => seen.push(`event ${n}`),
      preAPIHook: () => seen.push(`hook ${n}`),
      override: { functions: (o) => ({ ...o, getUserId: async () => `user ${n}` }) },
      lockFactory: () => ({ acquireLock: () => seen.push(`lock ${n}`), releaseLock() {} }),
    });
    supertokens.init(given(1));
    supertokens.init({
      ...given(2),
      apiBasePath: "/auth",
      isInIframe: false,
      tokenStore: "cookies",
    });
    shim.connect(python());
    supertokens.init(given(3));
    supertokens.init(API); // what is left out stays
    shim.emit([{}]);
    const { host, page } = shim.driver;
    await page.hooks.before({});
    await host.lock(1, "name", 1);
    assert.deepEqual(seen, ["event 3", "hook 3", "lock 3"]);
    assert.equal(await supertokens.getUserId(), "user 3");
  });

  test("a listener that it gives is one for whom other tabs are watched", async () => {
    keepCookies();
    const reasons = [];
    globalThis.supertokensPyodide = {
      ...{ interpreter: "own", start: "needed" },
      ...{ pyodide: hangs(), onStart: (reason) => reasons.push(reason) },
    };
    supertokens.init(API);
    supertokens.init({ ...API, onHandleEvent() {} });
    await nextTurn();
    assert.deepEqual(reasons, []);
    page.cookie = "st-last-access-token-update=2";
    shim.look();
    await nextTurn();
    assert.deepEqual(reasons, ["tab"]);
  });

  describe("a function that cannot be replaced", () => {
    const cookieHandler = () => ({ getCookie: async () => "", setCookie: async () => {} });
    const again = (more) => {
      supertokens.init({ ...API, cookieHandler });
      return thrown(() => supertokens.init({ ...API, ...more }));
    };

    test("the same one may be given again, or left out", () => {
      assert.equal(again({}), null);
      assert.equal(again({ cookieHandler }), null);
    });

    for (const name of ["cookieHandler", "windowHandler", "dateProvider", "lockFactory"]) {
      test(`another ${name} is refused by its name`, () => {
        const text = again({ [name]: () => ({}) });
        assert.ok(text.startsWith("ALREADY_INITIALISED: "), text);
        assert.ok(text.includes(name), text);
      });
    }

    test("an override of what is asked once, at the first init(), is refused by its name", () => {
      const name = "addXMLHttpRequestInterceptor";
      const text = again({ override: { functions: (o) => ({ ...o, [name]: () => {} }) } });
      assert.ok(text.startsWith("ALREADY_INITIALISED: "), text);
      assert.ok(text.includes(name), text);
    });
  });

  test("JavaScript's functions count after an init() of Python", async () => {
    const seen = [];
    const compared = [];
    const compare = (text) => {
      compared.push(JSON.parse(text));
      return "";
    };
    const functions = { preAPIHook: () => seen.push("Python's") };
    shim.connect(python({ compare, functions }));
    supertokens.init({
      ...API,
      preAPIHook: () => seen.push("JavaScript's"),
      override: { functions: (o) => ({ ...o, getUserId: async () => "mine" }) },
    });
    await shim.driver.page.hooks.before({});
    const refused = thrown(() => supertokens.init({ ...API, cookieHandler: () => ({}) }));
    assert.deepEqual(seen, ["JavaScript's"]);
    assert.equal(compared[0].preAPIHook, true);
    assert.equal(await supertokens.getUserId(), "mine");
    assert.ok(refused.includes("cookieHandler cannot be replaced"), refused);
  });
});

describe("a user context that JSON cannot write", () => {
  test("it reaches JavaScript's listener as it is, and Python's without it", async () => {
    const seen = [];
    supertokens.init({
      ...API,
      onHandleEvent: ({ userContext }) => seen.push(userContext === own),
    });
    const own = { count: 1n };
    own.self = own;
    const step =
      '{"events":[{"action":"SIGN_OUT","userContext":{}}],"verdict":"value","value":true}';
    const notified = [];
    const notify = (text) => void notified.push(...JSON.parse(text));
    shim.connect(python({ call: () => step, notify }));
    await supertokens.signOut({ userContext: own });
    assert.deepEqual(seen, [true]);
    assert.deepEqual(notified, [{ action: "SIGN_OUT", userContext: {} }]);
  });
});
