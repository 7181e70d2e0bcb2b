// The events that responses fire, in order.

import * as sessions from "./sessions.mjs";
import { play } from "./website.mjs";

const { tokens, NO_SESSION, UNKNOWN, SIGNED_IN, REMOVED, STRIPPED, ITEMS, REFRESH } = sessions;

export { tokens };

const BEFORE = { there: SIGNED_IN.cookie, "no session": NO_SESSION, unknown: UNKNOWN };
const HEADERS = {
  none: {},
  "the same payload": sessions.shown("cookie", tokens.alice_later),
  "another payload": sessions.shown("cookie", tokens.alice_changed),
  "another user": sessions.shown("cookie", tokens.bob),
  removed: REMOVED,
  "removed by a proxy": STRIPPED,
  malformed: { "front-token": "malformed" },
};
const CLAIMS = JSON.stringify({
  message: "invalid claim",
  claimValidationErrors: [{ id: "st-role", reason: { message: "wrong value" } }],
});
const TEXTS = { claims: CLAIMS, "no claims": '{"message":"forbidden"}', "no JSON": "forbidden" };

async function row(id, given) {
  const { events, result } = await play(given);
  return { id, given, expected: { events, result } };
}

export async function rows() {
  const rows = [];
  for (const [before, cookies] of Object.entries(BEFORE)) {
    for (const [kind, headers] of Object.entries(HEADERS)) {
      for (const status of [200, 401]) {
        // The first response counts; if it is refused, the refresh is refused as well.
        const answers = { "/items": [{ status, headers }, 200], [REFRESH]: [401] };
        const id = `request, ${before}, ${status}, ${kind}`;
        rows.push(await row(id, { fetch: ITEMS, cookies, answers }));
      }
      for (const status of [200, 401, 503]) {
        const refused = before === "unknown" ? [200] : [401, 200]; // there it is the probe
        const answers = { "/items": refused, [REFRESH]: [{ status, headers }] };
        const id = `refresh, ${before}, ${status}, ${kind}`;
        rows.push(await row(id, { fetch: ITEMS, cookies, answers }));
      }
    }
    for (const [kind, text] of Object.entries(TEXTS)) {
      const answers = { "/items": [{ status: 403, text }], [REFRESH]: [401] };
      rows.push(await row(`claims, ${before}, ${kind}`, { fetch: ITEMS, cookies, answers }));
    }
  }
  const odd = { sessionExpiredStatusCode: 440, invalidClaimStatusCode: 422 };
  for (const status of [401, 403, 422, 440]) {
    const answers = { "/items": [{ status, text: CLAIMS }], [REFRESH]: [440] };
    const given = { options: odd, fetch: ITEMS, cookies: SIGNED_IN.cookie, answers };
    rows.push(await row(`own status codes, ${status}`, given));
  }
  return rows;
}
