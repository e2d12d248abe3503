"""Advice on a draft before it is posted: a reply to a comment, or a post of the library's own. A nudge, never a block.

What is looked for comes from the policy: staff speak for the library and not for themselves, do not campaign (part I),
keep patrons' business confidential (Wis. Stat. 43.30), and post what relates to the library, its pictures credited.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.chat import Card, Comment, Line
from bot.reply_clock import listed
from bot.screening import abuse, electioneering
from bot.screening.safety import tells_records
from bot.screening.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.case import Case
    from bot.library import Library
    from bot.wording import Wording

SURE = 0.5
"""From so strong on, a finding in a draft is worth a word."""
_OWN_VIEW = re.compile(
    r"\b(?:i (?:personally |honestly |really )?(?:think|believe|feel|agree|disagree|hate|love)|in my (?:\w+ )?opinion|"
    r"if you ask me|personally|imh?o|speaking for myself|en mi opini[oó]n|(?:yo )?creo que)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:guarantee\w*|promise\w*|"
    r"(?:we|i)(?:'ll| will) (?:always|never|refund|waive|replace|fire|discipline|fix (?:it|this|that))|"
    r"(?:will )?never happen again|right away|by (?:tomorrow|tonight|the end of (?:the|this) (?:day|week|month)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)|nunca (?:m[aá]s )?volver[aá]|le prometemos|garantizamos)\b",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"\b(?:librar\w+|bibliotec\w+|books?|libros?|read\w*|story ?time|borrow\w*|holds?|catalog\w*|author\w*|e-?books?|"
    r"audiobooks?|exhibit\w*|meeting rooms?|wi-?fi|printers?|open(?:ing)? hours|closed|closing|class(?:es)?|workshops?|"
    r"register|programs?|programmes?|events?|museum pass\w*|weather|snow|voting|polls|town|city|county|village)\b",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\b(?:photos?|pictures?|images?|pics?|video|snapshot|artwork|illustration|foto\w*)\b", re.IGNORECASE
)
_CREDIT = re.compile(
    r"(?:©|\U0001f4f7|\U0001f4f8|\bcredit\w*|\bcourtesy\b|\bby permission\b|"
    r"\bphoto(?:s|graph\w*)?(?: is| are)? (?:by|from)\b|"
    r"\b(?:image|picture|video|artwork|illustration)s? (?:by|from)\b|\bfoto de\b|\bpublic domain\b|\bcc[ -](?:by|0)\b)",
    re.IGNORECASE,
)


class Advice:
    """What one library's desk has to say about a draft."""

    def __init__(self, library: Library, wording: Wording) -> None:
        self._library = library
        self._wording = wording

    def on_reply(self, text: str, case: Case) -> Card:
        """A draft of the library's answer to a comment, looked over. Nothing is stored, and nothing is forbidden."""
        found = [*self._in_any_draft(text), *self._in_a_reply(text)]
        offered = [Line(one.text, one.name, quoted=True) for one in self._library.replies]
        title = f"Your reply to {case.number}: " + (_counted(found) if found else "nothing to say against it.")
        return Card(title, (*found, *offered), case=case.number)

    def on_post(self, text: str) -> Card:
        """A draft of a post of the library's own, looked over."""
        found = [*self._in_any_draft(text), *self._in_a_post(text)]
        accounts = [a for a in self._library.accounts if a.approved_by and a.approved_on]
        named = [f"{self._wording.platform(a.platform)} ({a.handle})" for a in accounts]
        rules = [
            Line(p.rules, f"{self._wording.platform(p.name)}'s own rules") for p in self._library.platforms if p.rules
        ]
        where = f"Post it from an account that the director approved: {listed(named)}." if named else (
            "No account is approved yet. Ask the director before you post anywhere."
        )  # fmt: skip
        title = f"Your post: {_counted(found) if found else 'nothing to say against it.'}"
        return Card(title, (*found, Line(where, "Where"), *rules))

    def _in_any_draft(self, text: str) -> Iterator[Line]:
        scene = Scene(Comment(text), (), self._library)
        for span in self._wording.mask.spans(text):
            yield Line(
                f"It shows somebody's {span.what}. Leave it out, or ask the person to call or to come by.",
                "Personal data",
            )
        if match := _OWN_VIEW.search(text):
            yield Line(
                f"“{match[0]}” speaks for a person. The library answers as the library, not for one of us.", "View"
            )
        if any(finding.strength >= SURE for finding in electioneering.find(scene)):
            yield Line(
                "It takes sides about the ballot, which the library does not do. Say where to learn more.", "Campaign"
            )
        for finding in abuse.find(scene):
            if finding.strength >= SURE and not tells_records(finding.quote):
                yield Line(f"“{finding.quote}” can be read as an insult. Answer the matter, not the person.", "Tone")
                break

    def _in_a_reply(self, text: str) -> Iterator[Line]:
        if tells_records(text):
            yield Line(
                "It tells what somebody borrowed, owes or asked, which is confidential. Offer to talk in person.",
                "Patron's record",
            )
        if match := _PROMISE.search(text):
            yield Line(
                f"“{match[0]}” is a promise. Say only what is certain; say who looks into it rather than how it ends.",
                "Promise",
            )

    def _in_a_post(self, text: str) -> Iterator[Line]:
        names = [*self._library.programmes, *self._library.partners, self._library.name]
        known = any(name.partition(" (")[0].casefold() in text.casefold() for name in names)
        if not known and not _LIBRARY.search(text):
            yield Line(
                "It names nothing of the library's mission, programmes, services or partners, nor news of the "
                "community. Say how it relates to the library.",
                "Subject",
            )
        if _PICTURE.search(text) and not _CREDIT.search(text):
            yield Line("It speaks of a picture. Say whose it is, and be sure that the library may use it.", "Picture")


def _counted(found: list[Line]) -> str:
    return "one thing to think about." if len(found) == 1 else f"{len(found)} things to think about."
