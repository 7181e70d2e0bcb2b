import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { API, haveStorage, python, shim, supertokens } from "./page.mjs";

const { CookieHandlerReference, WindowHandlerReference, DateProviderReference } = supertokens;

describe("handlers that a page has registered before init()", () => {
  test("they are the session's, made once, and init() may be repeated without them", async () => {
    haveStorage();
    const made = { cookies: 0, window: 0, clock: 0 };
    const kept = [];
    CookieHandlerReference.init(() => {
      made.cookies += 1;
      return {
        getCookie: async () => kept.join("; "),
        setCookie: async (write) => void kept.push(write.split(";")[0]),
      };
    });
    WindowHandlerReference.init((original) => {
      made.window += 1;
      const location = { ...original.location, getHostName: () => "www.other.example" };
      return { ...original, location };
    });
    const clock = { now: () => 5 };
    DateProviderReference.init(() => {
      made.clock += 1;
      return clock;
    });
    const references = [CookieHandlerReference, WindowHandlerReference, DateProviderReference];
    const before = references.map((each) => each.getReferenceOrThrow());

    supertokens.init(API);
    shim.connect(python());
    supertokens.init(API);

    const { jar } = shim.driver.host;
    jar.write(["a=1; path=/"]);
    await jar.flushed();
    assert.deepEqual(kept, ["a=1"]);
    const [cookies, page, time] = references.map((each) => each.getReferenceOrThrow());
    assert.equal(await cookies.cookieHandler.getCookie(), "a=1");
    assert.equal(cookies, before[0]);
    assert.equal(page, before[1]);
    assert.equal(time, before[2]);
    assert.equal(shim.given.dateProvider(), clock);
    assert.equal(shim.window.hostname, "www.other.example");
    assert.deepEqual(made, { cookies: 1, window: 1, clock: 1 });
  });
});
