// Prints, for each {page, plan, options, url} on stdin, whether the shim takes the request for one of ours:
// by the core's plan, and before there is one, by the options.

import { readFileSync } from "node:fs";
import { isOurs, targetOf } from "../../js_shim/src/core/plan.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const reported = asked.map(({ page, plan, options, url }) => {
  globalThis.location = { href: page };
  globalThis.__TABLE__ = { skip: plan.skip };
  const early = targetOf(options);
  return [isOurs(plan, url), isOurs(early, url)];
});
process.stdout.write(JSON.stringify(reported));
