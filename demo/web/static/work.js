// The panel of the page /worker: has Python in the worker work, and shows that the page does not wait.

import { logRequest } from "./logs.js";
import { byId, showNotice, showResult } from "./page.js";

const root = document.documentElement;

let frames = 0;
let longest = 0;

/** Show what the page draws meanwhile. By script, not by CSS, which continues while scripts are stuck. */
function watchFrames() {
  let last = performance.now();
  frames = longest = 0;
  const draw = (now) => {
    frames += 1;
    longest = Math.max(longest, now - last);
    last = now;
    byId("work-runner").style.setProperty("--place", Math.abs(((now / 700) % 2) - 1));
    byId("work-frames").textContent = frames;
    byId("work-pause").textContent = `${Math.round(longest)} ms`;
    if (root.dataset.work === "running") requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
}

function showWork(share, text) {
  byId("work-progress").value = share;
  showResult("work-result", text);
}

async function work(worker) {
  root.dataset.work = "running";
  byId("start-work").disabled = true;
  showWork(0, "");
  showResult("work-error", "");
  watchFrames();
  try {
    const { ok, text } = await worker.sync.work();
    showResult("work-result", ok ? text : "");
    showResult("work-error", ok ? "" : text);
  } finally {
    root.dataset.work = "done";
    byId("start-work").disabled = false;
  }
}

await globalThis.supertokens.ready();
const { xworker } = document.querySelector("script[type=py][worker]");
await xworker.ready;
xworker.sync.showWork = showWork;
xworker.sync.logRequest = (name, time, duration, status) =>
  logRequest({ name, time, duration, status: status ?? undefined, where: "worker" });
await xworker.sync.watch_requests();
byId("start-work").addEventListener("click", () => work(xworker).catch(showNotice));
byId("start-work").disabled = false;
