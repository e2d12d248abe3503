"""Guideline "off-topic": substantially unrelated to the post (policy, part III, 1).

Never judged without the post, and never by what a comment is about: only by whether anything ties it to the post, to
the library or to the talk there. Nothing found is a doubt for the director, no more.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from bot.screening.finding import Finding
from bot.screening.reading import Reading
from bot.screening.signs import words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

KEY = "off-topic"

LIBRARY = words(
    r"librar\w*|libary|bibliot\w*|biblio|book\w*|libros?|read(?:s|ing|ers?|)|leer|lee[rn]?|cards?|tarjeta|desk",
    r"shel(?:f|ves)|holds?|fines?|multas?|due|overdue|renew\w*|check(?:ed|ing)? (?:out|in)|checkout",
    r"story ?time|cuentos|hours?|horario|staff|librarians?|director\w*|trustees?|board|branch|bookmobile",
    r"printers?|print(?:ing|ed)?|wi-?fi|computers?|copier|restrooms?|bathrooms?|parking|estacionamiento",
    r"chairs?|study rooms?|rooms?|floor|elevator|stairs|ramp|catalog|app|website|programs?|programas?",
    r"class(?:es)?|clase|display|shush\w*|author|novel|chapters?|page|titles?|series|stars?|estrellas",
    r"volunteers?|events?|calendar|sign[- ]?up|closed?|open|abiert[oa]|cerrad[oa]",
)
TO_US = words(
    r"you|your|y'?all|yall|ya'll|you'?re|you'?ve|ustedes|su|les|do you|can (?:i|we|you)|is there|will there",
    r"hay|are there|could (?:i|we|you)|would you|when (?:is|are|does|do|will)|where (?:is|are|do|can)",
    r"what time|how (?:much|do|many|long|old)|a que hora|cuando|donde|puedo|necesito",
)
INVITES = re.compile(
    r"\?|(?<![a-z])(?:tell us|share|show us|drop|comment|leave us|your favou?rite|post your|what|"
    r"which|cuentanos|comparte|ask us|guess|name)(?![a-z])"
)
THEY = words(r"they", r"they'?re", r"them", r"their", r"these people", r"those", r"ellos", r"em")
ORDERS = words(
    r"wake up|look (?:up|at|into)|ask yourself|do your (?:own )?(?:research|homework)|watch the|open your eyes",
    r"read (?:up|about|who)|follow the money|pray for|who'?s with me|think about it|mark my words|despierten",
    r"investiguen|share|drop (?:your|ur)",
)
SELF = words(r"i|i'?m|i'?ve|i'?d|i'?ll|my|me|mi|yo")
DEICTIC = words(
    r"this|that|these|those|it|it'?s|there|here|esto|eso|esta|ahi|aqui|alli",
)
_STOP = frozenset(
    re.findall(
        r"\w+",
        "the a an and or but of to in on at for with from by is are was were be been am i me my we us our you "
        "your he she it its they them this that these those there here as if so not no do does did have has "
        "had will would can could just more all one out up down off what when where who how why than then "
        "into over about after before next new now today get got go going come pm free monday tuesday "
        "wednesday thursday friday saturday sunday de la el los las un una y o en que es con por para del al "
        "se su sus lo le les mi mis tu nos si ya mas muy este esta see let don t s ll re ve im too some any "
        "every each other their his her him",
    )
)


def _stems(reading: Reading) -> set[str]:
    found = set()
    for word in reading.words:
        if word not in _STOP and len(word) > 2:
            stem = re.sub(r"(?:'s|s'|ies|ing|ed|es|s|os|as|o|a|e|y)$", "", word) if len(word) > 4 else word
            found.add(stem[:7])
    return found


def ties(scene: Scene) -> dict[str, float]:
    """What ties a comment to its post, to the library or to the talk there, each as a number."""
    reading = scene.text
    count = len(reading.words)
    mine = _stems(reading)
    theirs = _stems(scene.post) if scene.post else set()
    around: set[str] = set()
    for before in scene.earlier[-5:]:
        around |= _stems(Reading(before.text))
    return {
        "shared": float(min(len(mine & theirs), 3)),
        "earlier": float(min(len(mine & around), 2)),
        "library": float(min(sum(1 for _ in LIBRARY.finditer(reading.plain.text[:4000])), 3)),
        "to_us": float(reading.has(TO_US)),
        "question": float("?" in scene.comment.text),
        "deictic": float(reading.has(DEICTIC)),
        "mention": float(scene.comment.text.lstrip().startswith("@")),
        "brief": float(count <= 6),
        "length": min(math.log1p(count), 5.0),
        "invited": float(scene.post is not None and scene.post.has(INVITES)),
        "they": float(min(sum(1 for _ in THEY.finditer(reading.plain.text[:4000])), 3)),
        "loud": float(sum(1 for word in scene.comment.text[:4000].split() if len(word) > 2 and word.isupper()) >= 2),
        "numbers": float(any(char.isdigit() for char in scene.comment.text)),
        "orders": float(reading.has(ORDERS)),
        "i": float(reading.has(SELF)),
    }


# Log-odds that a comment strays, fitted on the corpus and rounded. None looks at what a comment is about: a long
# text that asks nothing, addresses nobody and never says "I" is a doubt, whatever its subject.
_START = -3.0
_WEIGHT = {
    "shared": -0.35,
    "earlier": -0.2,
    "library": -0.2,
    "to_us": -0.2,
    "question": -0.95,
    "deictic": -0.2,
    "mention": -1.5,
    "brief": 0.25,
    "length": 1.25,
    "invited": -0.35,
    "they": 0.3,
    "loud": 0.6,
    "numbers": 0.4,
    "orders": 1.4,
    "i": -1.15,
}


def strays(scene: Scene) -> float:
    """The chance that nothing ties the comment to its post; without the post, as far as the comment alone tells."""
    odds = _START + sum(_WEIGHT[name] * value for name, value in ties(scene).items())
    return 1 / (1 + math.exp(-odds))


def find(scene: Scene) -> list[Finding]:
    """A doubt where nothing ties the comment to its post; nothing at all without the post."""
    if scene.post is None or not scene.text.words:
        return []
    strength = strays(scene)
    if strength < 0.2:
        return []
    why = "Nothing in it is plainly tied to the post or to the library."
    return [Finding(KEY, round(min(strength, 0.7), 3), _loosest(scene), why)]


def _loosest(scene: Scene) -> str:
    """The first sentence that shares no word with the post, cut to a readable length."""
    theirs = _stems(scene.post) if scene.post else set()
    sentences = [part for part in re.split(r"(?<=[.!?\n])\s", scene.comment.text[:4000]) if part.strip()]
    loose = (part for part in sentences if len(part) >= 12 and not _stems(Reading(part)) & theirs)
    return next(loose, scene.comment.text.strip())[:120].strip()
