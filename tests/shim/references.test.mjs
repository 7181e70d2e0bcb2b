import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { STGeneralError } from "../../js_shim/src/utils/error.js";
import { API, haveStorage, keepCookies, page, python, shim, supertokens } from "./page.mjs";

const {
  CookieHandlerReference,
  WindowHandlerReference,
  DateProviderReference,
  LockFactoryReference,
} = supertokens;

/** What there is before init() and after close(): an error from each. */
function assertNothingThere() {
  for (const reference of [
    CookieHandlerReference,
    WindowHandlerReference,
    DateProviderReference,
    LockFactoryReference,
  ]) {
    assert.throws(() => reference.getReferenceOrThrow(), { name: "Error" });
  }
}

describe("a reference", () => {
  test("there is none before init(), and none after close()", () => {
    assertNothingThere();
    haveStorage();
    supertokens.init(API);
    assert.ok(LockFactoryReference.getReferenceOrThrow());
    supertokens.close();
    assertNothingThere();
  });

  test("its cookieHandler has the session's cookies, before and with a core", async () => {
    keepCookies();
    haveStorage();
    supertokens.init(API);
    const { cookieHandler } = CookieHandlerReference.getReferenceOrThrow();
    page.cookie = "a=1; path=/";
    assert.equal(await cookieHandler.getCookie(), "a=1");
    shim.connect(python());
    await cookieHandler.setCookie("b=2; path=/");
    assert.equal(await cookieHandler.getCookie(), "a=1; b=2");
    assert.equal(document.cookie, "a=1; b=2");
  });

  test("its windowHandler is the page, its dateProvider the browser's clock", () => {
    haveStorage();
    supertokens.init(API);
    const { windowHandler } = WindowHandlerReference.getReferenceOrThrow();
    assert.equal(windowHandler.location.getHostName(), "www.example.com");
    const { dateProvider } = DateProviderReference.getReferenceOrThrow();
    assert.equal(dateProvider.getClientClockSkewInMillis(), 0);
    assert.equal(dateProvider.getThresholdInSeconds(), 7);
    assert.ok(Math.abs(dateProvider.now() - Date.now()) < 1000);
  });

  test("its lockFactory gives locks that exclude each other", async () => {
    haveStorage();
    supertokens.init(API);
    const { lockFactory } = LockFactoryReference.getReferenceOrThrow();
    const [one, other] = [await lockFactory(), await lockFactory()];
    assert.equal(await one.acquireLock("x"), true);
    assert.equal(await other.acquireLock("x", 1), false);
    await one.releaseLock("x");
    assert.equal(await other.acquireLock("x"), true);
    await other.releaseLock("x");
  });

  test("the entries for one class each have the main entry's class", () => {
    assert.equal(STGeneralError, supertokens.STGeneralError);
  });
});

test("validators from other recipes hold everywhere, those of a call for it alone", async () => {
  const validator = (id) => ({ id, refresh() {}, shouldRefresh: () => false, validate() {} });
  supertokens.SessionClaimValidatorStore.addClaimValidatorFromOtherRecipe(
    validator("from another recipe"),
  );
  supertokens.init(API);
  shim.connect(python());
  let validators;
  await supertokens.validateClaims((everywhere) => {
    validators = [...everywhere, validator("of this call")].map(({ id }) => id);
    return [];
  });
  assert.deepEqual(validators, ["from another recipe", "of this call"]);
});
