// Which requests carry the session.

import { Page } from "./website.mjs";

const ABSOLUTE = [
  "https://api.example.com/items",
  "https://api.example.com",
  "http://api.example.com:3001/items?query#hash",
  "HTTPS://API.EXAMPLE.COM/items",
  "https://user:password@api.example.com/items",
  "https://api.example.com./items",
  "https://app.example.com/items",
  "https://example.com/items",
  "https://deep.api.example.com/items",
  "https://notexample.com/items",
  "https://xapi.example.com/items",
  "https://api.example.com.evil.net/items",
  "https://evil.net/?api.example.com",
  "https://api.example.com@evil.net/items",
  "https://evil.net/https://api.example.com",
  "https://api.example.com/?superTokensDoNotDoInterception",
  "https://api.example.com/items#superTokensDoNotDoInterception",
  "https://api.example.com/superTokensDoNotDoInterception/items",
  "//api.example.com/items",
  "//evil.net/items",
];
const RELATIVE = [
  "/items",
  "items",
  "./items",
  "../items",
  "?query",
  "#hash",
  "",
  "items.json",
  "./items.json",
  "?host=api.example.com",
  "api.example.com/items",
  "/items?superTokensDoNotDoInterception",
  "data:text/plain,items",
  "data:text/plain,api.example.com",
  "blob:https://api.example.com/7f3c",
];
const LOCAL = [
  "http://localhost:3001/items",
  "http://localhost:3000/items",
  "https://localhost/items",
  "http://127.0.0.1:3001/items",
  "http://127.0.0.2:3001/items",
  "http://api.localhost:3001/items",
  "http://localhost.example.com/items",
  "http://[::1]:3001/items",
  "http://2130706433:3001/items",
  "/items",
  "items.json",
];
const IDN = [
  "https://api.straße.example/items",
  "https://api.xn--strae-oqa.example/items",
  "https://api.strasse.example/items",
  "https://other.straße.example/items",
];

const APP = "https://app.example.com";
const API = "https://api.example.com";
const HERE = "http://localhost:3000";

/** The page, the API's domain, the backend domain, and what is requested there. */
const SITES = {
  "another host": [APP, API, undefined, [...ABSOLUTE, ...RELATIVE]],
  "the same host": [API, API, undefined, RELATIVE],
  "all of example.com": [APP, `${API}:8080`, ".example.com", ABSOLUTE],
  "all of example.com, the page too": [APP, API, "example.com", RELATIVE],
  "an API elsewhere": [APP, "https://api.other.net", "api.example.com", ABSOLUTE],
  "all below the API": [APP, API, ".api.example.com", ABSOLUTE.slice(6, 12)],
  localhost: [HERE, "http://localhost:3001", undefined, LOCAL],
  "an IPv4 address": [HERE, "127.0.0.1:3001", undefined, LOCAL],
  "an IPv6 address": [HERE, "http://[::1]:3001", undefined, LOCAL],
  "all of localhost": ["http://app.localhost:3000", "http://api.localhost", "localhost", LOCAL],
  "an IDN": [APP, "https://api.straße.example", undefined, IDN],
  "all of an IDN": [APP, "https://api.straße.example", ".straße.example", IDN],
};

export async function rows() {
  const rows = [];
  for (const [site, [page, apiDomain, sessionTokenBackendDomain, urls]] of Object.entries(SITES)) {
    const options = { apiDomain, sessionTokenBackendDomain };
    // No user is signed in, and that is known.
    const browser = new Page({ page, cookies: { "st-last-access-token-update": "1" } });
    browser.init(options);
    for (const url of urls) {
      await fetch(url);
      const expected = "st-auth-mode" in browser.requests.at(-1).headers;
      rows.push({ id: `${site}: ${JSON.stringify(url)}`, page, options, url, expected });
    }
  }
  return rows;
}
