"""Draw the documentation's sequence diagrams (docs/images): `python -m tools.diagrams`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
STYLE = """<style>
  :root {
    color-scheme: light dark;
    --ink: #1f2430; --soft: #5b6577; --line: #8a94a6; --box: #eef1f6; --paper: #ffffff;
    --accent: #3f51b5;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ink: #e6e9f0; --soft: #aab3c5; --line: #7d879b; --box: #2a3040; --paper: #1e2129;
      --accent: #9fa8f5;
    }
  }
  text { font: 14px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
  .note {
    font-size: 12.5px; fill: var(--soft);
    paint-order: stroke; stroke: var(--paper); stroke-width: 4px;
  }
  .name { font-weight: 600; }
  .paper { fill: var(--paper); }
  .box { fill: var(--box); stroke: var(--line); }
  .life { stroke: var(--line); stroke-dasharray: 4 4; }
  .arrow { stroke: var(--ink); marker-end: url(#head); }
  .back { stroke-dasharray: 5 3; }
  .held { fill: var(--accent); opacity: 0.22; }
  #head path { fill: var(--ink); }
</style>
<defs>
  <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"
    orient="auto"><path d="M0 0 8 4 0 8z"/></marker>
</defs>"""


class Arrow(NamedTuple):
    """A message between two columns; ``back`` for an answer."""

    start: int
    end: int
    text: str
    back: bool = False


class Note(NamedTuple):
    """A remark on one column."""

    column: int
    text: str


class Hold(NamedTuple):
    """From here to the next one the column holds the lock."""

    column: int


Step = Arrow | Note | Hold


def draw(title: str, description: str, columns: list[str], steps: list[Step], width: int) -> str:
    """A sequence diagram as SVG."""
    places = [width * (2 * n + 1) // (2 * len(columns)) for n in range(len(columns))]
    y, parts, holds = 70, [], dict[int, int]()
    for step in steps:
        match step:
            case Arrow(start, end, text, back):
                y += 38
                gap = 6 if end > start else -6
                left, right = places[start] + gap, places[end] - gap
                kind = "arrow back" if back else "arrow"
                parts.append(f'<line class="{kind}" x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>')
                parts.append(f'<text x="{(left + right) // 2}" y="{y - 7}">{text}</text>')
            case Note(column, text):
                y += 32
                parts.append(f'<text class="note" x="{places[column]}" y="{y}">{text}</text>')
            case Hold(column) if column in holds:
                top = holds.pop(column)
                place = f'x="{places[column] - 5}" y="{top}" width="10" height="{y + 12 - top}"'
                parts.insert(0, f'<rect class="held" {place}/>')
            case Hold(column):
                holds[column] = y + 16
    height = y + 40
    for x, name in zip(places, columns, strict=True):
        ends = f'x1="{x}" y1="56" x2="{x}" y2="{height - 14}"'
        parts.insert(0, f'<line class="life" {ends}/>')
        parts.append(f'<rect class="box" x="{x - 88}" y="22" width="176" height="34" rx="6"/>')
        parts.append(f'<text class="name" x="{x}" y="44">{name}</text>')
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
            f'<title id="t">{title}</title>',
            f'<desc id="d">{description}</desc>',
            STYLE,
            f'<rect class="paper" width="{width}" height="{height}" rx="8"/>',
            *parts,
            "</svg>\n",
        ]
    )


def request() -> str:
    sent: list[Step] = [
        Arrow(1, 3, "request with the session"),
        Arrow(3, 1, "200", back=True),
        Arrow(1, 0, "response", back=True),
    ]
    return draw(
        "A request with a live session, and one with an expired token",
        "With a live session the shim adds the session and sends the request. With an expired "
        "token the session core refreshes the session first.",
        ["Your code", "Shim", "Session core (Python)", "Backend"],
        [
            Note(1, "live session"),
            Arrow(0, 1, "fetch(…)"),
            *sent,
            Note(1, "expired token"),
            Arrow(0, 1, "fetch(…)"),
            Arrow(1, 2, "what now?"),
            Arrow(2, 3, "refresh call"),
            Arrow(3, 2, "new tokens", back=True),
            Arrow(2, 1, "send it", back=True),
            *sent,
        ],
        900,
    )


def refresh() -> str:
    return draw(
        "Two tabs refresh one session",
        "The first tab holds the lock and refreshes. The second tab waits for the lock, reads the "
        "cookies again and finds a fresh token.",
        ["Tab 1", "Web Lock", "Tab 2", "Backend"],
        [
            Arrow(0, 1, "request the lock"),
            Arrow(1, 0, "held", back=True),
            Hold(0),
            Arrow(2, 1, "request the lock"),
            Note(2, "waits"),
            Arrow(0, 3, "refresh call"),
            Arrow(3, 0, "new tokens", back=True),
            Note(0, "writes cookies"),
            Hold(0),
            Arrow(0, 1, "release"),
            Arrow(1, 2, "held", back=True),
            Hold(2),
            Note(2, "cookies are fresh: no call"),
            Hold(2),
            Arrow(2, 1, "release"),
            Arrow(2, 3, "request with the session"),
        ],
        820,
    )


def worker() -> str:
    return draw(
        "A page shares its session with Python in a worker",
        "The worker asks the page for the session's cookies, sends its request, and gives new "
        "cookies to the page.",
        ["Worker (Python)", "Page (shim)", "Browser's cookies", "Backend"],
        [
            Arrow(0, 1, "the session's cookies?"),
            Arrow(1, 2, "read"),
            Arrow(2, 1, "cookies", back=True),
            Arrow(1, 0, "only the session's own", back=True),
            Arrow(0, 3, "request with the session"),
            Arrow(3, 0, "response with new tokens", back=True),
            Arrow(0, 1, "write these cookies"),
            Arrow(1, 2, "write"),
        ],
        860,
    )


if __name__ == "__main__":
    for diagram in (request, refresh, worker):
        (IMAGES / f"{diagram.__name__}.svg").write_text(diagram(), "utf-8")
