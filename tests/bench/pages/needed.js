// A page that starts Python only when something needs it: ?mode=cookie|header. What run.py calls hangs on
// globalThis.bench.

import { refreshed, signIn } from "./session.js";

const HOUR = 3_600_000;
// How long, in milliseconds, Python has time to start although nothing needs it.
const IDLE_MS = 500;

const { network, supertokens } = globalThis;
const mode = new URLSearchParams(location.search).get("mode");

function init() {
  supertokens.init({ apiDomain: network.api, tokenTransferMethod: mode });
}

/** The bytes of Python that this page has loaded. */
function bytesOfPython() {
  const files = performance
    .getEntriesByType("resource")
    .filter(({ name }) => /\/vendor\/(?!supertokens\/)/.test(name));
  // A file from the cache has been loaded too. One of unknown size counts as a byte.
  return files.reduce((sum, file) => sum + (file.decodedBodySize || 1), 0);
}

globalThis.bench = {
  /** A visit with a live session: two requests and two reads; the bytes of Python that it loads. */
  visit: async () => {
    signIn(mode);
    init();
    const responses = [await fetch(`${network.api}/orders`), await fetch(`${network.api}/me`)];
    const answers = [await supertokens.doesSessionExist(), await supertokens.getUserId()];
    await new Promise((done) => setTimeout(done, IDLE_MS));
    if (!responses.every(({ ok }) => ok) || !answers.every(Boolean)) throw new Error("no session");
    return bytesOfPython();
  },
  /** Milliseconds of a request whose token has expired, Python's start and the refresh included. */
  refresh: async () => {
    signIn(mode, Date.now() - 2 * HOUR);
    let refreshes = 0;
    network.answer = (url) => {
      if (!url.endsWith("/session/refresh")) return network.ok;
      refreshes += 1;
      return refreshed(mode);
    };
    init();
    const start = performance.now();
    await fetch(`${network.api}/orders`);
    const took = performance.now() - start;
    if (refreshes !== 1 || bytesOfPython() === 0) throw new Error("no refresh");
    return took;
  },
};
