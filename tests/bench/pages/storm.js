// Many requests at once with an expired access token.

import { refreshed } from "./session.js";

const { network } = globalThis;

// Each response comes in a task of its own, as those of a real network do.
const { port1, port2 } = new MessageChannel();
const responses = [];
port1.onmessage = () => responses.shift()();
const inItsOwnTask = (response) =>
  new Promise((resolve) => {
    responses.push(() => resolve(response));
    port2.postMessage(null);
  });

// How many a page sends in one task: more, and it would hold the main thread by itself.
const SLICE = 250;

/**
 * @param {"cookie" | "header"} mode
 * @param {number} size how many requests
 */
export async function storm(mode, size) {
  const refused = new Response(null, { status: 401 });
  const counts = { requests: 0, refused: 0, refreshes: 0 };
  let valid = false;
  let allRefused = () => {};
  const whenAllRefused = new Promise((resolve) => {
    allRefused = resolve;
  });

  network.answer = (url) => {
    if (url.endsWith("/session/refresh")) {
      counts.refreshes += 1;
      // Only then has every one of them met a refusal.
      return whenAllRefused.then(() => {
        valid = true;
        return inItsOwnTask(refreshed(mode));
      });
    }
    counts.requests += 1;
    if (valid) return inItsOwnTask(network.ok);
    return inItsOwnTask(refused).then((response) => {
      counts.refused += 1;
      if (counts.refused === size) allRefused();
      return response;
    });
  };

  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
  });
  observer.observe({ type: "longtask" });
  const start = performance.now();
  const sent = [];
  while (sent.length < size) {
    const end = Math.min(size, sent.length + SLICE);
    while (sent.length < end) sent.push(fetch(`${network.api}/orders/${sent.length}`));
    if (sent.length < size) await inItsOwnTask();
  }
  const statuses = (await Promise.all(sent)).map((response) => response.status);
  const elapsed = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 20)); // the observer is called after the task
  observer.disconnect();
  network.answer = () => network.ok;
  const answered = statuses.filter((status) => status === 200).length;
  return { ...counts, answered, longest, elapsed };
}
