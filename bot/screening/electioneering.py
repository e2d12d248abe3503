"""Guideline "electioneering": promoting or opposing what is on the current ballot (policy, part III, 6).

To campaign is to tell people how to vote, or to rally them. An opinion under the post about a measure, a candidate
named with a programme and a measure that the library's facts do not hold are the director's to weigh.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.screening.finding import Finding
from bot.screening.reading import Reading
from bot.screening.signs import words

if TYPE_CHECKING:
    from bot.library import Library
    from bot.screening.scene import Scene

KEY = "electioneering"

_MEASURE = r"(?:prop(?:osition)?|measure|question|article|amendment|issue|bond|levy|medida|proposicion|pregunta|articulo|q|millage|referendum)\.? ?(?:[a-z]|\d{1,3})?"
_OFFICE = r"(?:mayor|sheriff|council(?:man|woman|or)?|(?:city|town|county|parish|borough) council|school board|trustee|selectboard|supervisor|assembly|senate|congress|governor|state rep(?:resentative)?|judge|clerk|alcalde|alcaldesa|concejal|commissioner|ward \d+|district \d+)"
_DATE = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?|\d{1,2}/\d{1,2}|the \d{1,2}(?:st|nd|rd|th)|\d{1,2} de [a-z]+"

_HOW_TO_VOTE = words(
    r"v[o0]te(?:n|d)?,? (?:yes|no|n0|against|down|out|them out|him out|her out|si|him|her|it down|red|blue|row|early and|the bums)(?: (?:on|for|en|a|al|to))?", rf"(?:votar|voten|vota|vote) (?:por|si|no|en contra|a favor)", rf"(?:yes|no|si) (?:on|a la|en la|al|en el) (?:the )?(?:{_MEASURE}|\d+|[a-z])", r"(?:re-?)?elect [a-z]+", rf"(?:for|para|4) {_OFFICE}(?: \d+)?", r"yard signs?", r"(?:signs|carteles?|cartel)(?: [a-z]+){0,4} (?:at|by|on|porch|gratis|feed store|put)", r"(?:door[- ]?knock\w*|knock(?:s|ing)? (?:on )?doors|phone ?bank\w*|canvass\w*|walk precincts)", r"four more years|cuatro anos mas", r"(?:get|give|gives|earned|has|deserves?|gets?)(?: [a-z]+){0,3} (?:my|our|your|ur) votes?|(?:my|our|your) votes? (?:go|is|for)|give (?:him|her|them|[a-z]+) your votes?",
    r"vote for", r"(?:kill|defeat|stop|dump|reject|pass|support|oppose|punch|flip|mark)(?: [a-z]+){0,2} (?:prop|measure|question|article|levy|medida|ward|the levy|the bond|[a-z]+ (?:on|first on|nov|march|april|may))", r"throw (?:out|(?:him|her|them|the bums?) out)", r"(?:pull the lever|fill in the oval|number \d+ on your ballot|on your ballot|first on the ballot|box marked|lean on your pen)", r"running for|i'?m asking for your vote|chip in|campaign (?:office|kickoff)|comite de campana|volunteers? needed|bring (?:five|ten|a|your|three) friends? to|to the polls|get (?:out|your|the)(?: [a-z]+){0,3} (?:vote|polls|inlaws)", r"(?:tell|bring|diganle a)(?: your| a| three| sus| somebody)? ?(?:neighbors?|friends?|vecinos|somebody)",
    r"send (?:him|her|them|[a-z]+) (?:packing|home|back)", r"outvoted?|vote(?:d)? out|vote (?:him|her|them) (?:in|out)", r"remember (?:in|on|this|that|come) (?:november|may|march|april|election|nov|the polls)", r"fue?ra|todos a votar",
)  # fmt: skip
_PRONE = words(
    r"i(?:'m| am| will|'ll)? (?:a |be )?(?:voting|vote|voted|leaning|a yes|a no|for it|against it|undecided)", r"(?:made up my mind|my opinion|if you ask me|just my impression|for what it'?s worth)", r"(?:seems|sounds|fair|steep|worth it|about time|want, not a need|convinced me|impressed me|knew (?:her|his) numbers|dodged|won me over|long memories|convencio|me gusto|no me gusto)", r"(?:like|liked|trust|prefer|decent|good man|good woman)", r"taxes?|cents|impuestos?|mill(?:s|age)?",
)  # fmt: skip
_ABOUT_VOTING = words(
    r"ballot", r"measure [a-z\d]+", r"prop(?:osition)? [a-z\d]+", r"question \d+", r"article \d+", r"levy", r"bond", r"candidates?", r"candidate forum", r"forum", r"election", r"elections", r"vote", r"voter", r"voting", r"millage", r"referendum", r"medida [a-z]", r"candidatos?", r"votar", r"elecciones", r"league of women voters", r"amendment \d",
)  # fmt: skip
_CHILDISH = words(r"best (?:book|character)", r"mock election", r"pet election", r"favorite", r"bracket", r"logo contest", r"bookmark", r"name the", r"movie night")
_NEUTRAL = words(
    r"where (?:do|can|is)", r"what time", r"sample ballot", r"register(?:ed|ing)? to vote", r"absentee", r"polling place", r"is there", r"when is", r"how (?:do|does|much)", r"can (?:i|we|you)", r"will (?:you|there|it|the)", r"no opinions", r"still making up", r"undecided", r"donde", r"cuando", r"which (?:way|one|room)", r"i voted", r"we voted", r"no yard signs", r"my sticker", r"don'?t care which", r"somebody (?:tucked|put|left)", r"neutral", r"nonpartisan", r"allowed",
)  # fmt: skip
_HASHTAG = re.compile(r"#[a-z0-9]*(?:for|4|dump|vote|elect|team|yeson|noon|recall|works|tothe|takeback)[a-z0-9]*")


@lru_cache(maxsize=64)
def _names(measures: tuple[str, ...], candidates: tuple[str, ...]) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Patterns for what is on the ballot: measures by name or short form, candidates by last name, or first for short."""
    on_ballot: list[str] = []
    for measure in measures:
        plain = " ".join(Reading(measure).words)
        on_ballot.append(re.escape(plain))
        last = plain.split()[-1] if plain.split() else ""
        if last and (len(last) == 1 or last.isdigit()):
            kind = plain.split()[-2] if len(plain.split()) > 1 else ""
            on_ballot += [rf"(?:on|yes|no|{re.escape(kind[:4])}\w*\.?|[qp]) ?{re.escape(last)}"]
    people: list[str] = []
    for candidate in candidates:
        parts = [p for p in Reading(candidate).words if len(p) > 2]
        if parts:
            people += [re.escape(parts[-1]), re.escape(" ".join(parts))]
            if len(parts) > 2:
                people.append(re.escape(parts[-2]))
            people.append(re.escape(parts[0]))
    return (words(*on_ballot) if on_ballot else None, words(*people) if people else None)


def _ballot(library: Library) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    return _names(tuple(m.name for m in library.ballot.measures), tuple(c.name for c in library.ballot.candidates))


def find(scene: Scene) -> list[Finding]:
    """Campaigning, and opinion on what is on the ballot."""
    reading = scene.text
    measures, candidates = _ballot(scene.library)
    measure = reading.first(measures) if measures else ""
    candidate = reading.first(candidates) if candidates else ""
    by_candidate = bool(candidates and scene.author.has(candidates))
    call = reading.first(_HOW_TO_VOTE) or reading.first(_HOW_TO_VOTE, bare=True) or reading.first(_HASHTAG)
    about = bool(scene.post and scene.post.has(_ABOUT_VOTING) and not scene.post.has(_CHILDISH))
    dated = reading.first(words(_DATE))
    neutral = reading.has(_NEUTRAL) or "?" in scene.comment.text
    subject = measure or candidate
    office = reading.first(words(_OFFICE))
    voting = reading.has(words(r"vot(?:e|es|ed|ing|en|ar|o|a)", "v0te", "ballot", "elect", "elected", "election", "campaign", "campana", "polls"))
    found = []
    if call and (subject or office or (dated and voting) or about or by_candidate or (voting and reading.has(words(_MEASURE)))):
        strength = 0.92 if subject or by_candidate or (voting and (office or dated)) else 0.86 if dated and office else 0.6
        strength *= 0.5 if neutral else 1.0
        found.append(Finding(KEY, round(strength, 3), call, "It asks people to vote one way, or rallies them to a campaign."))
    elif measure and reading.has(_PRONE) and not neutral:
        found.append(Finding(KEY, 0.5, measure, "It gives an opinion of a measure that is on the ballot now."))
    elif candidate and not neutral and (about or dated or voting or by_candidate):
        found.append(Finding(KEY, 0.5, candidate, "It names a person who seeks office, and takes sides or may do so."))
    elif about and not neutral and (prone := reading.first(_PRONE)) and scene.post and scene.post.has(words(r"measure [a-z\d]+", r"prop(?:osition)? [a-z\d]+", r"question \d+", r"article \d+", "levy", "bond", "forum", "candidates?", r"medida [a-z]", "foro")):
        found.append(Finding(KEY, 0.42, prone, "It gives an opinion under a post about an election."))
    elif by_candidate and not neutral:
        found.append(Finding(KEY, 0.45, scene.comment.text.strip()[:80], "A person who seeks office speaks on the library's page."))
    return found
