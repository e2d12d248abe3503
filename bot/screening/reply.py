"""Does a comment want an answer from the library? (policy, best practice 3)"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bot.screening.signs import words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

_ASKS = words(
    r"is there", r"are there", r"is (?:it|this|that|the)", r"can (?:i|we|you|my|somebody|someone|anyone)", r"could (?:i|we|you|the|somebody|someone)", r"do (?:i|we|you|y'?all|they)", r"does (?:the|it|this|that|anyone|a)", r"will (?:there|the|you|it|this|we)", r"would (?:you|it)", r"how (?:do|does|much|many|long|old|about|come)", r"when (?:is|are|does|do|will|can)", r"where (?:is|are|do|does|can|did)", r"what (?:time|is|are|does|do|about|happened)", r"which", r"who (?:do|is|approved|decided|picks?|can)", r"any chance", r"por que", r"cuando", r"donde", r"cuanto", r"a que hora", r"hay", r"puedo", r"se puede", r"tienen", r"asking", r"question", r"wondering",
)  # fmt: skip
_WANTS = words(
    r"please", r"por favor", r"favor de", r"pls", r"fix", r"bring back", r"i'?d like", r"i want", r"i need", r"we need", r"need to know", r"somebody", r"explain", r"should (?:have|be|at least)", r"put (?:the|a|it|them|back)", r"consider", r"reconsider", r"can somebody", r"let me know", r"help", r"necesito", r"quisiera", r"update", r"correct(?:ion)?", r"contact me", r"call me", r"stop", r"add", r"order (?:more|the)", r"arreglen", r"ask(?:ed)? (?:the|for|at)", r"who do i",
)  # fmt: skip
_TROUBLE = words(
    r"broken?", r"broke", r"doesn'?t work", r"not working", r"won'?t", r"been out", r"out of order", r"down", r"locked", r"closed", r"wrong", r"rude", r"ignored", r"charged", r"double", r"refund", r"lost", r"dirty", r"filthy", r"cold", r"hot", r"loud", r"noisy", r"leak\w*", r"smell\w*", r"waste", r"robbery", r"disgrace\w*", r"shame", r"embarrass\w*", r"disappointed", r"ridiculous", r"terrible", r"worst", r"never (?:again|open|any|got|answered)", r"can'?t", r"couldn'?t", r"no hay", r"no funciona", r"no sirve", r"nobody", r"nadie", r"hurts", r"unfair", r"one star", r"two stars", r"una estrella", r"dos estrellas", r"(?:isn'?t|is not|wasn'?t) (?:right|true|fair|open)", r"typo", r"mistake", r"says", r"still", r"again", r"taxpayers?", r"tax", r"too (?:early|late|much|many|loud|hot|cold|expensive)", r"again\?", r"why",
)  # fmt: skip
_CONTENT = words(
    r"thank(?:s| you)?", r"gracias", r"love", r"loved", r"great", r"best", r"amazing", r"congrat\w*", r"felicidades", r"bless", r"lol", r"haha\w*", r"jaja\w*", r"can'?t wait", r"see you", r"five stars", r"cinco estrellas", r"beautiful", r"so (?:good|cute|fun|proud)", r"happy", r"hell of a", r"worth", r"yay", r"lmao\w*", r"proud", r"cried", r"crying", r"que (?:bonito|lindo)", r"good (?:for|job|luck|on)", r"perfect",
)  # fmt: skip
_TO_US = words(r"you", r"your", r"y'?all", r"yall", r"ustedes", r"the library", r"staff", r"board", r"director", r"la biblioteca")
_START = -2.9
_WEIGHT = {
    "question": 2.3, "asks": 1.0, "wants": 1.0, "trouble": 0.25, "content": -1.0, "to_us": 0.2, "mention": -1.0, "length": 0.7, "money": 0.1,
}  # fmt: skip


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
