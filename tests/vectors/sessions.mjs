// What the scenarios of several tables begin with, and what their backends say.

import { frontToken, NOW } from "./website.mjs";

const HOUR = 3_600_000;
const IAT = NOW / 1000;

const alice = { sub: "alice", sessionHandle: "handle-1", tId: "acme", iat: IAT };

/** Front tokens, by the name under which the tables show them. */
export const tokens = {
  alice: frontToken("alice", NOW + HOUR, alice),
  alice_later: frontToken("alice", NOW + 2 * HOUR, alice),
  alice_changed: frontToken("alice", NOW + 2 * HOUR, { ...alice, role: "admin" }),
  alice_expired: frontToken("alice", NOW - HOUR, alice),
  bob: frontToken("bob", NOW + HOUR, { ...alice, sub: "bob", sessionHandle: "handle-2" }),
};

const MARK = "st-last-access-token-update";

/** The cookies of a page without a session, and of one where that is unknown. */
export const NO_SESSION = { [MARK]: "1" };
export const UNKNOWN = {};

/** The cookies of a page where Alice is signed in. */
export const SIGNED_IN = {
  cookie: { sFrontToken: tokens.alice, [MARK]: "1", sAntiCsrf: "csrf-1" },
  header: {
    sFrontToken: tokens.alice,
    [MARK]: "1",
    "st-access-token": "access-1",
    "st-refresh-token": "refresh-1",
  },
};

/** The response headers that show a session's next tokens. */
export function shown(mode, front, number = 2) {
  if (mode === "cookie") return { "front-token": front, "anti-csrf": `csrf-${number}` };
  return {
    "front-token": front,
    "st-access-token": `access-${number}`,
    "st-refresh-token": `refresh-${number}`,
  };
}

/** The response headers that end a session, and what a proxy leaves of them that drops empty ones. */
export const REMOVED = {
  "front-token": "remove",
  "st-access-token": "",
  "st-refresh-token": "",
  "anti-csrf": "",
};
export const STRIPPED = { "front-token": "remove" };

export const ITEMS = "/items";
export const REFRESH = "/auth/session/refresh";
export const SIGN_OUT = "/auth/signout";
