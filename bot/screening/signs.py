"""Signs: constructions that rules look for, each with how much it says and the sentence that explains it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.screening.finding import Finding, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.screening.reading import Reading


@dataclass(frozen=True, slots=True)
class Sign:
    """A construction and what it tells. `strength` is the chance that a careful director sees the guideline broken."""

    pattern: re.Pattern[str]
    strength: float
    why: str


def words(*alternatives: str) -> re.Pattern[str]:
    """A pattern of whole words: any of the alternatives, between word boundaries."""
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(alternatives) + r")(?![a-z0-9])")


def sign(strength: float, why: str, *alternatives: str) -> Sign:
    """A sign made of whole words."""
    return Sign(words(*alternatives), strength, why)


def each(strength: float, why: str, *alternatives: str) -> tuple[Sign, ...]:
    """A sign for each of the alternatives, so that several of them count as several hints."""
    return tuple(sign(strength, why, alternative) for alternative in alternatives)


def seen(reading: Reading, signs: Iterable[Sign], *, bare: bool = False) -> Iterator[tuple[Sign, str, bool]]:
    """Each sign that stands in a reading: its first place, as raw quote, and whether that is in quotation marks.

    A place outside of quotation marks is preferred: what somebody says weighs more than what they quote.
    """
    for each in signs:
        quoted = ""
        for start, end, quote in reading.find(each.pattern, bare=bare):
            if not reading.is_speech(start, end, bare=bare):
                yield each, quote, False
                break
            quoted = quoted or quote
        else:
            if quoted:
                yield each, quoted, True


def findings(
    key: str | None, reading: Reading, signs: Iterable[Sign], where: Where = Where.COMMENT, *, urgent: bool = False
) -> list[Finding]:
    """One finding for each sign that the reading holds outside of quotation marks."""
    return [
        Finding(key, each.strength, quote, each.why, where, urgent)
        for each, quote, quoted in seen(reading, signs)
        if not quoted
    ]


def together(strengths: Iterable[float]) -> float:
    """The strength of several independent hints; order-free."""
    left = 1.0
    for strength in sorted(strengths):
        left *= 1 - strength
    return 1 - left
