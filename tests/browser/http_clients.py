"""Python's HTTP clients in a browser, each behind one call. This file runs there, not under pytest.

It is the same wherever Python runs: jobs come in over a BroadcastChannel, answers go out over it.
A client is called in a `way`: "awaited"; "suspending" from a task, where a synchronous client can
wait by suspending WebAssembly's stack (JSPI); or "blocking" from a callback of JavaScript's, where
it cannot.
"""

import asyncio
import importlib
import inspect
import json
import sys

import js
import supertokens_pyodide as supertokens
from pyodide.code import eval_code_async
from pyodide.ffi import can_run_sync, create_once_callable, create_proxy, to_js

MODULES = ("pyodide.http", "urllib3", "requests", "httpx2", "httpx", "supertokens_pyodide.httpx")
CLIENTS = {}


def client(name):
    def register(call):
        CLIENTS[name] = call
        return call

    return register


def given(**options):
    return {name: value for name, value in options.items() if value is not None}


@client("pyfetch")
async def call_pyfetch(method, url, body):
    from pyodide.http import pyfetch

    response = await pyfetch(url, **given(method=method, body=body))
    return response.status, await response.text()


@client("open_url")
def call_open_url(method, url, body):
    from pyodide.http import open_url

    return None, open_url(url).read()


@client("pyxhr")
def call_pyxhr(method, url, body):
    from pyodide.http import pyxhr

    response = getattr(pyxhr, method.lower())(url, **given(data=body))
    return response.status_code, response.text


@client("pyscript.fetch")
async def call_pyscript_fetch(method, url, body):
    from pyscript import fetch

    response = await fetch(url, **given(method=method, body=body))
    return response.status, await response.text()


@client("js.fetch")
async def call_js_fetch(method, url, body):
    options = to_js(given(method=method, body=body), dict_converter=js.Object.fromEntries)
    response = await js.fetch(url, options)
    return response.status, await response.text()


@client("js.XMLHttpRequest")
async def call_js_xhr(method, url, body):
    xhr = js.XMLHttpRequest.new()
    ended = asyncio.get_running_loop().create_future()
    xhr.onloadend = create_once_callable(lambda event: ended.set_result(None))
    xhr.open(method, url)
    xhr.send(body)
    await ended
    if xhr.status == 0:
        raise OSError("an error event")
    return xhr.status, xhr.responseText


@client("js.XMLHttpRequest, synchronous")
def call_js_xhr_synchronous(method, url, body):
    xhr = js.XMLHttpRequest.new()
    xhr.open(method, url, False)
    xhr.send(body)
    return xhr.status, xhr.responseText


@client("urllib3")
def call_urllib3(method, url, body):
    import urllib3

    response = urllib3.request(method, url, body=body, retries=False)
    return response.status, response.data.decode()


@client("requests")
def call_requests(method, url, body):
    import requests

    response = requests.request(method, url, data=body and body.encode())
    response.encoding = "utf-8"
    return response.status_code, response.text


@client("httpx2.AsyncClient")
async def call_httpx2_asynchronous(method, url, body):
    import httpx2

    async with httpx2.AsyncClient() as session:
        response = await session.request(method, url, content=body)
    return response.status_code, response.text


@client("httpx2.Client")
def call_httpx2(method, url, body):
    import httpx2

    with httpx2.Client() as session:
        response = session.request(method, url, content=body)
    return response.status_code, response.text


@client("httpx.AsyncClient")
async def call_httpx_asynchronous(method, url, body):
    import httpx
    from supertokens_pyodide.httpx import AsyncFetchTransport

    async with httpx.AsyncClient(transport=AsyncFetchTransport()) as session:
        response = await session.request(method, url, content=body)
    return response.status_code, response.text


@client("httpx.Client")
def call_httpx(method, url, body):
    import httpx
    from supertokens_pyodide.httpx import FetchTransport

    with httpx.Client(transport=FetchTransport()) as session:
        response = session.request(method, url, content=body)
    return response.status_code, response.text


@client("supertokens_pyodide.fetch")
async def call_supertokens_fetch(method, url, body):
    response = await supertokens.fetch(url, method=method, body=body)
    return response.status, await response.text()


def response_report(status, text):
    return {"status": status, "text": text}


def error_report(error):
    package, cause = type(error).__module__.split(".")[0], supertokens.cause_of(error)
    return {
        "error": f"{package}.{type(error).__name__}",
        "message": str(error),
        "cause": cause and cause.code,
        "hint": cause and cause.hint,
    }


def call_now(job):
    """Do a job at once."""
    reported = {"suspends": can_run_sync()}
    try:
        result = CLIENTS[job["client"]](job["method"], job["url"], job["body"])
    except Exception as error:
        return reported | error_report(error)
    return reported | response_report(*result)


async def call_later(job):
    """Do a job in a task."""
    if job["way"] == "suspending":
        return call_now(job)
    try:
        result = await CLIENTS[job["client"]](job["method"], job["url"], job["body"])
    except Exception as error:
        return error_report(error)
    return response_report(*result)


async def run(job):
    """Run code of a test, which has `api` for the API's address; the value of its last line."""
    namespace = {"api": job["api"], "error_report": error_report, "supertokens": supertokens}
    value = await eval_code_async(job["code"], namespace)
    return {"value": await value if inspect.isawaitable(value) else value}


def serve():
    channel = js.BroadcastChannel.new("http-clients")
    tasks = set()

    def answer(number, outcome):
        channel.postMessage(json.dumps({"answers": number, **outcome}))

    async def work(job):
        try:
            outcome = await (run(job) if "code" in job else call_later(job))
        except Exception as error:
            outcome = {"failure": repr(error)}
        answer(job["number"], outcome)

    def receive(event):
        job = json.loads(event.data)
        if job.get("way") == "blocking":
            answer(job["number"], call_now(job))
        else:
            task = asyncio.ensure_future(work(job))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    channel.onmessage = create_proxy(receive)
    return answer


def start(api_domain, mode, imported):
    """Initialise the session SDK, with the clients imported before or after that; take jobs."""
    if imported == "before":
        for name in MODULES:
            importlib.import_module(name)
    early = [name for name in MODULES if name in sys.modules]
    supertokens.init(api_domain=api_domain, token_transfer_method=mode)
    for name in MODULES:
        importlib.import_module(name)
    serve()("start", {"early": early})
