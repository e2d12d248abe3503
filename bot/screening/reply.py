"""Does a comment want an answer from the library? (policy, best practice 3)"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bot.screening.signs import words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

_ASKS = words(
    r"is there|are there|is (?:it|this|that|the)|can (?:i|we|you|my|somebody|someone|anyone)",
    r"could (?:i|we|you|the|somebody|someone)|do (?:i|we|you|y'?all|they)|does (?:the|it|this|that|anyone|a)",
    r"will (?:there|the|you|it|this|we)|would (?:you|it)|how (?:do|does|much|many|long|old|about|come)",
    r"when (?:is|are|does|do|will|can)|where (?:is|are|do|does|can|did)",
    r"what (?:time|is|are|does|do|about|happened)|which|who (?:do|is|approved|decided|picks?|can)|any chance",
    r"por que|cuando|donde|cuanto|a que hora|hay|puedo|se puede|tienen|asking|question|wondering",
)
_WANTS = words(
    r"please|por favor|favor de|pls|fix|bring back|i'?d like|i want|i need|we need|need to know|somebody",
    r"explain|should (?:have|be|at least)|put (?:the|a|it|them|back)|consider|reconsider|can somebody",
    r"let me know|help|necesito|quisiera|update|correct(?:ion)?|contact me|call me|stop|add|order (?:more|the)",
    r"arreglen|ask(?:ed)? (?:the|for|at)|who do i",
)
_TROUBLE = words(
    r"broken?|broke|doesn'?t work|not working|won'?t|been out|out of order|down|locked|closed|wrong|rude",
    r"ignored|charged|double|refund|lost|dirty|filthy|cold|hot|loud|noisy|leak\w*|smell\w*|waste|robbery",
    r"disgrace\w*|shame|embarrass\w*|disappointed|ridiculous|terrible|worst",
    r"never (?:again|open|any|got|answered)|can'?t|couldn'?t|no hay|no funciona|no sirve|nobody|nadie|hurts",
    r"unfair|one star|two stars|una estrella|dos estrellas|(?:isn'?t|is not|wasn'?t) (?:right|true|fair|open)",
    r"typo|mistake|says|still|again|taxpayers?|tax|too (?:early|late|much|many|loud|hot|cold|expensive)",
    r"again\?|why",
)
_CONTENT = words(
    r"thank(?:s| you)?|gracias|love|loved|great|best|amazing|congrat\w*|felicidades|bless|lol|haha\w*|jaja\w*",
    r"can'?t wait|see you|five stars|cinco estrellas|beautiful|so (?:good|cute|fun|proud)|happy|hell of a",
    r"worth|yay|lmao\w*|proud|cried|crying|que (?:bonito|lindo)|good (?:for|job|luck|on)|perfect",
)
_PLACE = words(
    r"wi-?fi|printers?|print(?:ing|s)?|copier|machine|desk|board|director|ramp|elevator|front|shel(?:f|"
    r"ves)|door|large print",
    r"hours?|website|app|catalog|letter|form|room|restrooms?|bathrooms?|parking|signs?|chairs?|computers?|"
    r"card|holds?|fees?",
    r"fines?|charge[ds]?|dollars|budget|levy|(?:one|two|three) stars|policy|staff|clerk|guard|horario|"
    r"tarjeta|impresora|bano",
)
_ORDER = words(
    r"i (?:want|asked|would like|expect|demand)|i'd like|asking|to know|want to|put (?:the|a|it)|"
    r"you people|of us|do something",
    r"told (?:me|us|to|my)|since|been (?:out|down|broken|waiting)|not (?:one|a single|fair)|don't want|"
    r"quiero|pido|llevo",
)
_SHARE = words(
    r"here's|found|my own|glad|proud|worth|welcome|god|died|cried|miss|i'll be|see you|voted|read it|lol|drew|made|took"
)
_I = words("i|i'm|my|me|mi|yo")
_TO_US = words(
    r"you", r"your", r"y'?all", r"yall", r"ustedes", r"the library", r"staff", r"board", r"director", r"la biblioteca"
)
# Fitted on the corpus once and rounded: log-odds that an answer is expected.
_START = -2.5
_WEIGHT = {
    "question": 2.4,
    "asks": 1.0,
    "wants": 0.9,
    "trouble": 0.15,
    "content": -0.8,
    "to_us": 0.15,
    "mention": -0.9,
    "length": 0.45,
    "place": 0.4,
    "order": 0.4,
    "share": -0.7,
    "joy": -0.8,
    "i": 0.25,
    "alone": 1.0,
    "money": 0.1,
}


def signals(scene: Scene) -> dict[str, float]:
    """What speaks for and against an answer, each as a number."""
    reading = scene.text
    text = scene.comment.text
    return {
        "question": float("?" in text),
        "asks": float(reading.has(_ASKS)),
        "wants": float(reading.has(_WANTS)),
        "trouble": float(min(sum(1 for _ in _TROUBLE.finditer(reading.plain.text[:4000])), 3)),
        "content": float(min(sum(1 for _ in _CONTENT.finditer(reading.plain.text[:4000])), 2)),
        "to_us": float(reading.has(_TO_US)),
        "mention": float(text.lstrip().startswith("@")),
        "length": min(math.log1p(len(reading.words)), 5.0),
        "place": float(min(sum(1 for _ in _PLACE.finditer(reading.plain.text[:4000])), 3)),
        "order": float(min(sum(1 for _ in _ORDER.finditer(reading.plain.text[:4000])), 2)),
        "share": float(reading.has(_SHARE)),
        "joy": float(min(text.count("!"), 2)),
        "i": float(reading.has(_I)),
        "alone": float(scene.post is None),
        "money": float("$" in text),
    }


def chance(scene: Scene) -> float:
    """The chance that a member of the public would expect the library to answer."""
    odds = _START + sum(_WEIGHT[name] * value for name, value in signals(scene).items())
    return 1 / (1 + math.exp(-odds))


def is_critical(scene: Scene) -> bool:
    """Whether it finds fault with the library rather than praising it."""
    found = signals(scene)
    return found["trouble"] > found["content"] and not found["mention"]
