"""The picture of a consortium at work, as plain SVG that fetches nothing: four small charts side by side."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT, GAP, SIDE = 300, 220, 70, 60
INKS = ("#1f6f8b", "#c0562f")
STYLE = "text{font:12px sans-serif;fill:#333}.t{font-weight:bold}.a{stroke:#999}.g{stroke:#e4e4e4}"


def draw(
    costs: Sequence[dict[str, Any]],
    acknowledged: Sequence[float],
    carded: Sequence[float],
    memory: Sequence[tuple[float, float]],
) -> str:
    """Costs by the size of the file in ms, how long forwards took in seconds, and memory in MB over seconds."""
    sizes = [(math.log10(max(1, at["comments"])), at) for at in costs]
    charts = [
        _chart("A forward by itself, ms", "comments on file", [[(x, at["forward"]) for x, at in sizes]], powers=True),
        _chart("A tick of all desks, ms", "comments on file", [[(x, at["tick"]) for x, at in sizes]], powers=True),
        _chart(
            "Under load, ms:",
            "share of forwards, %",
            [_shares(acknowledged), _shares(carded)],
            names=("stored", "card out"),
        ),
        _chart("Memory, MB", "minutes", [[(at / 60, held) for at, held in memory]]),
    ]
    wide = SIDE + len(charts) * (WIDTH + GAP)
    parts = [f'<g transform="translate({SIDE + at * (WIDTH + GAP)} 40)">{one}</g>' for at, one in enumerate(charts)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HEIGHT + 90}"><style>{STYLE}</style>'
    return f'{head}<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'


def _shares(seconds: Sequence[float]) -> list[tuple[float, float]]:
    """What so many in a hundred took at most, in ms."""
    ordered = sorted(seconds)
    if not ordered:
        return []
    return [(share, 1000 * ordered[min(len(ordered) - 1, len(ordered) * share // 100)]) for share in range(0, 101, 2)]


def _chart(
    title: str,
    below: str,
    lines: Sequence[Sequence[tuple[float, float]]],
    *,
    powers: bool = False,
    names: Sequence[str] = (),
) -> str:
    """A chart from zero up, each line's name in its ink; `powers` writes 10, 100 and so on along the bottom."""
    points = [point for line in lines for point in line]
    if not points:
        return ""
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top = _round(max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - left) / ((right - left) or 1) * WIDTH, HEIGHT - y / top * HEIGHT

    inked = [f' <tspan style="fill:{ink}">{escape(name)}</tspan>' for ink, name in zip(INKS, names, strict=False)]
    parts = [f'<text class="t" x="0" y="-14">{escape(title)}{"".join(inked)}</text>']
    for part in range(5):
        y = HEIGHT - part / 4 * HEIGHT
        parts.append(f'<line class="g" x1="0" x2="{WIDTH}" y1="{y:.0f}" y2="{y:.0f}"/>')
        parts.append(f'<text text-anchor="end" x="-6" y="{y + 4:.0f}">{_said(top * part / 4)}</text>')
    marks = [x for x, _ in lines[0]] if powers else [left + (right - left) * part / 4 for part in range(5)]
    for x in marks:
        said = f"{10**x:,.0f}" if powers else f"{x:,.3g}"
        parts.append(f'<text text-anchor="middle" x="{place(x, 0)[0]:.0f}" y="{HEIGHT + 18}">{said}</text>')
    parts.append(f'<text text-anchor="middle" x="{WIDTH / 2:.0f}" y="{HEIGHT + 38}">{escape(below)}</text>')
    parts.append(f'<line class="a" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>')
    for ink, line in zip(INKS, lines, strict=False):
        shown = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        parts.append(f'<polyline fill="none" stroke="{ink}" stroke-width="2" points="{shown}"/>')
    return "".join(parts)


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _round(value: float) -> float:
    """The next round number up."""
    size = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(step * size for step in (1, 2, 4, 5, 8, 10) if step * size >= value)
