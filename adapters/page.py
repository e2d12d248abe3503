"""The page of a pack: one file that needs nothing else, runs no script, and prints. Everything said is escaped."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from bot.view import Edition

INLINE = 1_000_000
"""Bytes; a larger picture stands beside the page and is only named on it."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_STYLE = """body{font:16px/1.5 serif;max-width:48em;margin:2em auto;padding:0 1em}h1,h2{line-height:1.2}
article{border-top:2px solid;margin-top:2em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
dt{font-weight:bold}dd{margin:0 0 .3em 1em;white-space:pre-wrap;overflow-wrap:anywhere}img{max-width:100%}
.when{white-space:nowrap}@media print{article{break-before:page}body{margin:0;max-width:none}}"""


@dataclass(frozen=True, slots=True)
class Title:
    """What the page says at its top: whose it is, which cases it holds, and when it was made, in the library's zone."""

    library: str
    chosen: str
    made: dt.datetime


@dataclass(frozen=True, slots=True)
class Capture:
    """An attachment as kept; `media_type` is empty where it is masked."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def start(title: Title, policies: Sequence[Edition], zone: ZoneInfo) -> str:
    """Everything before the first case: what this is, and the policy as it stood."""
    name = escape(title.library)
    stood = [_policy(one, then, zone) for one, then in zip_longest(policies, policies[1:])]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{name}: comments on record</title><style>{_STYLE}</style><h1>{name}: comments on record</h1>"
        f"<p>Cases: {escape(title.chosen)}. Made on {_when(title.made, zone)}; times are those of {escape(zone.key)}."
        "</p><p>Each case stands here with every entry of the record about it, in order. Entries about no case, such as"
        " somebody’s absence, are not part of this.</p><h2>The policy as it stood</h2>"
        f"{''.join(stood) or '<p>No text is kept.</p>'}"
    )


def case(number: str, entries: Sequence[dict[str, Any]], captures: Sequence[Capture], zone: ZoneInfo) -> str:
    """One case: what came with it, and its entries."""
    rows = "".join(
        f'<tr><td>{entry["number"]}<td class="when">{_when(dt.datetime.fromisoformat(entry["at"]), zone)}'
        f"<td><b>{escape(entry['kind'])}</b><dl>{''.join(_said(entry['payload']))}</dl>"
        for entry in entries
    )
    return (
        f"<article><h2>{escape(number)}</h2>{''.join(map(_capture, captures))}"
        f"<table><tr><th>Entry<th>When<th>What{rows}</table></article>"
    )


def end(masked: Sequence[tuple[str, int]]) -> str:
    """What was masked, and why."""
    rows = "".join(
        f"<tr><td>[masked {number}]<td>{escape(why)}<td>{times}" for number, (why, times) in enumerate(masked, 1)
    )
    said = f"<table><tr><th>What<th>Why<th>Places{rows}</table>" if rows else "<p>Nothing.</p>"
    return f"<article><h2>Masked by decision of the director</h2>{said}</article></html>\n"


def _policy(edition: Edition, following: Edition | None, zone: ZoneInfo) -> str:
    said = json.loads(edition.text)
    until = f" until {_when(following.since, zone)}" if following else ""
    rules = "".join(
        f'<li value="{int(g["number"])}"><b>{escape(g["name"])}</b>: {escape(g["text"])}' for g in said["guideline"]
    )
    return (
        f"<h3>{escape(said['title'])}, from {_when(edition.since, zone)}{until}</h3><ol>{rules}</ol>"
        f"<p><small>SHA-256 {edition.sha256}</small></p>"
    )


def _capture(capture: Capture) -> str:
    said = f"<figcaption>{escape(capture.name)}, SHA-256 {capture.sha256}</figcaption>"
    if capture.media_type not in PICTURES or len(capture.content) > INLINE:
        return f"<figure>{said}</figure>"
    data = base64.b64encode(capture.content).decode("ascii")
    return f'<figure><img alt="" src="data:{capture.media_type};base64,{data}">{said}</figure>'


def _said(value: Any, path: str = "") -> Iterator[str]:
    """A payload, a line for each thing that it says."""
    if value is None and not path:
        yield "<dd>The content was disposed of."
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _said(one, f"{path}, {key}" if path else key)
    elif isinstance(value, list):
        for one in value:
            yield from _said(one, path)
    elif value not in (None, "", False):
        yield f"<dt>{escape(path)}<dd>{escape(str(value))}"


def _when(at: dt.datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
