// How wrong clocks are corrected, and when a token counts as expired.

import { ITEMS, NO_SESSION, REFRESH } from "./sessions.mjs";
import { API, frontToken, NOW, Page, play, TRIP } from "./website.mjs";

const HOUR = 3_600_000;
const KEY = "__st_clockSkewInMillis";

/** How far the client's clock is off when a token arrives. */
const ERRORS = [0, 1, -1, 6999, -6999, 7000, -7000, 7001, -7001, 2 * HOUR, -2 * HOUR, 8000 * HOUR];
/** `iat` that are no such thing. */
const ODD = [null, "1700000000", true, [], {}, -1, 0, 1e300];
const STORED = [
  null,
  "0",
  "6999",
  "7000",
  "-7000",
  "7200000",
  "-7200000",
  "1.5",
  "7200000.9",
  "7200000 ms",
  " 7200000",
  "+7200000",
  "7_200_000",
  "7.2e6",
  "0x7000",
  "null",
  "NaN",
  "Infinity",
  "",
];
/** How far from the expiry the corrected clock is, in milliseconds. */
const LEFT = [1, 0, -1];
const CALLS = ["doesSessionExist", "getAccessTokenPayloadSecurely", "getAccessToken", "getUserId"];

/** The skew that arrives with a token whose payload has this `iat`, and what is kept of it. */
async function learnt(id, up, error = 0) {
  const given = {
    now: NOW - TRIP + error,
    cookies: NO_SESSION,
    fetch: ITEMS,
    answers: { "/items": [{ status: 200, headers: { "front-token": frontToken("a", 1, up) } }] },
  };
  const page = new Page(given).init();
  await fetch(`${API}${ITEMS}`);
  const expected = { skew: skewOf(page), stored: page.storage.get(KEY) };
  return { id, given, expected };
}

/** The skew that is taken over from an earlier page. */
function takenOver(stored) {
  const given = { cookies: NO_SESSION, storage: stored === null ? {} : { [KEY]: stored } };
  return {
    id: `stored ${JSON.stringify(stored)}`,
    given,
    expected: { skew: skewOf(new Page(given).init()) },
  };
}

function skewOf(page) {
  const { DateProviderReference } = page.module("utils/dateProvider");
  return DateProviderReference.getReferenceOrThrow().dateProvider.now() - page.now;
}

/** Whether a call refreshes a token that has this long left; the next ones are valid for so long. */
async function expired(id, call, skew, left, ...validities) {
  const iat = (NOW + skew) / 1000;
  const token = (ate) => frontToken("alice", ate, { sub: "alice", iat });
  const again = validities.map((validity) => ({
    status: 200,
    headers: { "front-token": token(NOW + skew + validity) },
  }));
  const given = {
    call,
    storage: { [KEY]: String(skew) },
    cookies: {
      ...NO_SESSION,
      sFrontToken: token(NOW + skew + left),
      "st-access-token": "access-1",
    },
    answers: { [REFRESH]: again },
  };
  const { requests, result } = await play(given);
  const expected = { paths: requests.map(({ path }) => path), result };
  return { id, given, expected };
}

export async function rows() {
  const rows = [];
  for (const error of ERRORS)
    rows.push(await learnt(`off by ${error}`, { iat: NOW / 1000 }, error));
  for (const iat of ODD) rows.push(await learnt(`iat ${JSON.stringify(iat)}`, { iat }));
  rows.push(await learnt("no iat", {}));
  for (const stored of STORED) rows.push(takenOver(stored));
  for (const call of CALLS) {
    const skews = call.startsWith("does") ? [0, 2 * HOUR, -2 * HOUR] : [0];
    for (const skew of skews) {
      for (const left of LEFT) {
        rows.push(await expired(`${call}, skew ${skew}, ${left} left`, call, skew, left, HOUR));
      }
    }
    rows.push(await expired(`${call}, the next token looks expired`, call, 0, -1, 0, 0, HOUR));
  }
  return rows;
}
