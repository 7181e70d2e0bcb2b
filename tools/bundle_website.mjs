// Bundles npm supertokens-website into one script for pages that compare it with us or share a session
// with it. Sets window.supertokensWebsite. Minified, as a site would serve it.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "supertokensWebsite",
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
  entryPoints: ["supertokens-website"],
  outfile: "build/supertokens-website/supertokens-website.js",
});
