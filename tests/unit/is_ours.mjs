// Tells, for each {page, plan, url} on stdin, whether the shim takes the request for one of ours.

import { readFileSync } from "node:fs";
import { isOurs } from "../../js_shim/src/target.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const told = asked.map(({ page, plan, url }) => {
  globalThis.location = { href: page };
  return isOurs(plan, url);
});
process.stdout.write(JSON.stringify(told));
