// A session as a backend leaves it in the page, and the backend that refreshes it.

const HOUR = 3_600_000;

const base64 = (value) => btoa(JSON.stringify(value));

/** A payload of the usual size: what the SDK puts there, and a few claims. */
function payload(now) {
  return {
    iat: Math.floor(now / 1000),
    exp: Math.floor((now + HOUR) / 1000),
    sub: "6a1f7d1e-51c2-4ce7-9b0e-0d4f7a3a9b11",
    tId: "public",
    rsub: "6a1f7d1e-51c2-4ce7-9b0e-0d4f7a3a9b11",
    sessionHandle: "2f6e2f4b-98e0-4b57-a7ac-2f1fdb1f3f9e",
    refreshTokenHash1: "b8a5".repeat(16),
    parentRefreshTokenHash1: null,
    antiCsrfToken: null,
    iss: "https://api.bench.test/auth",
    "st-ev": { v: true, t: now },
    "st-role": { v: ["admin", "editor"], t: now },
    "st-perm": { v: ["read", "write", "delete"], t: now },
  };
}

/** The tokens that a backend hands out at a time; those of an hour ago have expired. */
export function tokens(now = Date.now()) {
  const claims = payload(now);
  const part = (value) => base64(value).replace(/=+$/, "");
  return {
    front: base64({ uid: claims.sub, ate: now + HOUR, up: claims }),
    access: `${part({ alg: "RS256", typ: "JWT", version: "5" })}.${part(claims)}.${"s".repeat(342)}`,
    refresh: "r".repeat(400),
    antiCsrf: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  };
}

/** Put a session into the page, in cookies or in headers. */
export function signIn(mode, issuedAt = Date.now()) {
  const { front, access, refresh, antiCsrf } = tokens(issuedAt);
  const cookies = {
    sFrontToken: front,
    "st-last-access-token-update": String(issuedAt),
    "st-access-token": access,
    ...(mode === "header" ? { "st-refresh-token": refresh } : { sAntiCsrf: antiCsrf }),
    theme: "dark", // a page has cookies of its own as well
  };
  for (const [name, value] of Object.entries(cookies)) {
    // biome-ignore lint/suspicious/noDocumentCookie: as the SDKs write theirs
    document.cookie = `${name}=${value};path=/;samesite=lax`;
  }
}

/** The response to a refresh. */
export function refreshed(mode) {
  const { front, access, refresh } = tokens();
  const headers = { "front-token": front, "st-access-token": access };
  if (mode === "header") headers["st-refresh-token"] = refresh;
  return new Response(null, { status: 200, headers });
}
