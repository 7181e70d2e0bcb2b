"""Scenarios in which the page puts functions of its own in place of the SDK's."""

from tests.browser.twins.scenario import API, PROTECTED, Scenario

# A hook's arguments and its result: it adds to the URL, and reports what it got.
HOOKS = """{
  async preAPIHook(call) {
    const { action, url, requestInit, userContext } = call;
    const { method, credentials = "none", headers } = requestInit;
    const named = [...new Headers(headers).keys()].join(" ");
    const how = `${method.toUpperCase()} ${credentials} ${named}`;
    events.push({ before: action, how, userContext });
    return { ...call, url: `${url}?hooked` };
  },
  async postAPIHook({ action, url, fetchResponse, userContext }) {
    const { status } = await fetchResponse.json();
    events.push({ after: action, url: url.slice(api.length), status, userContext });
  },
}"""

# Overrides that say that they are called, and call the original.
OVERRIDES = """{
  override: {
    functions: (original) => {
      const reported = (name) => async (input) => {
        events.push({ called: name, userContext: input.userContext });
        return original[name](input);
      };
      const names = ["getUserId", "doesSessionExist", "getAccessTokenPayloadSecurely", "signOut"];
      return { ...original, ...Object.fromEntries(names.map((name) => [name, reported(name)])) };
    },
  },
}"""

OTHER_URLS = """{
  override: {
    functions: (original) => ({
      ...original,
      shouldDoInterceptionBasedOnUrl(url, apiDomain, domain) {
        events.push({ asked: url.slice(api.length), apiDomain: apiDomain === api, domain });
        return !url.includes("leave-it") && original.shouldDoInterceptionBasedOnUrl(
          url, apiDomain, domain);
      },
    }),
  },
}"""

SKEW = """{
  override: {
    functions: (original) => ({
      ...original,
      calculateClockSkewInMillis({ accessTokenPayload, responseHeaders }) {
        const front = responseHeaders.get("front-token") !== null;
        events.push({ skewOf: typeof accessTokenPayload.iat, front });
        return 3600000;
      },
    }),
  },
}"""

# Cookies in a place of the page's own.
JAR = """{
  cookieHandler: (original) => {
    globalThis.jar = new Map();
    return {
      ...original,
      getCookie: async () => [...jar].map(([name, text]) => `${name}=${text}`).join("; "),
      setCookie: async (write) => {
        const [pair, ...attributes] = write.split(";");
        const [name, text] = pair.split(/=(.*)/s);
        if (text === "") jar.delete(name);
        else jar.set(name, text);
        const { length } = attributes;
        const expires = attributes[0].startsWith("expires=");
        events.push({ [text === "" ? "cleared" : "set"]: name, expires, length });
      },
    };
  },
}"""

WINDOW = """{
  windowHandler: (original) => {
    globalThis.store = new Map();
    const storage = {
      keySync: (index) => [...store.keys()][index] ?? null,
      getItemSync: (key) => store.get(key) ?? null,
      setItemSync: (key, text) => {
        if (!store.has(key) && key.startsWith("browser")) events.push({ locked: key });
        store.set(key, text);
      },
      removeItemSync: (key) => store.delete(key),
      clearSync: () => store.clear(),
    };
    return { ...original, localStorage: { ...original.localStorage, ...storage } };
  },
}"""

CLOCK = """{
  dateProvider: () => ({
    getThresholdInSeconds: () => 7,
    getClientClockSkewInMillis: () => 0,
    setClientClockSkewInMillis: (skew) => events.push({ skew: Math.abs(skew) < 60000 }),
    now: () => Date.now() + globalThis.ahead,
  }),
}"""

LOCKS = """{
  lockFactory: async () => ({
    acquireLock: async (key) => { events.push({ acquired: key }); return true; },
    releaseLock: async (key) => { events.push({ released: key }); },
  }),
}"""

CONTEXT = "{ userContext: { own: 1 } }"

SEAMS: dict[str, Scenario] = {
    "hooks around a refresh": Scenario("expired", PROTECTED, functions=HOOKS),
    "hooks around a sign-out": Scenario(
        "signed in", f"return outcome(supertokens.signOut({CONTEXT}))", API, functions=HOOKS
    ),
    "a hook fails": Scenario(
        "expired",
        PROTECTED,
        ("fetch",),
        functions="{ preAPIHook() { throw new RangeError(); } }",
    ),
    "a sign-out without a session, with a context": Scenario(
        "signed out", f"return outcome(supertokens.signOut({CONTEXT}))", API
    ),
    "functions are overridden": Scenario(
        "signed in",
        f"""return [
          typeof (await supertokens.getUserId({CONTEXT})),
          await supertokens.doesSessionExist({CONTEXT}),
          typeof (await supertokens.getAccessToken({CONTEXT})),
          typeof (await supertokens.getAccessTokenPayloadSecurely({CONTEXT})),
          await outcome(supertokens.signOut({CONTEXT})),
          await supertokens.doesSessionExist(),
        ]""",
        API,
        functions=OVERRIDES,
    ),
    "the matching of URLs is overridden": Scenario(
        "signed in",
        """
        const usual = await request("GET", "/api/public");
        return [usual, await request("GET", "/api/public?leave-it")];
        """,
        functions=OTHER_URLS,
    ),
    "the clock's skew is calculated otherwise": Scenario(
        "signed in", "return outcome(supertokens.attemptRefreshingSession())", API, functions=SKEW
    ),
    "cookies are kept elsewhere": Scenario(
        "visitor",
        """
        const response = await request("POST", "/auth/signup", { body: argument });
        const known = [...jar.keys()].sort();
        await supertokens.attemptRefreshingSession();
        const call = await request("GET", "/api/protected");
        const exists = await supertokens.doesSessionExist();
        await supertokens.signOut();
        return [response, known, call, exists, document.cookie];
        """,
        # Promises of the page's own: events do not wait for them.
        in_order=False,
        functions=JAR,
    ),
    "localStorage is another": Scenario(
        "signed in",
        """
        await supertokens.attemptRefreshingSession();
        return [...store.keys()];
        """,
        API,
        functions=WINDOW,
    ),
    "the clock is another": Scenario(
        "signed in",
        """
        globalThis.ahead = 0;
        const now = await supertokens.doesSessionExist();
        globalThis.ahead = 7200000;
        return [now, await supertokens.doesSessionExist()];
        """,
        API,
        functions=CLOCK,
    ),
    "the locks are others": Scenario("expired", PROTECTED, functions=LOCKS),
}
