// Answers one question a line, as JSON: what a URL is, and whether it is ours.

import { createInterface } from "node:readline";
import { hostsOf, isOurs, resolveUrl } from "../../js_shim/src/target.js";

globalThis.location = { href: "https://app.example.com/" };

/** @type {Record<string, (...given: any[]) => any>} */
const ANSWERS = {
  read(url) {
    if (!URL.canParse(url)) return null;
    const { protocol, hostname, port, pathname } = new URL(url);
    return [protocol.slice(0, -1), hostname, port, pathname];
  },
  ours: (url, page, apiDomain, backendDomain, skip) =>
    isOurs({ ...hostsOf(apiDomain, backendDomain), skip }, url, resolveUrl(url, page)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(ANSWERS[name](...given))}\n`);
}
