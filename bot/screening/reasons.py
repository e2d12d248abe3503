"""Finding the words that carry what the classifier holds, where no rule quotes any: by leaving them out.

A piece carries a guideline as far as its absence weakens it. The shortest piece that does most of that is quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.screening.finding import Finding, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.chat import Comment, Earlier

    Chances = Callable[[Sequence[tuple[Comment, Sequence[Earlier]]]], list[float]]
    """The chance of a guideline for each comment and what was seen before it."""

WHY = {
    "off-topic": "It is about something else than the post it stands under.",
    "abuse": "It insults, demeans or threatens somebody.",
    "solicitation": "It promotes something for sale, or a service.",
    "impersonation": "It poses as somebody else.",
    "repetition": "It repeats what was posted before, or is spam.",
    "electioneering": "It campaigns for or against something on the ballot.",
    "copyright": "It passes on somebody's work without naming the source or the owner's leave.",
}
LONGEST = 20_000
"""Of a comment of more characters, twice what platforms take, only rules quote."""
WHOLE = 1_500
"""A longer comment is first narrowed down to its likeliest piece."""
DANGER = "Somebody may come to harm."
MOST_PIECES = 4
"""Pieces that a comment is first cut into, each a clause or several; the best is then halved while it is long."""
PARTS = 10
"""Pieces of a long comment, one of which is looked into; and earlier comments that are tried."""
LONG = 9
"""A piece of more words is looked into for a shorter one."""
ENOUGH = 0.6
"""A shorter piece is quoted where it carries this share of what the longer one carries."""
PLENTY = 0.25
"""Where the comment's words carry this share of the chance, the author's name and all else around is not tried."""
LEAST = 0.01
"""What a piece's absence has to take from the chance, for the piece to be a reason at all."""
ELSEWHERE = frozenset({"impersonation", "repetition", "copyright"})
"""Guidelines that often hang on something else than the comment's own words."""
_CLAUSE = re.compile(r"[^.!?;\n]+[.!?;]*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Piece:
    where: Where
    quote: str
    without: tuple[Comment, Sequence[Earlier]]


def carried_by(
    guideline: str | None,
    comment: Comment,
    earlier: Sequence[Earlier],
    chances: Chances,
    whole: float | None = None,
) -> Finding | None:
    """A finding with the shortest span that carries the guideline, or the danger where that is None.

    None where nothing that is left out weakens it. `whole` is the chance with nothing left out, where it is known.
    """
    if len(comment.text) > LONGEST:
        return None
    if len(comment.text) > WHOLE:
        # Leaving out each piece of a long comment in turn would read it many times over; each piece is read by itself.
        alone = [(replace(comment, text=piece.quote), earlier) for piece in _inside(comment, earlier, PARTS)]
        _, (part, _) = max(zip(chances(alone), alone, strict=True), key=lambda pair: pair[0])
        return carried_by(guideline, part, earlier, chances) if len(part.text) < len(comment.text) else None
    if whole is None:
        (whole,) = chances([(comment, earlier)])
    inside, around = _inside(comment, earlier, MOST_PIECES), _around(comment, earlier)
    first = [*inside, *around] if guideline in ELSEWHERE or not inside else inside
    tried = _tried(first, whole, chances)
    if first is inside and tried[0][0] < PLENTY * whole:
        tried += _tried(around, whole, chances)
    if not tried:
        return None
    carried, best = max(tried, key=_first)
    if carried < LEAST:
        return None
    if best.where is Where.COMMENT:
        best = _narrowed(best, comment, earlier, lambda pieces: _tried(pieces, whole, chances), ENOUGH * carried)
    why = WHY[guideline] if guideline else DANGER
    return Finding(guideline, round(whole, 3), best.quote, why, best.where, urgent=guideline is None)


def _tried(pieces: Sequence[_Piece], whole: float, chances: Chances) -> list[tuple[float, _Piece]]:
    """What each piece carries, the first in front: all that its absence takes from the chance."""
    lacking = chances([piece.without for piece in pieces]) if pieces else []
    return sorted(
        ((whole - left, piece) for left, piece in zip(lacking, pieces, strict=True)), key=_first, reverse=True
    )


def _narrowed(
    piece: _Piece,
    comment: Comment,
    earlier: Sequence[Earlier],
    tried: Callable[[Sequence[_Piece]], list[tuple[float, _Piece]]],
    enough: float,
) -> _Piece:
    """The half of the half of a piece, and so on, that still carries enough."""
    while len(words := [match.span() for match in _WORD.finditer(piece.quote)]) > LONG:
        start, middle, quarter = comment.text.index(piece.quote), -(-len(words) // 2), len(words) // 4
        ends = [match.end() for match in _CLAUSE.finditer(piece.quote)]
        # A clause's end near the middle is a better place to cut.
        near = [at for at in range(quarter + 1, len(words) - quarter) if words[at - 1][1] in ends]
        middle = min(near, key=lambda at: abs(at - middle), default=middle)
        for spans in (((0, middle), (middle, len(words))), ((quarter, len(words) - quarter),)):
            halves = [_cut(comment, earlier, start + words[a][0], start + words[b - 1][1]) for a, b in spans]
            carried, half = tried(halves)[0]
            if carried >= enough:
                piece = half
                break
        else:
            return piece
    return piece


def _inside(comment: Comment, earlier: Sequence[Earlier], most: int) -> list[_Piece]:
    """The comment's clauses; of many, several in one piece."""
    spans = [match.span() for match in _CLAUSE.finditer(comment.text) if match[0].strip()]
    step = -(-len(spans) // most) or 1
    joined = [(spans[at][0], spans[min(at + step, len(spans)) - 1][1]) for at in range(0, len(spans), step)]
    return [_cut(comment, earlier, a, b) for a, b in joined]


def _around(comment: Comment, earlier: Sequence[Earlier]) -> list[_Piece]:
    """The author's name, the attachments and the newest of the earlier comments."""
    pieces = []
    if comment.author:
        pieces.append(_Piece(Where.AUTHOR, comment.author, (replace(comment, author=None), earlier)))
    for at, attachment in enumerate(comment.attachments):
        rest = comment.attachments[:at] + comment.attachments[at + 1 :]
        pieces.append(_Piece(Where.ATTACHMENT, attachment.description, (replace(comment, attachments=rest), earlier)))
    for at, other in enumerate(earlier[-PARTS:], max(0, len(earlier) - PARTS)):
        pieces.append(_Piece(Where.EARLIER, other.text, (comment, [*earlier[:at], *earlier[at + 1 :]])))
    return [piece for piece in pieces if piece.quote.strip()]


def _cut(comment: Comment, earlier: Sequence[Earlier], start: int, end: int) -> _Piece:
    text = comment.text
    quote = text[start:end].strip()
    return _Piece(Where.COMMENT, quote, (replace(comment, text=f"{text[:start]} {text[end:]}".strip()), earlier))


def _first(pair: tuple[float, _Piece]) -> float:
    return pair[0]
