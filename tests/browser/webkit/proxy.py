"""The HTTP proxy of one context, in a thread of its own."""

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, DummyCookieJar, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict
from yarl import URL

from tests.browser.webkit.events import Emitter
from tests.browser.webkit.routes import (
    Fulfilled,
    Request,
    Response,
    Route,
    Rules,
    preflight_answer,
)

HOSTS = re.compile(r"(localhost|127\.0\.0\.1|.*\.localhost|.*\.test)")
# They belong to one connection.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "upgrade"}


JSON = "application/json"
EMPTY_PAGE = {"content-type": "text/html; charset=utf-8"}


class ThisMachine(AbstractResolver):
    """Every name that the proxy lets through is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address: ResolveResult = {
            "hostname": host,
            "host": "127.0.0.1",
            "port": port,
            "family": socket.AF_INET,
            "proto": 0,
            "flags": socket.AI_NUMERICHOST,
        }
        return [address]

    async def close(self) -> None:
        pass


class Proxy:
    """Passes requests on to this machine, unless a route or being offline forbids it."""

    def __init__(self) -> None:
        self.rules = Rules()
        self.events = Emitter()
        self.is_offline = False
        #: Gives the scripts to put at the beginning of each document.
        self.scripts: Callable[[], list[str]] = list
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._run(self._start())

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self) -> int:
        # A server may close an idle connection in the moment in which it is used again.
        connector = TCPConnector(resolver=ThisMachine(), limit=0, force_close=True)
        self._client = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=["Accept", "Accept-Encoding", "Content-Type", "User-Agent"],
        )
        # Not 0, which has it wait for held requests without end.
        self._server = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.01)
        await self._server.setup()
        site = web.TCPSite(self._server, "127.0.0.1", 0)
        await site.start()
        port: int = self._server.addresses[0][1]
        return port

    def close(self) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        await self._client.close()
        await self._server.cleanup()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, received: web.BaseRequest) -> web.StreamResponse:
        if received.method == "CONNECT":
            return web.Response(status=502)
        url = received.raw_path
        if url.startswith("/"):
            url = f"http://{received.headers['host']}{url}"
        body = await received.content.read()
        headers = {name.lower(): text for name, text in received.headers.items()}
        request = Request(received.method, url, headers, body or None)
        self.events.emit("request", request)
        answer = await self._answer_to(received, request)
        # On a connection that it has used before, the browser would repeat a request that fails.
        answer.force_close()
        return answer

    async def _answer_to(self, received: web.BaseRequest, request: Request) -> web.StreamResponse:
        try:
            fulfilled = await self._decide(request)
            if fulfilled:
                self.events.emit("response", Response(request, fulfilled.status))
                return self._fulfill(request, fulfilled)
            return await self._pass_on(received, request)
        except (OSError, asyncio.IncompleteReadError, ClientError) as error:
            request.failure = str(error)
            self.events.emit("requestfailed", request)
            if received.transport:
                received.transport.abort()
            return web.Response()

    async def _decide(self, request: Request) -> Fulfilled | None:
        if self.is_offline:
            raise ConnectionAbortedError("offline")
        if request.method == "OPTIONS":
            return preflight_answer(request) if self.rules.find(request.url) else None
        rule = self.rules.take(request.url)
        if rule is None:
            return None
        route = Route(request)
        await asyncio.to_thread(rule.handler, route)
        return await asyncio.wrap_future(route.decision)

    def _fulfill(self, request: Request, answer: Fulfilled) -> web.Response:
        response = web.Response(status=answer.status, headers=answer.headers)
        response.body = self._prepared(request, answer.headers, answer.body)
        return response

    async def _pass_on(self, received: web.BaseRequest, request: Request) -> web.StreamResponse:
        url = URL(request.url, encoded=True)
        if not HOSTS.fullmatch(url.host or ""):
            raise ConnectionRefusedError("not on this machine")
        async with self._client.request(
            request.method,
            url,
            headers=_end_to_end(received.headers),
            data=request.post_data_buffer,
            allow_redirects=False,
        ) as response:
            self.events.emit("response", Response(request, response.status))
            return await self._give_back(received, request, response)

    async def _give_back(
        self, received: web.BaseRequest, request: Request, response: ClientResponse
    ) -> web.StreamResponse:
        headers = _end_to_end(response.headers)
        if request.resource_type == "document" and headers.get("content-type") == JSON:
            # The browser's own page for JSON has no place for scripts.
            return web.Response(body=self._prepared(request, EMPTY_PAGE, b""), headers=EMPTY_PAGE)
        if _is_document(request, headers):
            headers.popall("content-length", None)
            body = self._prepared(request, headers, await response.read())
            return web.Response(status=response.status, headers=headers, body=body)
        given = web.StreamResponse(status=response.status, reason=response.reason, headers=headers)
        given.force_close()
        await given.prepare(received)
        # The browser may have lost interest.
        with contextlib.suppress(ConnectionResetError):
            async for piece in response.content.iter_any():
                await given.write(piece)
            await given.write_eof()
        return given

    def _prepared(self, request: Request, headers: Any, body: bytes) -> bytes:
        """A document with the scripts in it; any other body as it is."""
        if not _is_document(request, headers):
            return body
        scripts = "".join(f"<script>{script}</script>" for script in self.scripts()).encode()
        doctype = re.match(rb"\s*<!doctype[^>]*>", body, re.IGNORECASE)
        at = doctype.end() if doctype else 0
        return body[:at] + scripts + body[at:]


def _end_to_end(headers: Any) -> CIMultiDict[str]:
    kept = [(name, text) for name, text in headers.items() if name.lower() not in HOP_BY_HOP]
    return CIMultiDict(kept)


def _is_document(request: Request, headers: Any) -> bool:
    """Whether it is an HTML document that inline scripts may be put into."""
    return (
        request.resource_type == "document"
        and "text/html" in headers.get("content-type", "")
        and "content-encoding" not in headers
        and "content-security-policy" not in headers
    )
