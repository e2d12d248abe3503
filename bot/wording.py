"""Every sentence the desk says, in plain words. Cards are built here; chats only lay them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.actions import ACTIONS, Action, Need, No
from bot.case import Case, Done, Duty, Refusal
from bot.chat import Card, Line
from bot.notices import Kind
from bot.reply_clock import ReplyClock, listed
from bot.screening.finding import Outcome, Where

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from bot.chat import Comment
    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.finding import Verdict

EXCERPT = 280
_WHERE = {
    Where.COMMENT: "the comment",
    Where.AUTHOR: "the author's name",
    Where.ATTACHMENT: "the attachment",
    Where.EARLIER: "an earlier comment",
}
_DONE = {
    Done.HIDDEN: "hid it on the platform",
    Done.DELETED: "deleted it from the platform",
    Done.EDITED: "edited it on the platform",
    Done.NOTHING: "left it as it is on the platform",
    Done.RESTORED: "showed it again on the platform",
}
PLATFORM_NAMES = {"x": "X", "youtube": "YouTube", "tiktok": "TikTok", "google-reviews": "Google reviews"}


class Wording:
    """The desk's voice for one library: its policy's numbers and names, its people, its clock."""

    def __init__(self, library: Library, policy: Policy, clock: ReplyClock) -> None:
        self._library = library
        self._policy = policy
        self._clock = clock

    def notice(self, kind: str, case: Case, now: dt.datetime, to: str | None) -> Card:
        """The card of a notice of this kind, as the case stands now."""
        match kind:
            case Kind.VERDICT:
                return self.case_card(case, now)
            case Kind.QUESTION:
                return self._question(case, f"{self._name(to)}, please rule on {case.number}")
            case Kind.QUESTION_WAITS:
                return self._question(case, f"{self._name(to)}, {case.number} still waits for your ruling")
            case Kind.RULING:
                return self._ruling(case)
            case Kind.REPLY_DUE:
                title = f"{case.number} wants a reply by {self._clock.spoken(case.deadline)}"
            case _:
                title = f"{case.number} is overdue: the reply was due by {self._clock.spoken(case.deadline)}"
        if to:
            title = f"{self._name(to)}, {title}"
        claimed = f"{case.claimed_by} has it" if case.claimed_by else "Nobody has taken it yet"
        waits = " It waits for a ruling too." if Duty.RULING in case.duties else ""
        lines = (*self._comment(case.comment), Line(f"{claimed}.{waits}", "Reply"))
        actions = ("keep", "remove") if Duty.RULING in case.duties else ()
        return Card(title, lines, (*actions, *(() if case.claimed_by else ("claim",)), "replied"), case.number)

    def case_card(self, case: Case, now: dt.datetime, *, whole: bool = False) -> Card:
        """The case as it stands: verdict first, its evidence, the reply clock, and what to do next."""
        verdict = case.verdict
        lines = [*self._comment(case.comment, whole=whole)]
        lines += self._evidence(verdict)
        lines.append(Line(verdict.why, "Why"))
        if case.ruling:
            lines.append(Line(self._ruled(case), "Ruling"))
        if case.question is not None and case.asked_by:
            lines.append(Line(case.question, f"{case.asked_by} asks", quoted=True))
        lines.append(Line(self._reply(case, now), "Reply"))
        lines += [Line(note, "Note") for note in self._notes(case)]
        lines += [Line(history, "So far") for history in self._history(case)]
        lines.append(Line(self._next(case), "Next"))
        return Card(f"{case.number}  {self._heading(case)}", tuple(lines), self._offers(case), case.number)

    def whole_case(self, case: Case, verdicts: Sequence[tuple[dt.datetime, Verdict]], now: dt.datetime) -> Card:
        """The case with the whole comment and each verdict the desk gave."""
        card = self.case_card(case, now, whole=True)
        facts = Line(f"{case.forwarded_by}, {self._clock.spoken(case.forwarded_at)}", "Forwarded by")
        earlier = [Line(f"{self._clock.spoken(at)}: {self.heading(v)}", "Verdict") for at, v in verdicts]
        return Card(card.title, (*card.lines[:-1], facts, *earlier, card.lines[-1]), card.actions, card.case)

    def cases(self, title: str, cases: Sequence[Case], now: dt.datetime, nothing: str) -> Card:
        """A list of cases, a line each."""
        if not cases:
            return Card(nothing)
        lines = []
        for case in cases:
            start = self._heading(case)
            lines.append(Line(f"{start} · {self._waits_for(case, now)}", case.number))
            lines.append(Line(excerpt(case.comment.text, 90), quoted=True))
        return Card(f"{title}: {len(cases)}", tuple(lines))

    def heading(self, verdict: Verdict) -> str:
        """A verdict in a few words."""
        cited = self._cited(verdict.guidelines)
        match verdict.outcome:
            case Outcome.KEEP:
                return "KEEP: critical, and allowed" if verdict.critical else "KEEP"
            case Outcome.REMOVE:
                return f"REMOVE: {cited}"
            case Outcome.REFER if verdict.urgent:
                return "URGENT, REFER to the director: someone may be harmed"
            case _:
                return f"REFER to the director{f': {cited}' if cited else ''}"

    def done(self, action: str, case: Case, now: dt.datetime) -> Card:
        """What a person is told after their action."""
        n = case.number
        match action:
            case "claim":
                text = f"{n} is yours. {self._reply(case, now)}"
            case "replied":
                text = f"{n}: the reply is on record; no more reminders."
            case "done":
                text = f"{n}: on record that {case.done_by} {_DONE[case.done or Done.NOTHING]}."
            case "withdraw":
                text = f"{n} is withdrawn as no comment: {case.withdrawn_why}. What was said stays on record."
            case "ask":
                text = f"{n} is with the director. The comment stays up until she rules."
            case "when":
                text = f"{n}: noted. {self._reply(case, now)}"
            case "post":
                text = f"{n} has its post and was screened again."
            case _:
                text = f"{n}: your ruling is on record."
        waits = self._waits_for(case, now)
        return Card(text, (Line(f"{n}: {waits}.", "Still to do" if case.duties else "Now"),), self._offers(case), n)

    def away(self, name: str, until: dt.datetime | None, deputy: str | None) -> Card:
        """Somebody is away."""
        when = (
            f" until the end of {self._clock.spoken(until).rpartition(',')[0]}" if until else " until they type /back"
        )
        director = name == self._library.director.name
        if director and deputy:
            return Card(f"{name} is away{when}. {deputy} rules in the meantime and has the open questions.")
        if director:
            return Card(f"{name} is away{when}. No deputy is here, so questions still go to {name}.")
        return Card(f"{name} is away{when}. Reminders of theirs go to the channel.")

    def back(self, name: str) -> Card:
        """Somebody is here again."""
        return Card(f"Welcome back, {name}.")

    def refused(self, no: No, action: Action | None) -> Card:
        """A polite no to somebody who may not."""
        director, deputy = self._library.director.name, self._library.deputy
        wish = f"do that ({action.label.lower()})" if action else "forward comments here"
        match no:
            case No.STRANGER:
                text = f"Sorry, only people named in the library's list can {wish}. Ask {director} to add you."
            case No.MINOR:
                text = (
                    f"Sorry, only adults act for the library (policy, part I), so you can not {wish}. Ask a colleague."
                )
            case No.DIRECTOR_IS_HERE:
                text = (
                    f"Sorry, {director} rules while she is not away. When she is, she types /away. "
                    f"Send it: {ACTIONS['ask'].usage}"
                )
            case _:
                second = f", or {deputy.name} while {director} is away" if deputy else ""
                text = f"Sorry, that takes a ruling by {director}{second}. Send it to her: {ACTIONS['ask'].usage}"
        return Card(text)

    def not_now(self, refusal: Refusal, case: Case) -> Card:
        """Why a move is not possible in this state; nothing changed."""
        n = case.number
        ask = ACTIONS["ask"].usage.replace("N", n, 1)
        removal = "is to be removed" if case.done is None else "was taken down"
        stands = self._heading(case)
        text = {
            Refusal.WITHDRAWN: f"{n} was withdrawn by {case.withdrawn_by}: {case.withdrawn_why}.",
            Refusal.RULED: f"{n} is ruled on already. {self._ruled(case)} To have it looked at again: {ask}",
            Refusal.ALREADY_ASKED: f"{case.asked_by} has asked the director about {n} already: {case.question}",
            Refusal.CLAIMED: f"{case.claimed_by} has taken the reply to {n} already.",
            Refusal.REPLIED: f"{case.replied_by} has replied to {n} already.",
            Refusal.REMOVAL: f"{n} {removal}, so no reply is due. If you see it otherwise: {ask}",
            Refusal.DONE: f"{n}: {case.done_by} {_DONE[case.done or Done.NOTHING]} already.",
            Refusal.NOT_TO_REMOVE: f"{n} is not to be removed: {stands}. Only a ruling changes that: {ask}",
            Refusal.ACTED_ON: f"{n} was acted on already, so this can not change it. If something is wrong: {ask}",
            Refusal.CHANGED: f"{n} was screened again since that card. Look at its newest card, then decide.",
        }[refusal]
        return Card(text, case=n)

    def missing(self, action: Action, need: Need) -> Card:
        """An action came without something it needs."""
        numbers = listed([str(number) for number in sorted(self._policy.by_number)])
        wanted = {
            Need.GUIDELINES: f"name the guidelines by number, from {numbers}",
            Need.WHAT_WAS_DONE: f"say what you did: {', '.join(Done)}",
        }.get(need, f"give {need}")
        return Card(f"Please {wanted}: {action.usage}")

    def unknown_guideline(self, numbers: Sequence[int]) -> Card:
        """A guideline number that the policy does not have."""
        known = "; ".join(f"{number} {g.name}" for number, g in sorted(self._policy.by_number.items()))
        return Card(f"The policy has no guideline {listed([str(n) for n in numbers])}. It has: {known}.")

    def no_case(self, said: str) -> Card:
        """A case number that does not exist, or is none."""
        return (
            Card(f"There is no case {said[:40]!r}. /open shows the numbers.")
            if said
            else Card("Say which case, by its number. /open shows the numbers.")
        )

    def in_future(self) -> Card:
        """A comment that would have been posted later than now."""
        return Card("That time is still to come. Say when the comment was posted, for example: /when 12 yesterday 4 pm")

    def nothing_to_screen(self) -> Card:
        """A forward without words."""
        return Card("There are no words in that. Paste the comment's text.")

    def unknown_action(self) -> Card:
        """A button of a version that is gone."""
        return Card("That button is from another version of the desk. Use the newest card of the case.")

    def stored_only(self, trouble: str) -> Card:
        """Stored, but what the desk has to say about it waits."""
        return Card(f"It is stored, so do not send it again; the desk's words about it come later. {trouble}")

    def too_long(self, most: int) -> Card:
        """A forward that no platform would take as a comment."""
        return Card(
            f"That is longer than {most:,} characters, which no platform takes as a comment. Nothing was stored."
        )

    def known_comment(self, case: Case, now: dt.datetime) -> Card:
        """The same comment was forwarded before."""
        card = self.case_card(case, now)
        return Card(f"That comment is here already. {card.title}", card.lines, card.actions, card.case)

    def unapproved(self, comment: Comment) -> str | None:
        """A sentence where the account or platform is not one that the director approved (policy, part I)."""
        if not comment.platform:
            return None
        platform = self.platform(comment.platform)
        key = comment.platform.casefold()
        approved = [
            a for a in self._library.accounts if a.platform.casefold() == key and a.approved_by and a.approved_on
        ]
        if key not in {p.name.casefold() for p in self._library.platforms} or not approved:
            return f"{platform} is not a platform that the director has approved. Ask her before you answer there."
        handle = (comment.account or "").casefold().lstrip("@")
        if handle and handle not in {a.handle.casefold().lstrip("@") for a in approved}:
            return f"{comment.account} on {platform} is not an account that the director has approved. Ask her first."
        return None

    def platform(self, name: str) -> str:
        """A platform's name as people write it."""
        return PLATFORM_NAMES.get(name.casefold(), name[:1].upper() + name[1:])

    def _heading(self, case: Case) -> str:
        if case.withdrawn_at:
            return "withdrawn"
        if not case.ruling:
            return self.heading(case.verdict)
        cited = f": {self._cited(case.ruling.guidelines)}" if case.ruling.guidelines else ""
        return f"{case.ruling.outcome.upper()}, ruled by {case.ruling.by}{cited}"

    def _cited(self, numbers: Sequence[int]) -> str:
        return "; ".join(f"{n} {g.name}" if (g := self._policy.by_number.get(n)) else str(n) for n in numbers)

    def _comment(self, comment: Comment, *, whole: bool = False) -> list[Line]:
        length = len(comment.text) if whole else EXCERPT
        on = f" on {self.platform(comment.platform)}" if comment.platform else ""
        lines = [Line(excerpt(comment.text, length) or "(no words)", f"Comment{on}", quoted=True)]
        if comment.author:
            lines.append(Line(comment.author, "By", quoted=True))
        lines += [Line(a.description, f"With {a.kind}", quoted=True) for a in comment.attachments]
        if comment.post:
            lines.append(Line(excerpt(comment.post, length), "Under the post", quoted=True))
        return lines

    def _evidence(self, verdict: Verdict) -> list[Line]:
        """The words that led to the verdict: for each guideline cited its strongest finding, and every concern."""
        lines: list[Line] = []
        for key in self._evidence_keys(verdict):
            found = [f for f in verdict.findings if f.guideline == key]
            finding = max(found, key=lambda f: f.strength)
            guideline = self._policy.by_key.get(key or "")
            name = f"{guideline.number} {guideline.name}" if guideline else "Concern"
            where = f", in {_WHERE[finding.where]}" if finding.where is not Where.COMMENT else ""
            if finding.quote:
                lines.append(Line(excerpt(finding.quote, EXCERPT), f"{name}{where}", quoted=True))
                name = ""
            if finding.why != verdict.why:
                lines.append(Line(finding.why, name))
        return lines

    def _evidence_keys(self, verdict: Verdict) -> list[str | None]:
        if verdict.outcome is Outcome.KEEP:
            return []
        cited = [self._policy.by_number[n].key for n in verdict.guidelines if n in self._policy.by_number]
        present = {f.guideline for f in verdict.findings}
        return [*([None] if None in present else []), *(key for key in cited if key in present)]

    def _reply(self, case: Case, now: dt.datetime) -> str:
        if case.replied_at:
            return f"{case.replied_by} replied on {self._clock.spoken(case.replied_at)}."
        if Duty.REPLY not in case.duties:
            return "No reply needed."
        start, posted = case.clock_start
        due = self._clock.due(start, posted=posted)
        basis = "" if posted else " Counted from the forward; if you know when it was posted, say so."
        late = " That is past: reply now." if now > due.deadline else ""
        by = f" {case.claimed_by} has it." if case.claimed_by else ""
        return f"{due.sentence}{late}{by}{basis}"

    def _notes(self, case: Case) -> list[str]:
        notes = []
        if case.verdict.wants_post and not case.comment.post:
            notes.append(
                f"Without its post nobody can say whether it is off topic. Add the post: /post {case.number} TEXT"
            )
        if note := self.unapproved(case.comment):
            notes.append(note)
        if case.linked:
            notes.append(
                f"The same words are in {case.linked}. The same comment forwarded again? Then withdraw this one. "
                "Posted again by its author? Then ask the director."
            )
        return notes

    def _history(self, case: Case) -> list[str]:
        lines = []
        if case.done and case.done_at:
            lines.append(f"{case.done_by} {_DONE[case.done]} on {self._clock.spoken(case.done_at)}.")
        if case.reply_text:
            lines.append(f"The library answered: {excerpt(case.reply_text, EXCERPT)}")
        return lines

    def _next(self, case: Case) -> str:
        duties = case.duties
        steps = []
        where = f" on {self.platform(case.comment.platform)}" if case.comment.platform else " on the platform"
        if case.verdict.urgent and Duty.RULING in duties:
            steps.append("If someone is in danger now, call 911 first.")
        if Duty.RULING in duties:
            steps.append(f"Leave it up{where}. {self._library.director.name} is asked to rule.")
        if Duty.PLATFORM in duties and case.to_restore:
            steps.append(f"It was taken down and stays after all: show it again{where}, then say what you did.")
        elif Duty.PLATFORM in duties:
            rules = next((p.rules for p in self._library.platforms if p.name == case.comment.platform and p.rules), "")
            steps.append(
                f"Hide or delete it{where}, then say what you did."
                + (f" The platform's own rules: {rules}" if rules else "")
            )
        if Duty.REPLY in duties:
            steps.append(
                "Somebody should answer it; say who takes it." if not case.claimed_by else "Answer it, then say so."
            )
        return " ".join(steps) or (
            "Nothing." if case.withdrawn_at or case.standing is Outcome.REMOVE else "Nothing: it stays."
        )

    def _waits_for(self, case: Case, now: dt.datetime) -> str:
        said = []
        if Duty.RULING in case.duties:
            said.append("waits for the director")
        if Duty.PLATFORM in case.duties:
            said.append("show it again on the platform" if case.to_restore else "take it down on the platform")
        if Duty.REPLY in case.duties:
            late = "OVERDUE, reply was due by" if now > case.deadline else "reply by"
            said.append(
                f"{late} {self._clock.spoken(case.deadline)}" + (f" ({case.claimed_by})" if case.claimed_by else "")
            )
        return "; ".join(said) or "nothing more to do"

    def _offers(self, case: Case) -> tuple[str, ...]:
        duties = case.duties
        if case.withdrawn_at:
            return ()
        offers = [
            ("done", Duty.PLATFORM in duties),
            ("claim", Duty.REPLY in duties and not case.claimed_by),
            ("replied", Duty.REPLY in duties),
            ("when", Duty.REPLY in duties and not case.comment.posted_at),
            ("ask", not case.asked_by),
            ("post", not case.comment.post and not (case.ruling or case.done)),
            ("withdraw", not (case.ruling or case.done or case.replied_at)),
        ]
        return tuple(name for name, offered in offers if offered)

    def _question(self, case: Case, title: str) -> Card:
        lines = [*self._comment(case.comment), *self._evidence(case.verdict)]
        lines.append(Line(f"{self.heading(case.verdict)}. {case.verdict.why}", "The desk says"))
        if case.asked_by:
            lines.append(Line(case.question or "", f"{case.asked_by} asks", quoted=True))
        if case.verdict.wants_post and not case.comment.post:
            lines.append(
                Line("The post was not forwarded; without it nobody can say whether this is off topic.", "Note")
            )
        urgent = "URGENT: " if case.verdict.urgent else ""
        choice = (
            "Keep it, with a reason; or remove it, with the guidelines it breaks and a reason. Until then it stays up."
        )
        return Card(f"{urgent}{title}", (*lines, Line(choice, "Choose")), ("keep", "remove"), case.number)

    def _ruling(self, case: Case) -> Card:
        lines = [*self._comment(case.comment), Line(self._ruled(case), "Ruling"), Line(self._next(case), "Next")]
        return Card(f"{case.number}  {self._heading(case)}", tuple(lines), self._offers(case), case.number)

    def _ruled(self, case: Case) -> str:
        ruling = case.ruling
        if ruling is None:
            return ""
        cited = f" under {self._cited(ruling.guidelines)}" if ruling.guidelines else ""
        verb = "keep it" if ruling.outcome is Outcome.KEEP else f"remove it{cited}"
        return f"{ruling.by} ruled on {self._clock.spoken(ruling.at)} to {verb}: {ruling.reason.rstrip('.')}."

    def _name(self, person: str | None) -> str:
        return person or "Everyone"


def excerpt(text: str, length: int) -> str:
    """The beginning of a text on one line, with an ellipsis where something is left out."""
    flat = " ".join(text.split()) if length < len(text) or "\n" in text else text
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"
