"""Guideline "electioneering": promoting or opposing what is on the current ballot (policy, part III, 6).

To campaign is to tell people how to vote, or to rally them. An opinion under the post about a measure, a candidate
named with a programme and a measure that the library's facts do not hold are the director's to weigh.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.screening.finding import Finding, Where
from bot.screening.reading import Reading
from bot.screening.signs import words

if TYPE_CHECKING:
    from bot.library import Library
    from bot.screening.scene import Scene

KEY = "electioneering"

_MEASURE = (
    r"(?:prop(?:osition)?|measure|question|article|amendment|issue|bond|levy|medida|proposicion|"
    r"pregunta|articulo|q|millage|referendum)\.? ?(?:[a-z]|\d{1,3})?"
)
_OFFICE = (
    r"(?:mayor|sheriff|council(?:man|woman|or)?|(?:city|town|county|parish|borough) council|"
    r"school board|trustee|selectboard|supervisor|assembly|senate|congress|governor|"
    r"state rep(?:resentative)?|judge|clerk|alcalde|alcaldesa|concejal|commissioner|ward \d+|"
    r"district \d+)"
)
_DATE = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?|"
    r"\d{1,2}/\d{1,2}|the \d{1,2}(?:st|nd|rd|th)|\d{1,2} de [a-z]+"
)

_HOW_TO_VOTE = words(
    r"v[o0]te(?:n|d)?,? (?:yes|no|n0|against|down|out|them out|him out|her out|si|him|her|it down|"
    r"red|blue|row|early and|the bums)(?: (?:on|for|en|a|al|to))?",
    r"(?:votar|voten|vota|vote) (?:por|si|no|en contra|a favor)",
    rf"(?:yes|no|si) (?:on|a la|en la|al|en el) (?:the )?(?:{_MEASURE}|\d+|[a-z])",
    r"(?:re-?)?elect [a-z]+",
    rf"(?:for|para|4) {_OFFICE}(?: \d+)?",
    r"yard signs?|(?:signs|carteles?|cartel)(?: [a-z]+){0,4} (?:at|by|on|porch|gratis|feed store|put)",
    r"(?:door[- ]?knock\w*|knock(?:s|ing)? (?:on )?doors|phone ?bank\w*|canvass\w*|walk precincts)",
    r"four more years|cuatro anos mas",
    r"(?:get|give|gives|earned|has|deserves?|gets?)(?: [a-z]+){0,3} (?:my|our|your|ur) votes?|"
    r"(?:my|our|your) votes? (?:go|is|for)|give (?:him|her|them|[a-z]+) your votes?",
    r"vote for",
    r"(?:kill|defeat|stop|dump|reject|pass|support|oppose|punch|flip|"
    r"mark)(?: [a-z]+){0,2} (?:prop|measure|question|article|levy|medida|ward|the levy|the bond|"
    r"[a-z]+ (?:on|first on|nov|march|april|may))",
    r"throw (?:out|(?:him|her|them|the bums?) out)",
    r"(?:pull the lever|fill in the oval|number \d+ on your ballot|on your ballot|"
    r"first on the ballot|box marked|lean on your pen)",
    r"running for|i'?m asking for your vote|chip in|campaign (?:office|kickoff)|comite de campana|"
    r"volunteers? needed|bring (?:five|ten|a|your|three) friends? to|to the polls|get (?:out|your|"
    r"the)(?: [a-z]+){0,3} (?:vote|polls|inlaws)",
    r"(?:tell|bring|diganle a)(?: your| a| three| sus| somebody)? ?(?:neighbors?|friends?|vecinos|"
    r"somebody)",
    r"send (?:him|her|them|[a-z]+) (?:packing|home|back)",
    r"outvoted?|vote(?:d)? out|vote (?:him|her|them) (?:in|out)",
    r"remember (?:in|on|this|that|come) (?:november|may|march|april|election|nov|the polls)",
    r"fue?ra|todos a votar",
)
_PRONE = words(
    r"i(?:'m| am| will|'ll)? (?:a |be )?(?:voting|vote|voted|leaning|a yes|a no|for it|against it|"
    r"undecided)",
    r"(?:made up my mind|my opinion|if you ask me|just my impression|for what it'?s worth)",
    r"(?:seems|sounds|fair|steep|worth it|about time|want, not a need|convinced me|impressed me|"
    r"knew (?:her|his) numbers|dodged|won me over|long memories|convencio|me gusto|no me gusto)",
    r"(?:like|liked|trust|prefer|decent|good man|good woman)|taxes?|cents|impuestos?|mill(?:s|age)?",
)
_ABOUT_VOTING = words(
    r"ballot|measure [a-z\d]+|prop(?:osition)? [a-z\d]+|question \d+|article \d+|levy|bond|candidates?",
    r"candidate forum|forum|election|elections|vote|voter|voting|millage|referendum|medida [a-z]|candidatos?",
    r"votar|elecciones|league of women voters|amendment \d",
)
_CHILDISH = words(
    r"best (?:book|character)|mock election|pet election|favorite|bracket|logo contest|bookmark|name the",
    r"movie night",
)
_NEUTRAL = words(
    r"where (?:do|can|is)|what time|sample ballot|register(?:ed|ing)? to vote|absentee|polling place|is there",
    r"when is|how (?:do|does|much)|can (?:i|we|you)|will (?:you|there|it|the)|no opinions|still making up",
    r"undecided|donde|cuando|which (?:way|one|room)|i voted|we voted|no yard signs|my sticker",
    r"don'?t care which|somebody (?:tucked|put|left)|neutral|nonpartisan|allowed",
)
_VOTING = words(r"vot(?:e|es|ed|ing|en|ar|o|a)|v0te|ballot|elect|elected|election|campaign|campana|polls")
_DATED, _OFFICES, _MEASURES, _YEAR = words(_DATE), words(_OFFICE), words(_MEASURE), words(r"20\d\d")
_CONTESTED = words(
    r"measure [a-z\d]+|prop(?:osition)? [a-z\d]+|question \d+|article \d+|medida [a-z]|levy|bond|forum|foro|candidates?"
)
_HASHTAG = re.compile(r"#[a-z0-9]*(?:for|4|dump|vote|elect|team|yeson|noon|recall|works|tothe|takeback)[a-z0-9]*")


@lru_cache(maxsize=64)
def _names(
    measures: tuple[str, ...], candidates: tuple[str, ...]
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Patterns for what is on the ballot: measures by name or short form, candidates by any of their names."""
    on_ballot: list[str] = []
    for measure in measures:
        plain = " ".join(Reading(measure).words)
        on_ballot.append(re.escape(plain))
        last = plain.split()[-1] if plain.split() else ""
        if last and (len(last) == 1 or last.isdigit()):
            kind = plain.split()[-2] if len(plain.split()) > 1 else ""
            on_ballot += [rf"(?:on|yes|no|{re.escape(kind[:4])}[a-z]*\.?|[qp]) ?{re.escape(last)}"]
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


def _hears(reading: Reading, pattern: re.Pattern[str]) -> bool:
    return reading.has(pattern) or pattern.search(reading.bare.text) is not None


def find(scene: Scene) -> list[Finding]:
    """Campaigning, and opinion on what is on the ballot."""
    reading = scene.text
    measures, candidates = _ballot(scene.library)
    measure = reading.first(measures) if measures else ""
    candidate = reading.first(candidates) if candidates else ""
    by_candidate = _is_candidate(scene)
    dated, office, voting = reading.has(_DATED), reading.has(_OFFICES), _hears(reading, _VOTING)
    about = bool(scene.post and scene.post.has(_ABOUT_VOTING) and not scene.post.has(_CHILDISH))
    neutral = reading.has(_NEUTRAL) or "?" in scene.comment.text

    call = reading.first(_HOW_TO_VOTE) or reading.first(_HOW_TO_VOTE, bare=True) or reading.first(_HASHTAG)
    if not call and candidate and len(reading.words) <= 6 and (dated or reading.has(_YEAR)):
        call = candidate
    on_ballot = bool(measure or candidate or by_candidate or (voting and (office or dated)))
    if call and (on_ballot or office or about or call.startswith("#") or (voting and _hears(reading, _MEASURES))):
        strength = (0.92 if on_ballot else 0.6) * (0.5 if neutral else 1.0)
        return [Finding(KEY, strength, call, "It asks people to vote one way, or rallies them to a campaign.")]
    if neutral:
        return []
    prone = reading.first(_PRONE)
    if measure and prone:
        return [Finding(KEY, 0.5, measure, "It gives an opinion of a measure that is on the ballot now.")]
    if candidate and (about or dated or voting or by_candidate):
        return [Finding(KEY, 0.5, candidate, "It names a person who seeks office, and takes sides or may do so.")]
    if prone and about and scene.post and scene.post.has(_CONTESTED):
        return [Finding(KEY, 0.42, prone, "It gives an opinion under a post about an election.")]
    if by_candidate:
        author = (scene.comment.author or "").strip()
        why = "A person who seeks office speaks on the library's page."
        return [Finding(KEY, 0.45, author, why, Where.AUTHOR)]
    return []


def _is_candidate(scene: Scene) -> bool:
    """Whether the author bears a candidate's first and last name; one name alone is anybody's."""
    mine = set(scene.author.words)
    names = (Reading(candidate.name).words for candidate in scene.library.ballot.candidates)
    return any(len(name) >= 2 and {name[0], name[-1]} <= mine for name in names)
