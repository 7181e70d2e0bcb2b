"""The mails and text messages of the demo, which are not sent: they are shown at /mailbox."""

import html
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse

from demo.backend.documentation import Documentation

MAILBOX_PATH = "/mailbox"
CAPACITY = 200

# Links in messages are secrets: no referrer is sent to other sites, and no cache keeps them.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Message:
    """One mail or text message."""

    # An address or a phone number.
    to: str
    # The kind of message, for instance "password-reset".
    about: str
    tenant: str
    link: str | None = None
    code: str | None = None


class Mailbox:
    """The latest messages, numbered from 1 in the order of their arrival."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._messages: deque[tuple[int, Message]] = deque(maxlen=capacity)
        self._last = 0
        self._lock = threading.Lock()

    def add(self, message: Message) -> None:
        """Store a message."""
        with self._lock:
            self._last += 1
            self._messages.append((self._last, message))

    def since(self, n: int, to: str | None = None) -> dict[str, Any]:
        """The stored messages after number n, and the latest number."""
        with self._lock:
            found = [
                {"n": number, **asdict(message)}
                for number, message in self._messages
                if number > n and to in (None, message.to)
            ]
            return {"last": self._last, "messages": found}

    def router(self, documentation: Documentation) -> APIRouter:
        """The page for people, and the same as JSON."""
        router = APIRouter()

        @router.get(MAILBOX_PATH)
        def page(to: str | None = None) -> HTMLResponse:
            link = documentation.link("demo.html#the-mailbox")
            return HTMLResponse(_page(self.since(0, to)["messages"], link), headers=_HEADERS)

        @router.get(f"{MAILBOX_PATH}/messages")
        def messages(since: int = 0, to: str | None = None) -> JSONResponse:
            return JSONResponse(self.since(since, to), headers=_HEADERS)

        return router


_SUBJECTS = {
    "password-reset": "Choose a new password",
    "email-verification": "Confirm your address",
    "sign-in-code": "Sign in",
    "account-recovery": "Make a new passkey",
}


def _page(messages: list[dict[str, Any]], documentation: str) -> str:
    found = "".join(_article(message) for message in reversed(messages))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<link rel="icon" href="/static/icon.svg">
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto;
    padding: 0 1rem; color: #1a1a1a; background: #fafafa; }}
  h1 {{ font-size: 1.4rem; }}
  article {{ background: #fff; border: 1px solid #ccc; border-radius: 6px; padding: .75rem 1rem;
    margin: 1rem 0; }}
  h2 {{ font-size: 1rem; margin: 0; }}
  p {{ margin: .25rem 0; overflow-wrap: anywhere; }}
  code {{ font-size: 1.5rem; letter-spacing: .15em; }}
  .to {{ color: #555; font-size: .9rem; }}
  @media (prefers-color-scheme: dark) {{
    body {{ color: #eee; background: #181818; }} article {{ background: #222; border-color: #555; }}
    .to {{ color: #bbb; }} a {{ color: #8ab4f8; }}
  }}
</style>
</head>
<body>
<h1>Mailbox</h1>
<p>The demo sends no mail and no text message. This page shows the messages, the newest first.
<a href="">Reload</a></p>
<main>{found or "<p>There are no messages yet.</p>"}</main>
<footer><p>{documentation}</p></footer>
</body>
</html>
"""


def _article(message: dict[str, Any]) -> str:
    def text(name: str) -> str:
        return html.escape(message[name])

    parts = [f"<h2>{html.escape(_SUBJECTS.get(message['about'], message['about']))}</h2>"]
    parts.append(f'<p class="to">To {text("to")}, tenant {text("tenant")}</p>')
    if message["code"]:
        parts.append(f"<p>Your code is <code>{text('code')}</code></p>")
    if message["link"]:
        parts.append(f'<p><a href="{text("link")}">{text("link")}</a></p>')
    return f"<article>{''.join(parts)}</article>"
