"""Guideline "repetition": the same note more than once, or obvious spam (policy, part III, 5).

Repetition takes two comments: `earlier` holds different ones, seen before. Asking an unanswered question again is fair.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.screening.finding import Finding, Where
from bot.screening.reading import Reading
from bot.screening.signs import findings, sign, words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

KEY = "repetition"

_SPAM = (
    sign(
        0.9,
        "It is a chain letter or asks people to pass it on in bulk.",
        r"copy (?:and|&|n) paste(?: this| it|!|\W*$)|copia y pega|type amen|escribe amen|"
        r"don'?t break the chain|break the chain|no (?:la )?rompas|cadena de oracion|(?:seven|7|ten|"
        r"10) years? (?:of )?bad luck|bad luck (?:starts|for)",
        r"(?:send|share|forward|pass|post|envia|comparte|manda)(?: this| esto|"
        r" it)?(?: [a-z]+){0,3} (?:to|with|a|en) (?:\d+|ten|five|seven|"
        r"all your)(?: [a-z]+)? ?(?:friends|people|pages|groups|contacts|personas|amigos|paginas|"
        r"grupos|cat people)",
        r"before midnight|antes de (?:la )?medianoche|before they (?:take|delete) this (?:down)?",
    ),
    sign(
        0.9,
        "It is spam that fishes for followers or clicks.",
        r"(?:f4f|l4l|s4s|sub4sub|follow ?4 ?follow|follow back|i follow(?:ed)? (?:you )?back|"
        r"sigueme y te sigo|sub to|promo(?:te)? it on|dm to promo|send pic to)",
        r"(?:followers|views|likes)(?: [a-z+0-9]+){0,3} (?:in|for) (?:\d+|an) ?(?:hr|hour|h|min)|"
        r"no bots?|real followers",
        r"(?:click|tap)(?: on)?(?: my| the)? (?:pic|profile|link|bio|now|here)|tag \d+ (?:friends|"
        r"moms|people)|hot singles|(?:free|win) (?:gift|followers)|is this you in|gift ?cards? left",
        r"(?:like|comment)(?: this)? if (?:ur|you'?re|you) (?:still )?(?:here|watching|agree)|"
        r"who(?:'s| is) watching (?:this )?in 20\d\d",
        r"comment ur fav",
    ),
    sign(
        0.9,
        "It is a get-rich or miracle offer of the kind that spam spreads.",
        r"(?:mr|mrs|ms|dr|prophet|coach|agent|expert|lady)\.? [a-z]+(?: [a-z]+){0,2} (?:(?:on|en|at|"
        r"via) (?:whatsapp|telegram|signal)|whatsapp|telegram|the trader|she helps|he helps)",
        r"(?:turned|invested|made|earn(?:ed|ing)?|profit|"
        r"received?)(?: [a-z]+){0,3} \$? ?\d[\d,.k]*(?: [a-z]+){0,4} (?:in(?:to)?|from|a|"
        r"per) (?:\$?\d|one|two|three|just|my|week|day|hour|trading)",
        r"(?:crypto|bitcoin|forex|binary)(?: [a-z]+){0,3} (?:trad\w+|invest\w+|expert|coach|signals?|"
        r"profit)",
        r"(?:spell ?caster|bring back (?:your|my) (?:ex|lover)|herbal (?:cure|doctor)|cured? (?:of|"
        r"my) herpes|lose \d+ (?:pounds|lbs)|doctors hate|(?:great|powerful) (?:man|spell)|"
        r"cast for me|lottery number|no prescription|weight loss pills?|federal grant|no repay|"
        r"recover(?:ed)? (?:your|my) (?:lost )?funds|hacker)",
        r"ganar? (?:dinero|\$?\d+)(?: [a-z]+){0,4} (?:desde|semana|diarios?|al dia)",
    ),
)
_AGAIN = words(
    r"asking again|ask(?:ed)? (?:this )?(?:again|before)|trying again",
    r"still (?:waiting|wondering|no answer|nobody)|nobody (?:has )?answered|no one (?:has )?answered|anyone\?",
    r"vuelvo a preguntar|otra vez pregunto|nadie (?:me )?contest\w+|again since",
)
_REWORDED = words(
    r"as i (?:said|wrote)|like i said|i (?:already )?(?:said|wrote|posted|raised|told you)|once more|again",
    r"still|put it another way|say it differently|in other words|different words|insisto|otra vez|repito",
    r"ya (?:lo )?dije|you'?ve heard it from me|keep (?:saying|asking|talking)",
)
_EMOJI_RUN = re.compile("(?:[\U0001f000-\U0001faff\u2600-\u27bf][\ufe0f\u200d]? ?){18}")
_ONE_LETTER = re.compile(r"([^\W_])\1{14}")
_SHORT = 24


def find(scene: Scene) -> list[Finding]:
    """The same text seen before, a flood within one comment, chain letters and spam."""
    spam = findings(KEY, scene.text, _SPAM)
    if "?" in scene.comment.text:  # people ask about the spam that they got
        spam = [replace(finding, strength=0.6) for finding in spam]
    return [*_seen_before(scene), *_flood(scene), *spam]


def _squeezed(reading: Reading) -> str:
    return "".join(char for char in reading.bare.text if char.isalnum() or ord(char) > 0x2600)


def _seen_before(scene: Scene) -> list[Finding]:
    mine = _squeezed(scene.text)
    if not mine:
        return []
    author = _squeezed(scene.author)
    same = reworded = others = 0
    quote = near = copied = ""
    question = "?" in scene.comment.text or scene.text.has(_AGAIN)
    answered = False
    for before in scene.earlier:
        theirs = _squeezed(Reading(before.text))
        by_author = bool(author) and _squeezed(Reading(before.author or "")) == author
        alike = fuzz.ratio(mine[:2000], theirs[:2000]) if theirs else 0.0
        held = min(len(mine), len(theirs)) >= _SHORT and (theirs in mine or mine in theirs)
        if by_author and (alike >= 88 or held):
            same += 1
            quote = quote or before.text.strip()[:200]
        elif by_author and theirs:
            overlap = fuzz.token_set_ratio(" ".join(scene.text.words[:400]), " ".join(Reading(before.text).words[:400]))
            if overlap >= 52 or scene.text.has(_REWORDED):
                reworded += 1
                near = near or before.text.strip()[:200]
        elif alike >= 88 and len(mine) >= 40:
            others += 1
            copied = copied or before.text.strip()[:200]
        if _squeezed(Reading(before.author or "")) == _squeezed(Reading(scene.library.name)):
            answered = True
    if same:
        if question and not answered and same <= 2:
            why = "It asks again what was asked before, which may only mean that nobody has answered."
            return [Finding(KEY, 0.3 if same == 1 else 0.5, quote, why, Where.EARLIER)]
        strength = 0.92 if len(mine) >= _SHORT or same >= 2 else 0.3
        return [Finding(KEY, strength, quote, "The same author has posted the same note before.", Where.EARLIER)]
    if others:
        why = "Other people have posted the same words, which may be a campaign or only a shared text."
        return [Finding(KEY, 0.5, copied, why, Where.EARLIER)]
    if reworded and not question:
        why = "The same author has said much the same before in other words."
        return [Finding(KEY, 0.45 if reworded == 1 else 0.55, near, why, Where.EARLIER)]
    return []


def _flood(scene: Scene) -> list[Finding]:
    reading = scene.text
    if run := reading.first(_EMOJI_RUN):
        return [Finding(KEY, 0.6 if reading.words else 0.5, run, "It is a flood of the same signs.")]
    if run := reading.first(_ONE_LETTER):
        return [Finding(KEY, 0.6, run, "It is a string of one letter, which says nothing.")]
    words_ = reading.words
    for size in (2, 3, 4, 5, 6, 8):
        for start in range(min(len(words_) - size * 3 + 1, 40)):
            part = words_[start : start + size]
            if part == words_[start + size : start + 2 * size] == words_[start + 2 * size : start + 3 * size]:
                times = 3
                while words_[start + times * size : start + (times + 1) * size] == part:
                    times += 1
                quote = reading.first(re.compile(r"\W+".join(map(re.escape, part))))
                if quote and len("".join(part)) >= 5:
                    why = "It says the same thing over and over."
                    return [Finding(KEY, 0.88 if times >= 4 else 0.55, quote, why)]
    return []
