// How domains and paths are read that a page configures.

import { API, frontToken, Page, play } from "./website.mjs";

const DOMAINS = [
  "https://api.example.com",
  "http://api.example.com",
  "api.example.com",
  ".api.example.com",
  "  https://api.example.com\n",
  "https://api.example.com/",
  "https://api.example.com/v1/auth?query=1#hash",
  "api.example.com/v1",
  "api.example.com:8080",
  "https://api.example.com:443",
  "http://api.example.com:80",
  "http://api.example.com:443",
  "https://api.example.com:0080",
  "https://api.example.com:",
  "https://api.example.com:65535",
  "https://api.example.com:65536",
  "https://api.example.com:port",
  "https://user:password@api.example.com",
  "user@api.example.com",
  "https://API.Example.COM",
  "HTTPS://api.example.com",
  "API.EXAMPLE.COM",
  "https://api.example.com.",
  "api.example.com.",
  "https://api_1.example.com",
  "https://-api.example.com",
  "https://api..example.com",
  "localhost",
  "localhost:3001",
  "http://localhost:3001/path",
  "https://localhost:3001",
  "localhost.example.com",
  "LOCALHOST:3001",
  "api.localhost:3001",
  "http://intranet",
  "intranet",
  "127.0.0.1",
  "127.0.0.1:3001",
  "https://127.0.0.1:3001",
  "192.168.001.010",
  "127.1",
  "http://127.1",
  "http://2130706433",
  "http://0x7f.0.0.1",
  "1.2.3.400",
  "http://1.2.3.4.5",
  "http://[::1]:3001",
  "[::1]:3001",
  "http://[0:0:0:0:0:0:0:1]",
  "http://[2001:DB8::0:1]",
  "http://[::ffff:127.0.0.1]",
  "http://[::1",
  "http://[::g]",
  "https://bücher.example",
  "https://BÜCHER.example",
  "https://straße.example",
  "https://βόλος.example",
  "https://例え.テスト",
  "https://例え。テスト",
  "https://api.example。com",
  "https://xn--bcher-kva.example",
  "https://ﬁ.example",
  "https://a\u200db.example",
  "https://a\u00adb.example",
  "https://℀.example",
  "https://ex%61mple.com",
  "https://a%2fb.example.com",
  "https://api.exa\tmple.com",
  "https://two words.example.com",
  "https://a<b.example.com",
  "https://a|b.example.com",
  "https:\\\\api.example.com\\path",
  "https:api.example.com",
  "https:/api.example.com",
  "//api.example.com",
  "/api.example.com",
  "htps://api.example.com",
  "ftp://api.example.com",
  "file:///api.example.com",
  "https://",
  "https:///path",
  "http://.",
  ".",
  "",
  " ",
];

const PATHS = [
  "/auth",
  "auth",
  "/auth/",
  "/auth//",
  " /auth ",
  "/v1/auth",
  "v1/auth/",
  "",
  "/",
  "//",
  "/auth?query=1",
  "/auth#hash",
  "/Auth",
  "/auth.v1",
  "auth.v1",
  "/a/../auth",
  "/./auth",
  "/au th",
  "/au%20th",
  "/äuth",
  "/au|th",
  "\\auth",
  "/auth\\v1",
  "https://example.com",
  "https://example.com/auth",
  "https://example.com:8080/auth/",
  "HTTPS://example.com/auth",
  "example.com/auth",
  "example.com:8080/auth",
  "localhost/auth",
  "localhost:3001/auth",
  "/example.com/auth",
  "https://",
];

const FRONTEND_DOMAINS = {
  "https://app.example.com": [
    "app.example.com",
    ".app.example.com",
    "example.com",
    ".example.com",
    ".Example.COM",
    " .example.com ",
    "https://example.com",
    "https://app.example.com/path",
    "example.com:8080",
    ".com",
    "other.example.com",
    ".other.net",
    "sub.app.example.com",
    "p.example.com",
    "ftp://example.com",
    "a b",
    "",
    ".",
  ],
  "http://localhost:3000": ["localhost", ".localhost", "localhost:3000", "http://localhost"],
  "http://127.0.0.1:3000": ["127.0.0.1", ".127.0.0.1", "http://127.0.0.1:3000"],
  "http://app.localhost:3000": [".app.localhost", "app.localhost"],
  "https://bücher.example": ["bücher.example", ".bücher.example"],
};

const BACKEND_DOMAINS = [
  "example.com",
  ".example.com",
  ".Example.COM",
  "https://example.com:8080/path",
  "example.com:8080",
  ".https://example.com",
  "user@example.com",
  "localhost",
  ".localhost",
  ".127.0.0.1",
  "[::1]",
  ".straße.example",
  "..example.com",
  "example.com.",
  "com",
  "ftp://example.com",
  "two words",
  "",
  ".",
];

/** What the package makes of an option; null where it refuses it. */
function normalised(page, option, text) {
  const { validateAndNormaliseInputOrThrowError: normalise } = page.module("utils");
  try {
    return normalise({ apiDomain: API, [option]: text })[option];
  } catch {
    return null;
  }
}

/** The domain that cookies are written with; nothing where they are the page's own. */
async function cookieDomain(sessionTokenFrontendDomain, page) {
  const { writes, result } = await play({
    page,
    options: { sessionTokenFrontendDomain },
    cookies: { "st-last-access-token-update": "1" },
    fetch: "/items",
    answers: { "/items": [{ status: 200, headers: { "front-token": frontToken("a", 1, {}) } }] },
  });
  return result.status === 200 ? (/;domain=([^;]*)/.exec(writes[0])?.[1] ?? "") : null;
}

export async function rows() {
  const rows = [];
  const add = (option, text, expected, page) => {
    rows.push({
      id: `${option} ${JSON.stringify(text)}${page ? ` on ${page}` : ""}`,
      option,
      text,
      page,
      expected,
    });
  };
  const anyPage = new Page({}).init();
  for (const option of ["apiDomain", "apiBasePath", "sessionTokenBackendDomain"]) {
    const texts = { apiDomain: DOMAINS, apiBasePath: PATHS }[option] ?? BACKEND_DOMAINS;
    for (const text of texts) add(option, text, normalised(anyPage, option, text));
  }
  for (const [page, texts] of Object.entries(FRONTEND_DOMAINS)) {
    for (const text of texts) {
      add("sessionTokenFrontendDomain", text, await cookieDomain(text, page), page);
    }
  }
  return rows;
}
