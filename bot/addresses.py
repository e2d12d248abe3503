"""Street addresses as people in the United States write them: a house number, a street, perhaps a unit and a town.

Also rural grid numbers (N6789 County Road X), post-office boxes, and military addresses (PSC 12, Box 345). What has no
number, or no word for street, is not recognised. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SURE = (
    r"street|avenue|ave|road|rd|boulevard|blvd|lane|ln|terrace|parkway|pkwy|circle|cir|highway|hwy|alley|crescent|str"
)
_UNSURE = r"st|drive|dr|court|ct|place|pl|way|trail|trl|square|squares|sq|loop|plaza|heights|ridge|bend|run"
_HOUSE = r"(?<![\w$.,:/#-])(?:[NSEWnsew]\d{2,6}(?: ?[NSEWnsew]\d{2,6})?|\d{1,6}(?:[-/]\d{1,4})?[A-Za-z]?)"
_UNIT = r"(?:[\s,]+(?:apartment|apt|suite|ste|unit|lot|room|rm|floor|trailer|#)\.?\s*(?:#\s*)?\w{1,6}){0,4}"
_TOWN = r"(?:[\s,]+(?:[^\W\d_][\w'’.-]*|\([^()\n]{2,20}\))){0,6}?[\s,]+\d{5}(?:-\d{4})?(?!\w)"
_STATE = r"(?:[\s,]+[^\W\d_][\w'’.-]*){1,3},?\s+(?:[A-Z]{2}|Wisconsin|Minnesota|Illinois|Iowa|Michigan)\b"
_REST = rf"{_UNIT}(?:{_TOWN}|{_STATE})?"
_STREET = re.compile(
    rf"{_HOUSE}(?: \d{{1,5}}[A-Za-z]?)?(?P<name>(?:\s+[\w'’.-]+){{1,4}}?)\s+(?P<type>{_SURE}|{_UNSURE})\b\.?"
    rf"(?:\s+(?:[NSEW]{{1,2}}|north|south|east|west)\b)?{_REST}",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"{_HOUSE}(?: \d{{1,5}})?\s+(?:avenue|rue|calle|via)\s+(?:(?:de|des|du|del|la|le|los|las)\s+|[ld]['’])*\w+{_REST}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"{_HOUSE}\s+(?:[NSEW]\.?\s+)?(?:(?:county|state|town|us|u\.s\.)\s+)?(?:road|rd|highway|hwy|trunk|route|rte)\s+"
    rf"[A-Z0-9]{{1,4}}\b{_REST}",
    re.IGNORECASE,
)
_BOX = re.compile(
    rf"\b(?:p\.?\s?o\.?\s*|post office\s+)box\s+\d{{1,6}}{_REST}"
    r"|\b(?:psc|unit|cmr)\s+\d{1,5},?\s+box\s+\d{1,5}(?:\s+(?:apo|fpo|dpo)\s+[a-z]{2}\s+\d{5})?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"a|am|an|and|are|at|away|block|blocks|blood|book|books|by|cars|clothing|coat|day|"
    r"days|dogs|donation|down|feet|flags|food|for|from|fund|go|hour|hours|houses|in|is|it|"
    r"kids|lane|lanes|me|membership|mile|miles|minute|minutes|more|mph|my|of|off|on|one|"
    r"or|our|out|people|per|percent|pm|stars|summer|that|the|their|them|they|this|times|"
    r"to|toward|toy|two|up|was|way|we|week|weeks|were|when|with|year|years|you|your",
    re.IGNORECASE,
)
"""Words that stand between a number and a street where the number is no house's."""
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "da", "do", "ten", "van", "von"})


def street_addresses(text: str, what: str) -> Iterator[tuple[int, int, str]]:
    """Where a text holds street addresses: start, end and `what`."""
    at = 0
    while match := _STREET.search(text, at):
        named = _is_name(match["name"].split(), sure=match["type"].casefold() in _SURE.split("|"))
        if named:
            yield match.start(), match.end(), what
        at = match.end() if named else match.start() + 1
    for pattern in (_LEADING, _NUMBERED, _BOX):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), what


def _is_name(words: list[str], *, sure: bool) -> bool:
    """May these words name a street? In small letters only few may, and only before a word that means nothing else."""
    if any(_NO_NAME.fullmatch(word.strip(".,")) for word in words):
        return False
    lower = [w for w in words if w[0].islower() and w not in _PARTICLES]
    return not lower or (sure and len(lower) <= 2 and len(words) <= 3)
