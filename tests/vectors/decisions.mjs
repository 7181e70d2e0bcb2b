// What follows from the local state before a request and inside the lock: refresh, retry or give up.

import { ITEMS, NO_SESSION, REFRESH, SIGNED_IN, shown, tokens, UNKNOWN } from "./sessions.mjs";
import { play } from "./website.mjs";

export { tokens };

const THERE = SIGNED_IN.cookie;
const BEFORE = { there: THERE, "no session": NO_SESSION, unknown: UNKNOWN };
const IN_LOCK = {
  "the same": undefined,
  "another session": { ...THERE, sFrontToken: tokens.bob, "st-last-access-token-update": "2" },
  "no session": NO_SESSION,
  unknown: UNKNOWN,
};
const REFRESHES = {
  new: { status: 200, headers: shown("cookie", tokens.alice_later) },
  refused: 401,
  failed: 503,
  "no response": null,
};
const CAUSES = {
  "a refused request": { fetch: ITEMS },
  "an attempt": { call: "attemptRefreshingSession" },
  "an expired session": { call: "doesSessionExist" },
};

export async function rows() {
  const rows = [];
  for (const [cause, course] of Object.entries(CAUSES)) {
    for (const [before, cookies] of Object.entries(BEFORE)) {
      for (const [after, inLock] of Object.entries(IN_LOCK)) {
        if (after === before) continue;
        for (const [refresh, answer] of Object.entries(REFRESHES)) {
          const expired = cause === "an expired session" && before === "there";
          const given = {
            ...course,
            cookies: expired ? { ...cookies, sFrontToken: tokens.alice_expired } : cookies,
            inLock,
            answers: { "/items": [401, 200], [REFRESH]: [answer] },
          };
          const { requests, events, result } = await play(given);
          const expected = { paths: requests.map(({ path }) => path), events, result };
          // Where no refresh is made, it does not matter how it would have gone.
          if (refresh !== "new" && !expected.paths.includes(REFRESH)) continue;
          const id = `${cause}, ${before}, in the lock ${after}, refresh ${refresh}`;
          rows.push({ id, given, expected });
        }
      }
    }
  }
  return rows;
}
