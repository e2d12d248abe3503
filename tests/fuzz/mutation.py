"""Real inputs bent out of shape: texts, JSON values and bytes, each a few changes away from a good one."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

JUNK = (
    "", " ", "\0", "\ud800", "\ufeff", "\u202e", "\u2028", "\r\n", "'", '"', "=", "=1+1", "[[", "]]", "{}",
    "null", "NaN", "-1", "0", "1e999", "9" * 5000, "٣٤", "²", "2026-13-45", "0001-01-01", "9999-12-31",
    "24:00", "99:99 pm", "<@U1>", "<!channel>", "<http://a|b>", "@everyone", "&lt;", "../..", "%s%n", "$(id)",
    "`", "|", "a" * 5000, "(((((", "[" * 300, "😀" * 50, "a\u0301" * 40, "١٢:٣٤", "\x1b[2J", "yesterday",
    "+99999w", "99999 days ago", "true", "--", "#1", "2026-0001",
)  # fmt: skip
"""What breaks parsers."""
scraps = st.one_of(st.sampled_from(JUNK), st.text(max_size=12))
numbers = st.one_of(
    st.sampled_from((0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30)), st.integers(-1000, 10**12)
)
_SPOTS = st.integers(0, 2**16)


@st.composite
def texts(draw: st.DrawFn, samples: Sequence[str], most: int = 4) -> str:
    """A sample with a few pieces cut out, doubled, or replaced by scraps."""
    text = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, most))):
        at = draw(_SPOTS) % (len(text) + 1)
        end = min(len(text), at + draw(st.sampled_from((0, 1, 2, 5, 20, 200))))
        what = draw(st.integers(0, 3))
        piece = draw(scraps) if what < 2 else text[at:end] * 2 if what == 2 else ""
        text = text[:at] + piece + text[end:]
    return text


def lines(samples: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Such texts as bytes, now and then of no encoding at all."""
    return st.one_of(
        texts(samples).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.tuples(texts(samples), st.binary(max_size=6)).map(
            lambda two: two[0].encode("utf-16", "surrogatepass") + two[1]
        ),
        st.binary(max_size=60),
    )


@st.composite
def bytes_like(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """A sample with a few bytes changed, or cut short."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 4))):
        if content:
            content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@st.composite
def values(
    draw: st.DrawFn,
    samples: Sequence[Any],
    kept: frozenset[str] = frozenset(),
    ours: frozenset[str] = frozenset(),
    *,
    wild: bool = False,
) -> Any:
    """A JSON value with a few of its parts changed for others of their kind, or for nothing.

    What stands under a key in `kept` is never nothing; under one in `ours` it stays as it is, for no person writes it:
    the desk wrote it, or the chat's own machines. A `wild` value changes its parts' kinds as well.
    """
    value = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 5))):
        holder, key = _somewhere(value, draw(_SPOTS), ours)
        if holder is None:
            break
        old = holder[key]
        if draw(st.integers(0, 5)) == 0 and key not in kept and (wild or not isinstance(old, dict | list)):
            holder[key] = None
        elif wild and draw(st.booleans()):
            holder[key] = draw(st.one_of(scraps, numbers, st.booleans(), st.just([]), st.just({}), st.floats()))
        elif isinstance(old, str):
            holder[key] = draw(st.one_of(scraps, st.just(old * 2), texts((old,))))
        elif isinstance(old, int) and not isinstance(old, bool):
            holder[key] = draw(numbers)
        elif isinstance(old, list):
            holder[key] = old * draw(st.integers(0, 3))
    return value


def _somewhere(value: Any, spot: int, ours: frozenset[str]) -> tuple[Any, Any]:
    """A place within a value, by a number: what holds it, and under which key."""
    places: list[tuple[Any, Any]] = []
    todo = [value]
    for one in todo:
        keys = (
            [key for key in one if key not in ours]
            if isinstance(one, dict)
            else range(len(one))
            if isinstance(one, list)
            else ()
        )
        places += [(one, key) for key in keys]
        todo += [one[key] for key in keys]
    return places[spot % len(places)] if places else (None, None)
