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
    r"librar\w*", r"libary", r"bibliot\w*", r"biblio", r"book\w*", r"libros?", r"read(?:s|ing|ers?|)", r"leer", r"lee[rn]?", r"cards?", r"tarjeta", r"desk", r"shel(?:f|ves)", r"holds?", r"fines?", r"multas?", r"due", r"overdue", r"renew\w*", r"check(?:ed|ing)? (?:out|in)", r"checkout", r"story ?time", r"cuentos", r"hours?", r"horario",
    r"staff", r"librarians?", r"director\w*", r"trustees?", r"board", r"branch", r"bookmobile", r"printers?", r"print(?:ing|ed)?", r"wi-?fi", r"computers?", r"copier", r"restrooms?", r"bathrooms?", r"parking", r"estacionamiento", r"chairs?", r"study rooms?", r"rooms?", r"floor", r"elevator", r"stairs", r"ramp", r"catalog", r"app", r"website", r"programs?", r"programas?", r"class(?:es)?", r"clase", r"display", r"shush\w*", r"author", r"novel", r"chapters?", r"page", r"titles?", r"series", r"stars?", r"estrellas", r"volunteers?", r"events?", r"calendar", r"sign[- ]?up", r"closed?", r"open", r"abiert[oa]", r"cerrad[oa]",
)  # fmt: skip
TALKS = words(
    r"thank(?:s|ful)?", r"thank you", r"gracias", r"love[ds]?", r"lov(?:ed|ing)", r"great", r"awesome", r"amazing", r"beautiful", r"congrat\w*", r"felicidades", r"yay", r"wow", r"omg", r"nice", r"fun", r"cute", r"adorable", r"best", r"bless", r"happy", r"can'?t wait", r"see you", r"i'?ll be there", r"count me in", r"me too", r"same", r"lol", r"lmao\w*", r"haha\w*", r"jaja\w*", r"yes+", r"no+", r"finally", r"sad", r"miss(?:ed|ing)?", r"sorry", r"que (?:bonito|lindo|padre|bueno)", r"hermos[oa]", r"excelente", r"good", r"done", r"ready", r"please", r"por favor",
)  # fmt: skip
TO_US = words(r"you", r"your", r"y'?all", r"yall", r"ya'll", r"you'?re", r"you'?ve", r"ustedes", r"su", r"les", r"do you", r"can (?:i|we|you)", r"is there", r"will there", r"hay", r"are there", r"could (?:i|we|you)", r"would you", r"when (?:is|are|does|do|will)", r"where (?:is|are|do|can)", r"what time", r"how (?:much|do|many|long|old)", r"a que hora", r"cuando", r"donde", r"puedo", r"necesito")  # fmt: skip
INVITES = re.compile(r"\?|(?<![a-z])(?:tell us|share|show us|drop|comment|leave us|your favou?rite|post your|what|which|cuentanos|comparte|ask us|guess|name)(?![a-z])")
THEY = words(r"they", r"they'?re", r"them", r"their", r"these people", r"those", r"ellos", r"em")
HE = words(r"he", r"she", r"him", r"her", r"his", r"he'?s", r"she'?s")
NAMES = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-z]+ [A-Z][a-z]+")
ORDERS = words(r"wake up", r"look (?:up|at|into)", r"ask yourself", r"do your (?:own )?(?:research|homework)", r"watch the", r"open your eyes", r"read (?:up|about|who)", r"follow the money", r"pray for", r"who'?s with me", r"think about it", r"mark my words", r"despierten", r"investiguen", r"share", r"drop (?:your|ur)")
DEICTIC = words(r"this", r"that", r"these", r"those", r"it", r"it'?s", r"there", r"here", r"esto", r"eso", r"esta", r"ahi", r"aqui", r"alli")
_STOP = frozenset(
    "the a an and or but of to in on at for with from by is are was were be been am i me my we us our you your he she it its they them"
    " this that these those there here as if so not no do does did have has had will would can could just more all one out up down off"
    " what when where who how why than then into over about after before next new now today get got go going come our at pm am free"
    " monday tuesday wednesday thursday friday saturday sunday de la el los las un una y o en que es con por para del al se su sus lo le"
    " les mi mis tu nos no si ya mas muy este esta a see let don t s ll re ve im too some any every each other their his her him".split()
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
    named = {part for m in scene.library.people for part in m.name.lower().split() if len(part) > 2}
    return {
        "shared": float(min(len(mine & theirs), 3)),
        "earlier": float(min(len(mine & around), 2)),
        "library": float(min(sum(1 for _ in LIBRARY.finditer(reading.plain.text[:4000])), 3)),
        "talks": float(reading.has(TALKS)),
        "to_us": float(reading.has(TO_US)),
        "question": float("?" in scene.comment.text),
        "deictic": float(reading.has(DEICTIC)),
        "staff": float(bool(named & set(reading.words))),
        "mention": float(scene.comment.text.lstrip().startswith("@")),
        "brief": float(count <= 6),
        "length": min(math.log1p(count), 5.0),
        "invited": float(scene.post is not None and scene.post.has(INVITES)),
        "they": float(min(sum(1 for _ in THEY.finditer(reading.plain.text[:4000])), 3)),
        "loud": float(sum(1 for word in scene.comment.text[:4000].split() if len(word) > 2 and word.isupper()) >= 2),
        "names": float(min(len(NAMES.findall(scene.comment.text[:4000])), 2)),
        "numbers": float(any(char.isdigit() for char in scene.comment.text)),
        "orders": float(reading.has(ORDERS)),
        "he": float(reading.has(HE)),
        "i": float(reading.has(words(r"i", r"i'?m", r"i'?ve", r"i'?d", r"i'?ll", r"my", r"me", r"mi", r"yo"))),
    }


# Fitted on the corpus once and rounded: log-odds that a comment strays, by what ties it down.
_START = -3.2
_WEIGHT = {
    "shared": -0.35, "earlier": -0.3, "library": -0.2, "talks": 0.0, "to_us": -0.15, "question": -0.9, "deictic": -0.2,
    "staff": 0.4, "mention": -1.5, "brief": 0.25, "length": 1.25, "invited": -0.35, "they": 0.2, "loud": 0.6, "names": 0.1,
    "numbers": 0.35, "orders": 1.35, "he": 0.15, "i": -1.0,
}  # fmt: skip


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
    """The first sentence that shares nothing with the post, cut to a readable length."""
    sentence = re.split(r"(?<=[.!?\n])\s", scene.comment.text.strip(), maxsplit=1)[0]
    return sentence[:120].strip()
