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
MOST_PIECES = 10
"""Pieces of a comment that are tried; a longer one is cut into so many."""
LONG = 9
"""A piece of more words is looked into for a shorter one."""
WINDOW = 6
ENOUGH = 0.6
"""A shorter piece is quoted where it carries this share of what the longer one carries."""
LEAST = 0.01
"""What a piece's absence has to take from the chance, for the piece to be a reason at all."""
_CLAUSE = re.compile(r"[^.!?;\n]+[.!?;]*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Piece:
    where: Where
    quote: str
    without: tuple[Comment, Sequence[Earlier]]


def carried_by(guideline: str | None, comment: Comment, earlier: Sequence[Earlier], chances: Chances) -> Finding | None:
    """A finding with the shortest span that carries the guideline, or the danger where that is None.

    None where nothing that is left out weakens it.
    """
    if len(comment.text) > LONGEST:
        return None
    if len(comment.text) > WHOLE:
        # Leaving out each piece of a long comment in turn would read it many times over; each piece is read by itself.
        alone = [
            (replace(comment, text=piece.quote), earlier)
            for piece in _pieces(replace(comment, author=None, attachments=()), ())
        ]
        _, (part, _) = max(zip(chances(alone), alone, strict=True), key=lambda pair: pair[0])
        return carried_by(guideline, part, earlier, chances) if len(part.text) < len(comment.text) else None
    pieces = _pieces(comment, earlier)
    if not pieces:
        return None
    whole, *lacking = chances([(comment, earlier), *(piece.without for piece in pieces)])
    carried, best = max(((whole - left, piece) for left, piece in zip(lacking, pieces, strict=True)), key=_first)
    if carried < LEAST:
        return None
    if best.where is Where.COMMENT and len(best.quote.split()) > LONG:
        start = comment.text.index(best.quote)
        shorter = [_cut(comment, earlier, start + a, start + b) for a, b in _windows(best.quote)]
        drops = [whole - left for left in chances([piece.without for piece in shorter])]
        least, piece = max(zip(drops, shorter, strict=True), key=_first)
        if least >= ENOUGH * carried:
            best = piece
    why = WHY[guideline] if guideline else DANGER
    return Finding(guideline, round(whole, 3), best.quote, why, best.where, urgent=guideline is None)


def _pieces(comment: Comment, earlier: Sequence[Earlier]) -> list[_Piece]:
    text = comment.text
    spans = [match.span() for match in _CLAUSE.finditer(text) if match[0].strip()]
    step = -(-len(spans) // MOST_PIECES) or 1
    joined = [(spans[at][0], spans[min(at + step, len(spans)) - 1][1]) for at in range(0, len(spans), step)]
    pieces = [_cut(comment, earlier, a, b) for a, b in joined]
    if comment.author:
        pieces.append(_Piece(Where.AUTHOR, comment.author, (replace(comment, author=None), earlier)))
    for at, attachment in enumerate(comment.attachments):
        rest = comment.attachments[:at] + comment.attachments[at + 1 :]
        pieces.append(_Piece(Where.ATTACHMENT, attachment.description, (replace(comment, attachments=rest), earlier)))
    for at, other in enumerate(earlier[-MOST_PIECES:], max(0, len(earlier) - MOST_PIECES)):
        pieces.append(_Piece(Where.EARLIER, other.text, (comment, [*earlier[:at], *earlier[at + 1 :]])))
    return [piece for piece in pieces if piece.quote.strip()]


def _cut(comment: Comment, earlier: Sequence[Earlier], start: int, end: int) -> _Piece:
    text = comment.text
    quote = text[start:end].strip()
    return _Piece(Where.COMMENT, quote, (replace(comment, text=f"{text[:start]} {text[end:]}".strip()), earlier))


def _windows(quote: str) -> list[tuple[int, int]]:
    words = [match.span() for match in _WORD.finditer(quote)]
    step = max(1, (len(words) - WINDOW) // (MOST_PIECES - 1))
    return [(words[at][0], words[at + WINDOW - 1][1]) for at in range(0, len(words) - WINDOW + 1, step)]


def _first(pair: tuple[float, _Piece]) -> float:
    return pair[0]
