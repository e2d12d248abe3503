"""Guideline "copyright": pictures, music, video or published works of unnamed source (policy, part III, 7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.screening.finding import Finding, Where
from bot.screening.signs import findings, seen, sign, together, words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

KEY = "copyright"
_WORK = (
    r"(?:book|novel|movie|pelicula|album|audiobook|audio|chapter|chapbook|poems?|lyrics|song|"
    r"concert|show|episode|season|manga|comics?|textbook|manual|series|libro|capitulo|tomos?|"
    r"pattern|cookbook|recipes|roms?|pdfs?|epubs?|documentary|sheet music|score|article|title)"
)
_COPIES = "It shares a whole work, or says that it was copied against its owner's wish."

_COPIED = (
    sign(
        0.6,
        _COPIES,
        r"(?:full|whole|entire|complete|completo|completa|all (?:of )?(?:the |\d+ |nine |six |"
        rf"of ))(?:[ -]+[a-z0-9'\"]+){{0,4}}? {_WORK}",
        rf"{_WORK}(?: [a-z0-9']+){{0,3}}? (?:complet[oa]|entero|en pdf|in pdf|pdf|epub|mp3|zip|"
        r"free here|for free|up free|uploaded|ripped)",
        rf"(?:every|all) (?:page|pages|verse|verses|chapter|{_WORK})s?",
        r"(?:part|parte|pt) ?\d+ ?(?:of|/|de|-) ?\d+|all \d+ (?:pages|volumes|vols|minutes|verses)",
    ),
    sign(
        0.7,
        _COPIES,
        r"(?:ripped|rip|torrent\w*|pirat\w+|bootleg\w*|cracked|camcorder)",
        r"(?:i |i'?ve )?(?:scanned|scans|escane\w+)|(?:pdf|epub|mp3|zip)s?",
        r"before (?:they|it|the)(?: [a-z']+){0,3} (?:down|strike|nuke|gone|takedown|taken)",
        r"(?:so|dont|don'?t) (?:nobody|no one|you|y'?all|we)?(?: [a-z']+){0,3} (?:buy|pay|"
        r"wait)(?: for| on| in)?",
        r"no (?:ads|sign ?up|wait(?:ing)?|card no|need to (?:wait|buy|pay))|skip the (?:line|wait|"
        r"hold)|why (?:buy|wait|pay)|why pay",
        r"(?:filmed|recorded|captured)(?: [a-z0-9']+){0,4} (?:off|from) (?:the|my|a) (?:screen|tv|"
        r"theater|television)",
        r"no copyright (?:infringement )?intended|sue me",
        r"no (?:lo|los) compren|sin pagar|sin hacer fila|gratis (?:en mi|aqui|y sin)",
    ),
    sign(
        0.88,
        "It says that the owner's name or mark was taken off.",
        r"(?:crop(?:ped|ping)?|cut|took|removed?|edited|erased|blurred|le quite|quite|recort[a-z]+|"
        r"photoshopped)(?: [a-z']+){0,5}? (?:watermark|logo|mark|name|signature|credit|marca de agua|"
        r"marca|firma)(?: (?:off|out|away))?",
        r"(?:watermark|logo|marca de agua)(?: [a-z']+){0,3} (?:off|out|gone|removed|cropped)",
        r"not (?:mine|ours),? (?:don'?t|dont) (?:know|care) whose|(?:passed|passing) (?:it|this) off as",
    ),
    sign(
        0.5,
        "It shares somebody's work, and does not say whose it is or whether they agreed.",
        r"(?:found|saved|grabbed|got|lifted|stole|took|pulled|copied|"
        r"swiped)(?: [a-z0-9']+){0,4}? (?:online|on (?:line|the internet|the web|pinterest|google|"
        r"a facebook|reddit|some)|off (?:of )?(?:the|a|some|pinterest|google|an?)(?: [a-z]+){0,3}|"
        r"from (?:a|some|the|their) (?:site|page|website|photographer\w*|magazine))",
        r"(?:don'?t|do not|dont|idk|not sure|no idea) (?:know )?who (?:wrote|took|drew|made|painted|"
        r"owns|holds|shot|did)",
        r"(?:author|artist|photographer|source) unknown|no name on it|no se quien",
        r"(?:typed|copied|transcribed)(?: (?:out|it))?(?: [a-z]+){0,4} (?:out|below|from|off)",
        r"(?:in an app|ai) (?:that|in the style)|in the style of",
    ),
)
_FOREIGN = (
    sign(
        0.5,
        "What it shows looks like somebody else's work, and no source is named.",
        r"professional\w*|magazine[- ]quality|calendar[- ]grade|polished|high[- ]resolution|studio|"
        r"commercial|broadcast\w*|copyright\w*",
        r"(?:no|without|illegible|unreadable|faint|partial|half an?|small) (?:visible )?(?:credit|"
        r"source|signature|watermark|mark|permission|artist named)|unsigned|unsourced|uncredited|"
        r"signature|not named|no signature",
        r"(?:full|whole|complete|entire|pages? (?:of|from)|scanned|photographed|screenshots?|"
        r"typed)(?: [a-z0-9]+){0,4} (?:pages?|book|chapter|song|chorus|episode|movie|film|article|"
        r"album|lyrics|comic|novel|memoir|newspaper|column|poem)s?",
        r"(?:current|hit|popular|chart|country|pop|famous)(?: [a-z]+){0,2} (?:song|hit|single|track|"
        r"ballad)",
        r"singer|music video|movie (?:clip|still|poster|scene)|clip from|tv show|cartoon character|"
        r"disney|comic strip",
    ),
    sign(
        0.87,
        "What it shows bears another owner's mark, or is a copied work.",
        r"watermark\w*|cropped|logo (?:cut|cropped|removed|blurred)|mark (?:cut|erased|removed)|"
        r"studio mark|(?:cloud|shared) (?:drive|folder)|file[- ]sharing|full (?:pdf|e-?book|film|"
        r"movie|scan|audiobook)|pirated|bootleg|ripped|screen-?record\w*|torrent|filmed? off|shot off|"
        r"proof",
    ),
)
_ALLOWED = words(
    r"my own|i (?:took|shot|made|drew|painted|wrote|recorded|filmed|built|sewed|snapped)",
    r"(?:took|shot|drew|made) (?:this|it|these|that)|mine",
    r"my (?:phone|camera|dad|mother|mom|grandfather|grandmother|photo|picture|shot|drawing|"
    r"old nikon|album|nikon|skiff)",
    r"our (?:own )?(?:album|photo|family)|own (?:photo|snapshot|picture|work|drawing)",
    r"family (?:photo|album|snapshot)",
    r"with (?:her|his|their|your|the [a-z]+'?s?) (?:permission|okay|ok|blessing)|permission|everybody'?s ok",
    r"public domain|credit(?:ed)?(?: to|:)?|courtesy|photo by|publisher(?:'s)?|official|legit|snapshot",
    r"phone (?:photo|snapshot|shot)|selfie|commenter'?s?|her child|child'?s|homemade|hand-?drawn|foto que tome",
    r"la tome|home video",
)
_QUOTED_AT_LENGTH = re.compile(
    r"\"[^\"]{220,1200}\"|(?<![a-z])'[^\"]{260,1200}'(?![a-z])|(?:[^/\n]{12,120} / ){4}[^/\n]{8,120}"
    r"|(?:[^\n]{12,80}\n){6}"
)


def find(scene: Scene) -> list[Finding]:
    """Copies that their own words give away, pictures of unknown ownership, quotation at length."""
    reading = scene.text
    own = reading.has(_ALLOWED) or any(shown.has(_ALLOWED) for shown in scene.shown)
    hits = [(s, q) for s, q, quoted in seen(reading, _COPIED) if not quoted]
    found = []
    if hits:
        strongest = max(hits, key=lambda hit: (hit[0].strength, hit[1]))
        strength = together(s.strength for s, _ in hits)
        asks = "?" in scene.comment.text
        if len(hits) == 1 and strongest[0].strength < 0.85:
            strength = 0.4 if strongest[0].strength > 0.5 and not scene.shown else 0.5
        if own:
            strength *= 0.45
        if asks:
            strength *= 0.6
        found.append(Finding(KEY, round(min(strength, 0.95), 3), strongest[1], strongest[0].why))
    for shown in scene.shown:
        for hint in findings(KEY, shown, _FOREIGN, Where.ATTACHMENT):
            strength = round(hint.strength * (0.75 if own else 1.0), 3)
            found.append(Finding(KEY, strength, hint.quote, hint.why, Where.ATTACHMENT))
    if quote := reading.first(_QUOTED_AT_LENGTH):
        found.append(Finding(KEY, 0.5, quote[:160].strip(), "It quotes a published work at length."))
    return found
