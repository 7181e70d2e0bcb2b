// A page with a session whose Python is on its way: ?mode=cookie|header.

import { signIn } from "./session.js";

const CALLS = 5;
const BATCH = 500;

const { network, supertokens } = globalThis;
const mode = new URLSearchParams(location.search).get("mode");
const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const pause = () => new Promise((done) => setTimeout(done));

/** The mean of many calls in a row, in milliseconds. */
async function mean(call) {
  const start = performance.now();
  for (let i = 0; i < BATCH; i++) await call();
  return (performance.now() - start) / BATCH;
}

async function measure() {
  signIn(mode);
  // A real session is from an earlier visit: the browser has written its cookies by now.
  if (!document.cookie.includes("sFrontToken")) throw new Error("no cookies");
  const start = performance.now();
  supertokens.init({ apiDomain: network.api, tokenTransferMethod: mode });
  let isReady = false;
  const up = supertokens.ready().then(() => {
    isReady = true;
    return performance.now() - start;
  });
  const askedFirst = performance.now();
  await supertokens.getUserId();
  const read = performance.now() - askedFirst;
  if (isReady) throw new Error("the first read has waited for Python");
  let leftAt = 0;
  network.answer = () => {
    leftAt = performance.now();
    return network.ok;
  };
  const left = [];
  const back = [];
  const hint = [];
  const many = await mean(() => fetch(`${network.api}/orders`));
  // Python's boot keeps the page busy between the calls.
  while (!isReady) {
    const calledAt = performance.now();
    await fetch(`${network.api}/orders`);
    left.push(leftAt - calledAt);
    back.push(performance.now() - calledAt);
    const askedAt = performance.now();
    if (supertokens.sessionHint() !== true) throw new Error("no session");
    hint.push(performance.now() - askedAt);
    await pause();
  }
  if (left.length < CALLS) throw new Error("Python has started too early to measure anything");
  const boot = await up;
  const after = await mean(() => fetch(`${network.api}/orders`));
  return { read, left: median(left), back: median(back), hint: median(hint), many, after, boot };
}

globalThis.measured = measure();
