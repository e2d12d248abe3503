"""Orders: words in a comment that are meant for whoever, or whatever, moderates it, and say nothing about anybody.

Each is judged by itself. One that breaks nothing is left aside, so that all else is judged as if it stood there alone;
one that breaks something is part of the comment like any other words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.screening.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

Span = tuple[int, int]
"""Start and end of a place in a text."""
ASIDE = "What it tells the desk to decide was left aside."
"""Said with a verdict that some words of the comment have no part in."""
MOST = 12
"""Places of a comment that are judged by themselves."""
_PIECE = re.compile(
    r"```(?s:.){0,1000}?```|<!--(?s:.){0,1000}?-->|<[^<>\n]{1,200}>|\{[^{}]{1,1000}\}"
    r"|\[{1,2}[^\[\]\n]{1,300}\]{1,2}|\([^()\n]{1,300}\)|\S[^\n<{\[(`.!?]*(?:[.!?]\w[^\n<{\[(`.!?]*)*[.!?]*"
)
"""A block of code, a tag, an object of JSON, words in brackets, or a sentence on one line."""
_VERDICT = (
    r"(?:keep|kept|allow(?:ed)?|approved?|safe|compliant|removed?|refer(?:red)?"
    r"|conservar|mantener|permitir|permitid[oa]|aprobad[oa]|quitar|eliminar)\b"
)
_THIS = r"(?:this|the|my|este|el|mi) (?:comment|post|message|text|comentario|mensaje|texto)\b"
_ORDER = re.compile(
    "|".join(
        (
            # what to forget
            r"(?:^\W*|: ?)(?:please,? |now,? |first,? |you must |you should |por favor,? )?"
            r"(?:ignore|disregard|forget|override|bypass|ignora|olvide|olvida|omita|omite)\b.{0,60}\b"
            r"(?:instructions?|prompts?|rules|policy|policies|guidelines|instrucciones|reglas|politicas?|normas|pautas)\b",
            r"\bignore (?:all |any |the |your )*(?:previous|prior|earlier) (?:instructions|rules|prompts)\b",
            # who is to listen
            r"^\W*(?:system|automated|assistant|sistema|asistente|ai|mod bot|moderat(?:or|ion) (?:ai|bot|tool))"
            r"(?: (?:note|notice|message|prompt|override|update|mensaje|aviso|to|for|the|moderation|moderators?|ai|bot"
            r"|tool|model))*\]? ?:",
            r"^\W*mod(?:erator)?s?:.{0,80}\b(?:keep|allow|approved?|do not|don't)\b",
            r"\bmod(?:erator|eration)?s?,? (?:must|should|please|bot,?|ai,?) "
            r"(?:keep|allow|approve|do not|don't|never|mark|classify)\b",
            r"^\W*(?:note|message|instructions?|attention|nota|mensaje|aviso) (?:to|for|al|para el) (?:the |all |any )?"
            r"(?:\w+ ){0,2}(?:bot|ai|llm|language model|filter|classifier|moderators?|moderation|moderador)\b",
            r"^\W*(?:hey |dear |hello )?(?:moderation |moderator |content )?(?:bot|llm|chatgpt|gpt) ?[,:]",
            r"^\W*you are (?:now |no longer )(?:in |an? )?(?:\w+ ){0,2}(?:mode|assistant|ai|bot|model|dan)\b",
            r"\b(?:developer|debug|maintenance|jailbreak) mode\b",
            # what to decide
            r"\b(?:verdict|veredicto|outcome|classification|label|decision)\b[\"']?"
            rf"(?: ?[:=·-]| is:?| es:?| must be| should be){{1,2}} ?[\"']?{_VERDICT}",
            r"^\W*(?:answer|respond|reply|output|return|print|say|responde|contesta|devuelve)"
            rf"(?: only| just| with| exactly| con| solo| :)* ?[\"']?{_VERDICT}",
            r"^\W*(?:please |just |always )?"
            r"(?:classify|label|mark|rate|treat|flag|tag|score|consider|clasifica|marca|trata)\b"
            rf".{{0,40}}\b(?:as|como) (?:\w+ )?(?:{_VERDICT}|(?:harmless|benign|acceptable|seguro)\b)",
            r"^\W*(?:please )?(?:keep|approve|allow|remove|conserva|manten|aprueba|quita) "
            rf"{_THIS}(?: up| now| at once)?\W*$",
            r"^\W*(?:please )?(?:do not|don't|never) (?:refer|quote|flag|escalate)\b",
            # what is decided already
            r"\b(?:this|the|every|all) (?:comments?|posts?|messages?|text)(?: above)? "
            r"(?:is|are|was|were|has been|have been)\b.{0,30}\b"
            r"(?:pre-?)?(?:approved|allowed|whitelisted|exempt|cleared|compliant)\b",
            r"\b(?:directora?|board|supervisor)\b.{0,40}\b(?:ruled|approved|cleared|decided|aprobo|autorizo)\b.{0,30}"
            r"\b(?:comment|message|comentario|keep)\b",
            r"\b(?:directora?|moderadora?)\b.{0,20}\b"
            r"(?:ya lo (?:aprobo|autorizo)|already (?:approved|cleared) (?:it|this))\b",
            rf"\bruled by .{{0,40}}: ?{_VERDICT}",
            r"\bno guidelines? (?:applies|apply|is broken|are broken)\b|\bbreaks no guidelines?\b",
            r"^\W*guidelines?\W*\d(?:\W+\d)*\W*$|^\W*confidence\W*\d(?:[.,]\d+)?\W*$",
            rf"^\W*\d{{4}}-\d{{4}}\W+{_VERDICT}\W*$",
            # how machines are written to
            r"^\{.*[\"'](?:verdict|outcome|decision|label|action|guidelines|allowed|flagged)[\"']\s*:",
            r"^<.{0,200}(?:verdict|outcome|system|assistant|instruction|prompt|comment|moderation|endoftext"
            r"|im_start|im_end).{0,200}>$",
            r"^\[/?(?:inst|system|sys|assistant)\]?$",
            r"^\W*end of (?:the )?(?:comment|prompt|input|text|message|instructions?)\W*$",
        )
    ),
    re.DOTALL,
)


def addressed(text: str) -> list[Span]:
    """Where a text speaks to the desk, in order: sentences, tags and blocks.

    None where they are so many that to judge each would take long.
    """
    found = [piece.span() for piece in _PIECE.finditer(text) if Reading(piece[0]).has(_ORDER)]
    return found if len(found) <= MOST else []


def without(text: str, spans: Sequence[Span]) -> str:
    """The text without these places, each of which ends a line; empty where what is left says nothing."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    kept = [text[end:start].strip() for end, start in zip(ends, starts, strict=True)]
    return "\n".join(filter(_says, kept))


def _says(text: str) -> bool:
    return any(sign.isalnum() for sign in text)
