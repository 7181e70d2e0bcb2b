"""What the twins go through."""

from tests.browser.twins.claims import CLAIMS
from tests.browser.twins.scenario import API, PROTECTED, WITH_AXIOS, Scenario
from tests.browser.twins.seams import SEAMS

ECHO = 'request("POST", "/api/echo", { body: \'{"a": 1}\' })'
READS = """
  const exists = await outcome(supertokens.doesSessionExist());
  const user = typeof (await outcome(supertokens.getUserId()));
  const payload = await outcome(supertokens.getAccessTokenPayloadSecurely());
  const token = await outcome(supertokens.getAccessToken());
  return { exists, user, payload: Object.keys(payload).sort(), token: token.slice?.(0, 3) };
"""
TWICE = 'return [await request("GET", "/api/public"), await request("GET", "/api/public")]'

SESSIONS = {
    "a visitor makes requests": Scenario("visitor", TWICE),
    "a visitor asks for the session": Scenario("visitor", READS, API),
    "a user signs up": Scenario(
        "visitor",
        """
        const response = await request("POST", "/auth/signup", { body: argument });
        return [response, await request("GET", "/api/protected")];
        """,
        anti_csrf=True,
    ),
    "a user signs in again": Scenario(
        "signed out",
        """
        const response = await request("POST", "/auth/signin", { body: argument });
        return [response, await request("GET", "/api/protected")];
        """,
    ),
    "another user signs in over a session": Scenario(
        "signed in",
        """
        const body = argument.replace(/[^"]+@/, `${crypto.randomUUID()}@`);
        return request("POST", "/auth/signup", { body });
        """,
    ),
    "a protected request": Scenario("signed in", PROTECTED, anti_csrf=True),
    "a request with a body": Scenario("signed in", f"return {ECHO}"),
    "the session is asked": Scenario("signed in", READS, API),
    "a request with an expired token": Scenario(
        "expired", f"return {ECHO}", WITH_AXIOS, anti_csrf=True
    ),
    "ten requests at once with an expired token": Scenario(
        "expired",
        """
        const ten = Array.from({ length: 10 }, () => request("GET", "/api/protected"));
        return Promise.all(ten);
        """,
        in_order=False,
        anti_csrf=True,
    ),
    "doesSessionExist with an expired token": Scenario(
        "expired", "return outcome(supertokens.doesSessionExist())", API
    ),
    "what needs a session is asked without one": Scenario(
        "signed out",
        """return [
          await outcome(supertokens.getUserId()),
          await outcome(supertokens.getAccessTokenPayloadSecurely()),
        ];""",
        API,
    ),
    "getUserId with an expired token": Scenario(
        "expired", "return typeof (await outcome(supertokens.getUserId()))", API
    ),
    "getAccessTokenPayloadSecurely with an expired token": Scenario(
        "expired",
        "return Object.keys(await outcome(supertokens.getAccessTokenPayloadSecurely())).sort()",
        API,
    ),
    "getAccessToken with an expired token": Scenario(
        "expired", "return (await outcome(supertokens.getAccessToken())).slice?.(0, 3)", API
    ),
    "attemptRefreshingSession": Scenario(
        "signed in", "return outcome(supertokens.attemptRefreshingSession())", API
    ),
    "attemptRefreshingSession without a session": Scenario(
        "signed out", "return outcome(supertokens.attemptRefreshingSession())", API
    ),
    "the payload changes": Scenario(
        "signed in",
        """
        const body = JSON.stringify({ number: performance.now() });
        return [
          await request("POST", "/api/payload", { body }),
          await request("POST", "/api/payload", { body }),
        ];
        """,
        has_new_payload=True,
    ),
    "the session was revoked": Scenario(
        "revoked", 'return request("GET", "/api/protected?check_database=true")'
    ),
    "requests at once after the session was revoked": Scenario(
        "revoked",
        """
        const three = [1, 2, 3].map(() => request("GET", "/api/protected?check_database=true"));
        return Promise.all(three);
        """,
        in_order=False,
        removes_tokens=True,
    ),
    "requests at once with an expired token after the session was revoked": Scenario(
        "expired and revoked",
        """
        const three = [1, 2, 3].map(() => request("GET", "/api/protected"));
        return Promise.all(three);
        """,
        in_order=False,
        removes_tokens=True,
    ),
    "the session is asked after it was revoked": Scenario(
        "revoked",
        f"await supertokens.attemptRefreshingSession(); {READS}",
        API,
    ),
    "the browser has dropped the script's cookies": Scenario("cleared", PROTECTED, anti_csrf=True),
    "the session is asked after the browser has dropped the script's cookies": Scenario(
        "cleared", READS, API
    ),
    "an endpoint that always answers 401": Scenario(
        "signed in", 'return request("GET", "/api/always-401")', WITH_AXIOS
    ),
    "an endpoint that always answers 401, with a limit": Scenario(
        "signed in",
        'return request("GET", "/api/always-401")',
        options={"maxRetryAttemptsForSessionRefresh": 2},
    ),
    "an endpoint that always answers 401, to a visitor": Scenario(
        "visitor", 'return request("GET", "/api/always-401")'
    ),
    "an endpoint that wants a claim": Scenario(
        "signed in", 'return request("GET", "/api/needs-claim")'
    ),
    "a sign-out": Scenario(
        "signed in",
        "return [await outcome(supertokens.signOut()), await request('GET', '/api/protected')]",
        anti_csrf=True,
    ),
    "a sign-out with an expired token": Scenario(
        "expired", "return outcome(supertokens.signOut())", API
    ),
    "a sign-out without a session": Scenario(
        "signed out", "return outcome(supertokens.signOut())", API
    ),
    "a sign-out of a visitor": Scenario("visitor", "return outcome(supertokens.signOut())", API),
    "a sign-out after the session was revoked": Scenario(
        "revoked", "return outcome(supertokens.signOut())", API
    ),
    "the caller's own Authorization": Scenario(
        "signed in",
        'return request("GET", "/api/public", { headers: { Authorization: "Bearer own" } })',
        WITH_AXIOS,
    ),
    "the caller's own Authorization, with our expired token": Scenario(
        "expired",
        """
        const [, token] = /st-access-token=([^;]+)/.exec(document.cookie);
        return request("GET", "/api/protected", { headers: { authorization: `Bearer ${token}` } });
        """,
        modes=("header",),
    ),
    "the caller's own rid": Scenario(
        "signed in", 'return request("GET", "/api/protected", { headers: { rid: "own" } })'
    ),
    "the caller's own rid in other letters": Scenario(
        "signed in",
        'return request("GET", "/api/protected", { headers: { RID: "own" } })',
        WITH_AXIOS,
    ),
    "the marker that opts out": Scenario(
        "signed in", 'return request("GET", "/api/public?superTokensDoNotDoInterception")'
    ),
    "a foreign host": Scenario(
        "signed in",
        'return request("GET", `http://foreign.test:${location.port}/nothing`)',
    ),
    "an address of the page's own": Scenario(
        "signed in", 'return request("GET", `${location.origin}/nothing`)'
    ),
    "an address relative to the page": Scenario(
        "signed in", "return (await fetch('/nothing')).status", API
    ),
    "credentials are left to the caller": Scenario(
        "signed in",
        'return request("GET", "/api/public")',
        options={"autoAddCredentials": False},
    ),
    "a session in a frame of another site": Scenario(
        "signed in",
        "return supertokens.attemptRefreshingSession()",
        API,
        options={"isInIframe": True},
        leaves_traces=True,
    ),
    "another status says that the session has expired": Scenario(
        "expired", PROTECTED, options={"sessionExpiredStatusCode": 440}
    ),
    "another status says that a claim is invalid": Scenario(
        "signed in",
        'return request("GET", "/api/needs-claim")',
        options={"invalidClaimStatusCode": 418},
    ),
    "the refresh is answered with 500": Scenario("expired", PROTECTED, refresh="500"),
    "requests at once while refreshing is answered with 500": Scenario(
        "expired",
        """
        const three = [1, 2, 3].map(() => request("GET", "/api/protected"));
        return Promise.all(three);
        """,
        refresh="500",
        in_order=False,
    ),
    "the refresh gets no answer": Scenario("expired", PROTECTED, WITH_AXIOS, refresh="no answer"),
    "the session is asked while refreshing is answered with 500": Scenario(
        "expired", READS, API, refresh="500"
    ),
    "attemptRefreshingSession is answered with 500": Scenario(
        "signed in",
        "return outcome(supertokens.attemptRefreshingSession())",
        API,
        refresh="500",
    ),
    "a sign-out while refreshing is answered with 500": Scenario(
        "expired", "return outcome(supertokens.signOut())", API, refresh="500"
    ),
    "a visitor while refreshing is answered with 500": Scenario("visitor", TWICE, refresh="500"),
    "a protected request, synchronously": Scenario(
        "signed in",
        # supertokens-website sends it later, maybe after the other.
        f"const shown = await ({PROTECTED[7:]}); await fetch(`${{api}}/api/public`); return shown",
        ("sync",),
        in_order=False,
    ),
    "an XMLHttpRequest is looked at": Scenario(
        "visitor",
        """
        const { DONE, prototype } = XMLHttpRequest;
        return [new XMLHttpRequest() instanceof EventTarget, DONE, typeof prototype.send];
        """,
        API,
    ),
    "the front token is damaged": Scenario(
        "damaged", "return outcome(supertokens.doesSessionExist())", API
    ),
    "a Request that leaves credentials out": Scenario(
        "signed in",
        """
        const url = `${api}/api/public`;
        return (await fetch(new Request(url, { credentials: "omit" }))).status;
        """,
        API,
    ),
    "a request that leaves credentials out": Scenario(
        "signed in",
        "return (await fetch(`${api}/api/public`, { credentials: 'omit' })).status",
        API,
    ),
    "the caller's own st-auth-mode": Scenario(
        "signed in",
        'return request("GET", "/api/protected", { headers: { "st-auth-mode": "any" } })',
        WITH_AXIOS,
    ),
    "init with other options": Scenario(
        "visitor",
        """
        const close = typeof supertokens.close;
        try {
          supertokens.init({ apiDomain: "http://other.test" });
          return ["taken", close];
        } catch (error) {
          return [error.name, close];
        }
        """,
        API,
    ),
    "a refresh is answered without a front token": Scenario("expired", PROTECTED, refresh="200"),
    "a sign-out in another tab while a refresh is on its way": Scenario(
        "expired",
        "return [await outcome(supertokens.attemptRefreshingSession()), document.cookie !== '']",
        API,
        refresh="signed out meanwhile",
    ),
    "a sign-out is refused with a message for the user": Scenario(
        "signed in",
        """
        const error = await supertokens.signOut().catch((error) => error);
        return [error.isSuperTokensGeneralError, error.message];
        """,
        API,
        sign_out=(200, '{"status": "GENERAL_ERROR", "message": "Not today"}'),
    ),
    "a sign-out is answered with 500": Scenario(
        "signed in", "return outcome(supertokens.signOut())", API, sign_out=(500, "down")
    ),
}

SCENARIOS: dict[str, Scenario] = {**SESSIONS, **SEAMS, **CLAIMS}
