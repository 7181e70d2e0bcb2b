// The cookies that are written when a session's state changes.

import * as sessions from "./sessions.mjs";
import { play } from "./website.mjs";

const { tokens, NO_SESSION, UNKNOWN, SIGNED_IN, REMOVED, STRIPPED, ITEMS, REFRESH, SIGN_OUT } =
  sessions;

export { tokens };

const SITES = {
  https: {},
  http: { page: "http://app.example.com" },
  iframe: { options: { isInIframe: true } },
  "frontend domain": { options: { sessionTokenFrontendDomain: ".example.com" } },
  localhost: {
    page: "http://localhost:3000",
    options: { sessionTokenFrontendDomain: "localhost" },
  },
};

const items = (...answers) => ({ fetch: ITEMS, answers: { "/items": answers } });
const refresh = (answer) => ({
  fetch: ITEMS,
  answers: { "/items": [401, 200], [REFRESH]: [answer] },
});
const probe = (answer) => ({ fetch: ITEMS, answers: { [REFRESH]: [answer] } });
const signOut = (headers) => ({
  call: "signOut",
  answers: { [SIGN_OUT]: [{ status: 200, headers, text: '{"status":"OK"}' }] },
});

/** What happens, and the cookies before it. */
const changes = (mode) => {
  const there = SIGNED_IN[mode];
  const otherMode = mode === "cookie" ? "header" : "cookie";
  const shown = (front) => ({ status: 200, headers: sessions.shown(mode, front) });
  const access = mode === "header" ? { "st-access-token": "access-2" } : {};
  const payload = { "front-token": tokens.alice_changed, ...access };
  const { "front-token": _, ...empty } = REMOVED;
  return {
    "sign in": [NO_SESSION, items(shown(tokens.alice_later))],
    "sign in as another": [there, items(shown(tokens.bob))],
    "sign in as another in the other mode": [
      there,
      items({ status: 200, headers: sessions.shown(otherMode, tokens.bob) }),
    ],
    "a response with a new payload": [there, items({ status: 200, headers: payload })],
    refresh: [there, refresh(shown(tokens.alice_later))],
    probe: [UNKNOWN, probe(shown(tokens.alice_later))],
    "sign out": [there, signOut(REMOVED)],
    "sign out behind a proxy": [there, signOut(STRIPPED)],
    "a response that removes": [there, items({ status: 200, headers: REMOVED })],
    "a refused refresh": [there, refresh(401)],
    "a refused refresh that removes": [there, refresh({ status: 401, headers: REMOVED })],
    "a refused probe": [UNKNOWN, probe(401)],
    "a probe in an outage": [UNKNOWN, probe(503)],
    "a response with an anti-csrf token": [
      there,
      items({ status: 200, headers: { "anti-csrf": "csrf-2" } }),
    ],
    "a response with an empty anti-csrf token": [
      there,
      items({ status: 200, headers: { "anti-csrf": "" } }),
    ],
    "an anti-csrf token without a session": [
      NO_SESSION,
      items({ status: 200, headers: { "anti-csrf": "csrf-2" } }),
    ],
    "empty tokens": [there, items({ status: 200, headers: empty })],
    "an exposed access token": [
      there,
      items({ status: 200, headers: { "st-access-token": "access-2" } }),
    ],
  };
};

export async function rows() {
  const rows = [];
  for (const mode of ["cookie", "header"]) {
    for (const [change, [cookies, course]] of Object.entries(changes(mode))) {
      const everywhere = change === "sign in" || change === "sign out";
      for (const [site, { page, options }] of Object.entries(SITES)) {
        if (site !== "https" && !everywhere) continue;
        const given = {
          page,
          options: { tokenTransferMethod: mode, ...options },
          cookies,
          ...structuredClone(course),
        };
        const { writes } = await play(given);
        rows.push({ id: `${change}, ${mode}, ${site}`, given, expected: writes });
      }
    }
  }
  return rows;
}
