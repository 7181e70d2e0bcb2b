// Python in a worker: pyfetch, with the session and without. What it is asked arrives as
// {id, url, count} and is answered with {id, time}.

import "./network.js";
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";

const { network } = globalThis;
const mode = new URLSearchParams(location.search).get("mode");

const PYTHON = `
import supertokens_pyodide as supertokens
from pyodide.http import pyfetch
from time import perf_counter

supertokens.init(api_domain="${network.api}", token_transfer_method="${mode}")
await supertokens.get_user_id()

async def time_pyfetch(url, count):
    start = perf_counter()
    for _ in range(count):
        await pyfetch(url)
    return (perf_counter() - start) * 1e6 / count

time_pyfetch
`;

async function start() {
  const indexURL = new URL("/vendor/pyodide/", location.href).href;
  const pyodide = await loadPyodide({ indexURL, packages: ["supertokens-pyodide"] });
  return pyodide.runPythonAsync(PYTHON);
}

const started = start();
addEventListener("message", async ({ data: { id, url, count } }) => {
  const time = await started;
  postMessage({ id, time: await time(url, count) });
});
