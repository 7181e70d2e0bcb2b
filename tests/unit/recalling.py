"""The core behind a driver that asks as little as the wire allows, like the shim's."""

from __future__ import annotations

import json
from typing import Any

from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.wire.port import Port


class RecallingPort(Port):
    """Answers from steps that stand; an exchange begun so has a negative id until it counts."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        config = session.config
        self._statuses = {config.session_expired_status_code, config.invalid_claim_status_code}
        self._standing: dict[tuple[str, str | None], dict[str, Any]] = {}
        self._begun: dict[int, tuple[str | None, float]] = {}
        self.recalled = 0

    def exchange(self, headers: str, one_shot: bool, cookies: str | None, now: float) -> str:
        step = None if headers or one_shot else self._recall("", cookies, now)
        if step is None:
            return self._keep("", cookies, super().exchange(headers, one_shot, cookies, now))
        flow = -self.recalled
        self._begun[flow] = (cookies, now)
        return json.dumps({**step, "flow": flow})

    def call(self, name: str, arguments: str, cookies: str | None, now: float) -> str:
        step = None if arguments else self._recall(name, cookies, now)
        if step is None:
            return self._keep(name, cookies, super().call(name, arguments, cookies, now))
        return json.dumps(step)

    def resume(self, flow_id: int, result: Any, cookies: str | None, now: float) -> str:
        if flow_id < 0:
            if isinstance(result, int) and result not in self._statuses:
                return '{"verdict": "deliver"}'
            flow_id = json.loads(super().exchange("", False, *self._begun[flow_id]))["flow"]
        return super().resume(flow_id, result, cookies, now)

    def _recall(self, key: str, cookies: str | None, now: float) -> dict[str, Any] | None:
        step = self._standing.get((key, cookies))
        if step is None or now >= step["reusableUntil"]:
            return None
        self.recalled += 1
        return step

    def _keep(self, key: str, cookies: str | None, text: str) -> str:
        step = json.loads(text)
        if "reusableUntil" in step:
            self._standing[key, cookies] = {n: v for n, v in step.items() if n != "flow"}
        return text
