"""Guideline "impersonation": posing as somebody else, or misstating who one is (policy, part III, 4).

Whose account it really is can seldom be told from the forward: a likeness alone is referred. What is plain is somebody
who speaks as the library, or as one of its people, to get cards, codes or money out of patrons.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.screening.finding import Finding, Where
from bot.screening.reading import Reading
from bot.screening.signs import words

if TYPE_CHECKING:
    from bot.library import Library
    from bot.screening.scene import Scene

KEY = "impersonation"

_SECRETS = (
    r"(?:card|library card|account|gift card|bank|phone|ssn|social security|barcode)(?: and|"
    r" &)? ?(?:numbers?|#|no\.?|info|details|digits|codes?)|card #|\d* ?digits?|pins?|passwords?|"
    r"ssn|social security|date of birth|birth ?(?:date|day)|gift cards?|routing|the code|full name"
    r"|numero (?:de|del) (?:su |tu )?(?:tarjeta|cuenta|seguro)|su (?:pin|clave|contrasena)|nip|"
    r"clave|contrasena|tarjeta de regalo"
)
_ASKS = words(
    r"(?:send|give|reply|confirm|enter|verify|provide|post|type|text|dm|message|inbox|comment|"
    r"submit|tell|need|put|use|scratch|share|photo of|update|install|manden?|mandeme|envien?|"
    r"envie|confirme?n?|escriban?|responda|ingrese|necesitamos|"
    rf"pongan?)(?: [a-z0-9',#]+){{0,9}}? (?:{_SECRETS})",
)
_PAYS = words(
    r"(?:pay|send|cover|enter)(?: [a-z']+){0,4} ?\$? ?\d[\d.]*(?: [a-z]+){0,3} ?(?:shipping|fee|"
    r"deposit|processing|handling|refund|materials)?",
    r"(?:shipping|processing|materials|delivery|small) fee|\$ ?\d[\d.]* (?:shipping|fee|processing|deposit)",
    r"(?:to|our|my) (?:cash ?app|venmo|zelle)|gift cards?|card for(?: \$)?",
    r"(?:pay|paga|pague)(?:ar)? (?:at|en|here|aqui)",
)
_PRIZE = words(
    r"(?:you|u|you'?ve|youve)(?: have| were| are| been| was){0,4} (?:pick(?:ed)?|chosen|"
    r"selected|won|a winner|our winner|the winner|our [a-z ]{3,25} winner)",
    r"you(?:'re| are) (?:our|the|a)(?: [a-z]+){0,4} winner",
    r"congrat[a-z]*(?: [a-z']+){0,5} (?:winner|won|picked|selected)|winner(?:s)? (?:of|in) (?:our|the)",
    r"claim (?:your|ur|it|the|this|in|here|prize)",
    r"(?:free|win a|get a|gets a) (?:tablet|ipad|iphone|gift card|kindle|\$\d+|auger)",
    r"ganaste|ha sido seleccionad[oa]|felicidades(?: [a-z]+){0,4} gan\w+|lucky (?:follower|winner|patron)",
)
_SCARE = words(
    r"(?:card|account|access|holds?|cuenta|tarjeta)(?: [a-z']+){0,4}? (?:suspended|blocked|"
    r"cancell?ed|deleted?|expired?|locked|closed|frozen|lost|suspendida|bloqueada|vencida|"
    r"cancelada)",
    r"within \d+ ?h\w*",
    r"(?:to|or) (?:keep|lose|restore|avoid|unlock)(?: [a-z]+){0,3} (?:card|account|holds?|access|"
    r"books|shutoff|spot)",
    r"verify (?:your|today|now)|past due",
)
_AS_LIBRARY = words(
    r"this is (?:the |your )?(?:[a-z]+ ){0,3}(?:library|director|librarian|circulation|mayor|page|"
    r"staff|administrator|board|support)",
    r"(?:we'?re|we are|from all of us at|on behalf of|as) (?:the|your) (?:[a-z]+ ){0,3}library",
    r"(?:your|ur) library",
    r"(?:from|at) (?:the )?(?:reference|circulation|front|help|adult services|tech help) ?(?:desk|"
    r"team)?",
    r"i'?m with (?:the )?(?:[a-z]+ ){0,3}library|library (?:here|staff|admin|circulation|team|support)",
    r"dear (?:patrons?|readers?|cardholders?|members?)|soy (?:la|el) (?:director|directora|bibliotecari[oa])",
    r"(?:hi|hello|hola)(?: dear)?,? (?:its|it'?s|this is|soy|es) [a-z]+ (?:from|de)|somos (?:la )?biblioteca",
    r"our (?:system|patrons|cardholders|branch|servers?)|approved partner|on behalf of",
)
_INSIDER = words(
    r"i work (?:there|here|at the library|in the building|in this building)|(?:yo )?trabajo (?:ahi|aqui)",
    r"as (?:a|an|one of the) (?:staff|employee|librarian|trustee|board member|page|library worker)",
    r"i (?:sit|serve) on (?:this|the|that) board|i drive the bookmobile|staff (?:just )?(?:talked|decided)",
    r"(?:your|as your|as the) (?:mayor|director)|i'?m on (?:the )?(?:staff|board)|speaking for the|by order of",
)
_PARODY = words(
    r"parody|parodia|satire|satira|fake|not ?the ?[a-z]*|totally real|unofficial|ghost of|(?:but )?evil",
    r"liberry|liebrary|lie-brary|overlord|imposter|pubic library|lybrary|definitely ?not",
)
_DISOWNS = words(
    r"no relation|not (?:the|that|related|affiliated)|same name|(?:no|not) i'?m not|i'?m not the",
    r"is (?:this|that|it) (?:real|legit|you|a scam|really)|scam\w*|phish\w*|fake",
    r"don'?t (?:give|click|fall|send|reply|answer)|never (?:give|ask|click|asks?)",
    r"got (?:a|this) (?:text|message|email|call)|estafa|beware|heads up|asked (?:me )?for my|someone|somebody",
    r"(?:my|our) (?:card number|pin|card) (?:is|doesn'?t|won'?t|isn'?t|does|did)|why (?:do|does)|not real",
    r"report(?:ed)?",
)
_CLICK, _SAYS_PARODY = words("link|bio|click|tap|claim"), words("parody|parodia|satire")
_TITLED = re.compile(
    r"(?<![a-z])(?:mayor|director|attorney for|sheriff|supt|superintendent|selectman|councilman|"
    r"councilwoman|senator|officer|police dep|city of|county|water dept|department|alcalde|"
    r"alcaldesa)(?![a-z])"
)


def find(scene: Scene) -> list[Finding]:
    """Requests for secrets or money in the library's voice, likenesses of its accounts and people, claims of rank."""
    return [*_lure(scene), *_likeness(scene), *_second_self(scene)]


def _lure(scene: Scene) -> list[Finding]:
    reading = scene.text
    if reading.has(_DISOWNS):
        return []
    asks, pays, prize = reading.first(_ASKS), reading.first(_PAYS), reading.first(_PRIZE)
    scare, voice = reading.first(_SCARE), reading.first(_AS_LIBRARY)
    likeness = likeness_to_library(scene.author.plain.text, scene.library) >= 80 or _resembles_person(scene) != ""
    bait = asks or ((pays or prize) if (pays and prize) or scare or likeness or voice else "")
    if not bait:
        if prize and (scene.text.has(_CLICK) or likeness):
            bait = prize
        else:
            return []
    backing = sum(map(bool, (asks, pays, prize, scare, voice, likeness)))
    if "?" in scene.comment.text and backing < 3:
        return []
    strength = {1: 0.45, 2: 0.88}.get(backing, 0.95)
    found = [
        Finding(KEY, strength, bait, "It speaks as if for the library to get money or private numbers from patrons.")
    ]
    if prize and strength > 0.8:
        found.append(Finding("repetition", 0.86, prize, "It announces a prize that nobody entered for, as spam does."))
    return found


def _likeness(scene: Scene) -> list[Finding]:
    """The author's name resembles an official account, a member of staff or an office."""
    name, raw = scene.author.plain.text, (scene.comment.author or "").strip()
    if not raw:
        return _insider(scene)
    disowns = scene.text.has(_DISOWNS)
    near = likeness_to_library(name, scene.library)
    parody = scene.author.has(_PARODY) or scene.text.has(_SAYS_PARODY)
    if near >= 80 and not disowns:
        if parody or scene.author.has(_PARODY):
            return [
                Finding(KEY, 0.5, raw, "The name plays on the library's own, which may mislead people.", Where.AUTHOR)
            ]
        return [Finding(KEY, 0.6, raw, "The name is very like the library's own account.", Where.AUTHOR)]
    if parody and (
        scene.text.has(_INSIDER)
        or _resembles_person(scene)
        or _TITLED.search(name)
        or "librar" in name
        or "bibliot" in name
    ):
        return [Finding(KEY, 0.5, raw, "The name plays on an official one, which may mislead people.", Where.AUTHOR)]
    if _resembles_person(scene) and not disowns:
        why = (
            "The name is that of a person who works for the library or holds office; whose account it is, is not known."
        )
        return [Finding(KEY, 0.5, raw, why, Where.AUTHOR)]
    if _TITLED.search(name) and not disowns:
        return [
            Finding(KEY, 0.45, raw, "The account claims an office; whether it is theirs is not known.", Where.AUTHOR)
        ]
    return _insider(scene)


def _insider(scene: Scene) -> list[Finding]:
    if quote := scene.text.first(_INSIDER):
        return [Finding(KEY, 0.45, quote, "It claims to speak from inside the library, which the desk can not check.")]
    return []


def _second_self(scene: Scene) -> list[Finding]:
    """An author's name that is not quite one seen before, as of an account that copies another commenter."""
    mine = (scene.comment.author or "").strip()
    if not mine:
        return []
    flat = _flat(scene.author.bare.text)
    for before in scene.earlier:
        theirs = (before.author or "").strip()
        if theirs and theirs != mine and _flat(Reading(theirs).bare.text) == flat:
            return [
                Finding(
                    KEY, 0.6, mine, "The name copies that of another commenter, but for a small sign.", Where.AUTHOR
                )
            ]
    return []


def _flat(name: str) -> str:
    return "".join(char for char in name if char.isalnum())


def _resembles_person(scene: Scene) -> str:
    """The person in the library's facts whom the author's name is that of, or an empty string."""
    library = scene.library
    name = " ".join(scene.author.words)
    people = (
        [m.name for m in library.people]
        + library.board
        + [c.name for c in [*library.officials, *library.ballot.candidates]]
    )
    for person in people:
        parts = [p for p in Reading(person).words if len(p) > 1]
        if len(parts) >= 2 and parts[0] in name.split() and parts[-1] in name.split():
            return person
    return ""


@lru_cache(maxsize=64)
def _official(library_name: str, accounts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({_flat(Reading(name).plain.text) for name in (library_name, *accounts) if name})


def likeness_to_library(name: str, library: Library) -> float:
    """How like the library's own names a name is, 0..100."""
    flat = _flat(name[:200])
    if len(flat) < 5:
        return 0.0
    accounts = tuple(n for account in library.accounts for n in (account.handle, account.display_name))
    names = _official(library.name, accounts)
    return max((_alike(flat, official) for official in names if len(official) >= 5), default=0.0)


def _alike(name: str, official: str) -> float:
    whole = fuzz.ratio(name, official)
    part = fuzz.partial_ratio(name, official) if len(name) >= len(official) else 0.0
    return max(whole, part if part >= 90 else 0.0)
