// The headers of each attempt, of refreshes and of sign-outs.

import * as sessions from "./sessions.mjs";
import { play } from "./website.mjs";

const { tokens, NO_SESSION, UNKNOWN, SIGNED_IN, ITEMS, REFRESH, SIGN_OUT } = sessions;

export { tokens };

const { cookie, header } = SIGNED_IN;
const { sAntiCsrf: _, ...plain } = cookie;
const { "st-access-token": __, ...refreshOnly } = header;
const { sFrontToken: ___, ...tokensOnly } = header;

const BEFORE = {
  "no session": NO_SESSION,
  unknown: UNKNOWN,
  "cookie session": cookie,
  "cookie session without anti-csrf": plain,
  "cookie session with exposed access token": { ...cookie, "st-access-token": "access-1" },
  "header session": header,
  "header session without access token": refreshOnly,
  "tokens without a session": tokensOnly,
  "tokens of both kinds": { ...header, sAntiCsrf: "csrf-1" },
};
const CALLERS = {
  "no header": {},
  "an own rid": { RID: "emailpassword" },
  "an own Authorization": { Authorization: "Basic xyz" },
  "our access token": { authorization: "Bearer access-1" },
  "an own st-auth-mode": { "st-auth-mode": "theirs" },
  "an own anti-csrf": { "anti-csrf": "theirs" },
};

/** A backend that refuses the first request, whose refresh shows tokens for the second. */
const refusedOnce = (mode) => ({
  "/items": [401, 200],
  [REFRESH]: [{ status: 200, headers: sessions.shown(mode, tokens.alice_later) }],
});

async function row(id, given) {
  const { requests } = await play(given);
  return { id, given, expected: requests };
}

export async function rows() {
  const rows = [];
  for (const tokenTransferMethod of ["cookie", "header"]) {
    const options = { tokenTransferMethod };
    const refused = refusedOnce(tokenTransferMethod);
    for (const [before, cookies] of Object.entries(BEFORE)) {
      const id = `${before}, configured for ${tokenTransferMethod}`;
      const probed = before === "unknown" ? { ...refused, "/items": [200] } : refused;
      const request = { options, cookies, fetch: ITEMS, answers: probed };
      rows.push(await row(`${id}, refused`, request));
      const answers = { ...refused, [SIGN_OUT]: [{ status: 200, text: "{}" }] };
      rows.push(await row(`${id}, sign-out`, { options, cookies, call: "signOut", answers }));
    }
  }
  for (const [caller, own] of Object.entries(CALLERS)) {
    for (const before of ["no session", "cookie session", "header session"]) {
      const answers = refusedOnce(before === "header session" ? "header" : "cookie");
      const id = `${caller}, ${before}`;
      rows.push(await row(id, { cookies: BEFORE[before], fetch: ITEMS, headers: own, answers }));
    }
  }
  const options = { autoAddCredentials: false };
  rows.push(await row("no credentials", { options, cookies: cookie, fetch: ITEMS }));
  return rows;
}
