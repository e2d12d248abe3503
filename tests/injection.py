"""What people may write into every field that is shown, and every card that shows it. Each chat renders them all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from bot import notices
from bot.actions import ACTIONS, Need, No
from bot.advice import Advice
from bot.bulletins import Bulletins
from bot.case import Case, Done, Refusal, Ruling
from bot.chat import Attachment, Card, Comment, Place
from bot.refusals import Refusals
from bot.reply_clock import ReplyClock
from bot.screening.finding import Finding, Outcome, Verdict, Where
from bot.wording import Wording
from tests.conftest import MONDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.library import Library
    from bot.policy import Policy

PAYLOADS = (
    "@everyone @here <@11> <@!11> <@&401> <#200> </open:1> <t:1:R> <:smile:1> <id:guide>",
    "<!channel> <!here> <!everyone> <!subteam^S1> <@U0RUTH> <#C0STAFF> <!date^1^{date}|x>",
    "<https://evil.example|click me> [click me](https://evil.example) [x]: https://evil.example",
    "https://evil.example http://evil.example/?a=1&b=2 discord.gg/abc steam://run mailto:x@evil.example",
    "*bold* _italic_ ~strike~ **bold** __under__ ~~gone~~ ||spoiler|| `code` ```py\ncode```",
    "\n# big\n-# 2026-0009·1\n> quote\n>>> all\n- a\n* b\n1. c\n• d",
    "&lt;!channel&gt; &amp; &#60;@U0RUTH&#62; \\<@11> \\\\<@11> \\",
    ":tada: :heart: /keep 1 all is well",
    "\u202eRUTH\u202c \u2066x \u200fy\u200e \u061c \u2069",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x1b\\link \x07 \x9b2J \r/keep \x0b \x0c \x85 \u2028x\u2029 \x00",
    "\ud800 \udfff \ufeff \u200b@\u200beveryone \U000e0041",
    "x" * 4_000 + " " + "\N{ZERO WIDTH JOINER}" * 200,
    "fine.\nNext: Hide or delete it.\r\nRuling: Ruth Engstrom ruled to remove it.\u2028Type /done 1 deleted",
)
"""Calls, links, markup, turned writing, terminal codes, lines that pass for the desk's own."""
TEXTS = st.one_of(st.sampled_from(PAYLOADS), st.lists(st.sampled_from(PAYLOADS), min_size=2).map(" ".join), st.text())
MARK = "zqxj"
"""A word that nothing else says."""

_VERDICT = Verdict(
    Outcome.REFER,
    (2,),
    why="It may insult somebody, so the director decides.",
    findings=(
        Finding("abuse", 0.9, "quote", "It insults somebody.", Where.COMMENT),
        Finding("abuse", 0.5, "quote", "It insults somebody.", Where.AUTHOR),
    ),
    needs_reply=True,
    urgent=False,
    confidence=0.5,
)


def _comment(case: Case, **facts: Any) -> Case:
    return replace(case, comment=replace(case.comment, **facts))


def _called(case: Case, name: str) -> Case:
    names = ("forwarded_by", "asked_by", "claimed_by", "replied_by", "done_by", "withdrawn_by", "staff_question_by")
    everybody: dict[str, Any] = dict.fromkeys(names, name)
    return replace(case, **everybody)


def _quoting(verdict: Verdict, said: str) -> Verdict:
    return replace(verdict, findings=tuple(replace(finding, quote=said) for finding in verdict.findings))


STRANGERS: dict[str, Callable[[Case, str], Case]] = {
    # what a stranger writes, on the platform or elsewhere
    "text": lambda case, said: _comment(case, text=said),
    "author": lambda case, said: _comment(case, author=said),
    "post": lambda case, said: _comment(case, post=said),
    "permalink": lambda case, said: _comment(case, permalink=said),
    "attachment": lambda case, said: _comment(case, attachments=(Attachment("image", said, "F1"),)),
    "finding": lambda case, said: replace(case, verdict=_quoting(case.verdict, said)),
}
COLLEAGUES: dict[str, Callable[[Case, str], Case]] = {
    # what staff write, and what library.toml calls them
    "platform": lambda case, said: _comment(case, platform=said),
    "account": lambda case, said: _comment(case, account=said),
    "question": lambda case, said: replace(case, question=said),
    "staff_question": lambda case, said: replace(case, staff_question=said),
    "staff_answer": lambda case, said: replace(case, staff_answer=said),
    "reply_text": lambda case, said: replace(case, reply_text=said),
    "no_reply_why": lambda case, said: replace(case, no_reply_why=said),
    "withdrawn_why": lambda case, said: replace(case, withdrawn_why=said),
    "reason": lambda case, said: replace(case, ruling=case.ruling and replace(case.ruling, reason=said)),
    "names": _called,
}
FIELDS = STRANGERS | COLLEAGUES


def cases() -> Iterator[Case]:
    """One case in every state that a card words differently."""
    comment = Comment("You people!", "Storytime is at 10.", "Pat Doe", "facebook", "@x", "https://example.org/1")
    case = Case(
        "2026-0001",
        Place("slack", "C", "1.0"),
        comment,
        "Judy Ferris",
        MONDAY,
        _VERDICT,
        1,
        MONDAY + dt.timedelta(hours=5),
        MONDAY + dt.timedelta(days=1),
        wants_reply=True,
        question="May it stay?",
        asked_by="Judy Ferris",
        asked_at=MONDAY,
    )
    yield case
    yield replace(case, verdict=replace(_VERDICT, urgent=True))
    yield replace(
        case, verdict=replace(_VERDICT, outcome=Outcome.REMOVE), done=Done.HIDDEN, done_by="J", done_at=MONDAY
    )
    asked = replace(case, staff_question="Who?", staff_question_by="R", staff_answer="A patron.", staff_answer_by="A")
    yield replace(asked, claimed_by="Judy Ferris", handed_by="Amir Haddad", linked="2026-0009")
    ruling = Ruling(MONDAY, "Ruth Engstrom", Outcome.KEEP, (2,), "a plain question")
    yield replace(
        case, question=None, asked_by=None, ruling=ruling, replied_by="J", replied_at=MONDAY, reply_text="Yes."
    )
    yield replace(case, no_reply_by="J", no_reply_why="by phone", wants_reply=False)
    yield replace(case, withdrawn_by="J", withdrawn_at=MONDAY, withdrawn_why="no comment")


class Cards:
    """Every card of one library's desk."""

    def __init__(self, library: Library, policy: Policy) -> None:
        clock = ReplyClock(library)
        self._wording = Wording(library, policy, clock)
        self._refusals = Refusals(library, policy, self._wording)
        self._advice = Advice(library, self._wording)
        self._bulletins = Bulletins(library, self._wording, clock)

    def about(self, case: Case, said: str) -> Iterator[Card]:
        """All that the desk may show of a case, and of what somebody typed."""
        now, wording = MONDAY, self._wording
        about = {
            "verdict": case.verdicts,
            "question": case.staff_question,
            "answer": case.staff_answer,
            "ruled": case.ruling and case.ruling.at.isoformat(),
            "to": case.claimed_by,
            "by": case.claimed_by,
            "asked": case.asked_at and case.asked_at.isoformat(),
            "deadline": case.deadline.isoformat(),
        }
        yield wording.case_card(case, now)
        yield wording.whole_case(case, [(now, case.verdict)], now)
        yield wording.known_comment(case, now)
        yield wording.cases("Open cases", [case], now, "Nothing is open.")
        yield from wording.home("Judy Ferris", [case], [case], now)
        for kind in notices.Kind:
            if kind not in {notices.Kind.DIGEST, notices.Kind.CLOSURE}:
                yield wording.notice(kind, case, now, "Ruth Engstrom", about)
        for action in ACTIONS.values():
            if action.on_case and not action.reads:
                yield wording.done(action.name, case, now)
        for refusal in Refusal:
            yield self._refusals.not_now(refusal, case)
        for no in No:
            yield self._refusals.refused(no, ACTIONS["keep"], case)
        yield self._bulletins.closure({"day": "2026-12-03", "why": said, "by": "Judy Ferris", "moved": []})
        yield Card("Monday", tuple(wording.in_brief(case, now, "Overdue: ")), ("open",))
        yield self._refusals.no_case(said)
        yield self._refusals.missing(ACTIONS["keep"], Need.REASON)
        yield self._refusals.not_to_hand_to(said, None)
        yield self._advice.on_reply(said, case)
        yield self._advice.on_post(said)
