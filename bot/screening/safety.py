"""What the director sees whatever else is so: someone may be harmed, a patron's records are told, a lawyer is named.

No guideline of its own. Urgent findings cite none; records and legal threats are filed under abuse, as in doubt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.screening import abuse, harm
from bot.screening.reading import Reading
from bot.screening.signs import findings, sign, words

if TYPE_CHECKING:
    from bot.screening.finding import Finding
    from bot.screening.scene import Scene

TELLS_RECORDS = "It tells what a named person borrows, owes or asks, which the library keeps confidential."
_RECORDS = sign(
    0.58,
    TELLS_RECORDS,
    r"(?:saw|seen|noticed|overheard|vi a|behind|next to|ahead of me|"
    r"in line)(?: [a-z0-9.',]+){0,10}? (?:check(?:ed|ing)? out|books? (?:on|about|called)|"
    r"walk out|with (?:the|a) (?:one|book|stack)|borrow\w*|return\w*|hold shelf|sacando|libros de|"
    r"bankruptcy|divorce|looking up|printing)",
    r"(?:has|had|have|got|owes?|owed|owing|checked out|checks out|borrow(?:s|ed)|renewed|"
    r"requested|keeps|read(?:s|ing)?|debe)(?: [a-z0-9.$',]+){0,6}? (?:in fines|overdue|"
    r"library fines|books? (?:on|about) (?:divorce|bankruptcy|cancer|drink\w*|depress\w*|"
    r"addict\w*|pregnan\w*|abortion|hiv|aids|rehab|affairs?|gambling)|en multas|"
    r"libros de divorcio)",
    r"(?:divorce|bankruptcy|rehab|std|hiv|pregnancy|abortion|gay|transgender|depression|anger|"
    r"custody|job hunting) books?",
    r"(?:what|which books?|how many|cuantos libros)(?: [a-z']+){0,2} (?:did|does|has|is|was|saca|"
    r"tiene) (?:my|[a-z]+) (?:[a-z]+ )?(?:checked? out|borrow\w*|read(?:ing)?|have out)",
    r"(?:the clerk|the (?:lady|girl|volunteer) at the (?:desk|counter)|they) (?:told|"
    r"read)(?: [a-z]+){0,3} (?:so|out|it all|me)(?: [a-z]+){0,4} (?:in front of|owes|out loud|"
    r"fines)",
)
_LEGAL = sign(
    0.62,
    "It announces legal steps, which only the director can answer.",
    r"(?:my|our|his|her) (?:lawyer|attorney|abogad[oa]|legal team|solicitor)",
    r"(?:hear|hearing) from (?:my|our|his|a|an|the) (?:lawyer|attorney|legal)",
    r"legal action|lawsuit|(?:i'?ll|we'?ll|i will|going to|gonna) sue|su(?:e|ing) (?:you|"
    r"the library|y'?all)|see you in court|tort claim|notice of claim|small claims|(?:an?|"
    r"the) ada (?:complaint|violation|lawsuit)|ada problem|civil rights complaint|"
    r"complaint form from|los voy a demandar|voy a demandar|mi abogad[oa]|"
    r"first amendment (?:audit|violation|lawsuit)|foia|public records request|1983 (?:claim|suit)",
)
_QUESTION_OF_LAW = words(
    r"law library|legal aid|books? (?:on|about)|tax help|do you (?:have|know)|is there a form|my lawyer friend",
)


def tells_records(text: str) -> bool:
    """Does a text name a patron together with what they borrowed, owe or asked (Wis. Stat. 43.30)?"""
    return bool(findings(abuse.KEY, Reading(text), [_RECORDS]))


def find(scene: Scene) -> list[Finding]:
    """Harm, patron records told, and legal threats."""
    signs = [_RECORDS] if scene.text.has(_QUESTION_OF_LAW) else [_RECORDS, _LEGAL]
    return [*harm.find(scene), *findings(abuse.KEY, scene.text, signs)]
