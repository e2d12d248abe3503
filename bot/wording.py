"""Every sentence the desk says, in plain words. Cards are built here; chats only lay them out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.case import Case, Done, Duty
from bot.chat import Card, Line
from bot.notices import PAGE_EVERY, SOON, Kind, lost_point
from bot.privacy import Mask
from bot.reply_clock import listed
from bot.screening.finding import ORDER, Outcome, Where
from bot.screening.safety import tells_records

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from bot.chat import Comment
    from bot.library import Library
    from bot.policy import Policy
    from bot.reply_clock import ReplyClock
    from bot.screening.finding import Verdict

EXCERPT = 280
AT_HOME = 8
"""Cases shown under each heading of somebody's home; longer lists are asked for."""
_WHERE = {
    Where.COMMENT: "the comment",
    Where.AUTHOR: "the author's name",
    Where.ATTACHMENT: "the attachment",
    Where.EARLIER: "an earlier comment",
}
DONE = {
    Done.HIDDEN: "hid it on the platform",
    Done.DELETED: "deleted it from the platform",
    Done.EDITED: "edited it on the platform",
    Done.NOTHING: "left it as it is on the platform",
    Done.RESTORED: "showed it again on the platform",
}
REPLYING = ("claim", "snooze", "hand_over", "replied", "no_reply")
"""What the card of a reminder offers."""
PLATFORM_NAMES = {"x": "X", "youtube": "YouTube", "tiktok": "TikTok", "google-reviews": "Google reviews"}


class Wording:
    """The desk's voice for one library: its policy's numbers and names, its people, its clock."""

    def __init__(self, library: Library, policy: Policy, clock: ReplyClock) -> None:
        self._library = library
        self._policy = policy
        self._clock = clock
        self.mask = Mask(library.privacy)

    def notice(self, kind: str, case: Case, now: dt.datetime, to: str | None, about: dict[str, Any]) -> Card:
        """The card of a notice of this kind, as the case stands now; what it asked for once may be settled since."""
        lost = kind != Kind.VERDICT and lost_point(kind, about, case, now)
        case = self.mask.case(case)
        return self._settled(case, now) if lost else self._notice(kind, case, now, to)

    def _notice(self, kind: str, case: Case, now: dt.datetime, to: str | None) -> Card:
        match kind:
            case Kind.VERDICT:
                return self._case_card(case, now)
            case Kind.AGAIN:
                return replace(self._case_card(case, now), actions=())
            case Kind.STAFF_ASKED:
                title = f"{case.staff_question_by} asks the staff about {case.number}"
                lines = (Line(case.staff_question or "", "Question", quoted=True), *self._comment(case.comment))
                return self._card(title, lines, ("answer", *self._offers(case, only=("post", "words", "when"))), case)
            case Kind.ANSWERED:
                return self._question(case, f"{self._name(to)}, {case.staff_answer_by} answers about {case.number}")
            case Kind.QUESTION:
                return self._question(case, f"{self._name(to)}, please rule on {case.number}")
            case Kind.QUESTION_WAITS:
                return self._question(case, f"{self._name(to)}, {case.number} still waits for your ruling")
            case Kind.QUESTION_LATE:
                return self._question_late(case, to)
            case Kind.PAGE | Kind.PAGE_DEPUTY:
                return self._page(case, to)
            case Kind.RULING:
                return self._ruling(case)
            case _:
                return self._reply_wanted(kind, case, to)

    def _reply_wanted(self, kind: str, case: Case, to: str | None) -> Card:
        """A reminder of a reply, or that it changes hands."""
        n, deadline = case.number, self._clock.spoken(case.deadline)
        match kind:
            case Kind.TAKEN_BACK:
                return self._card(f"{case.claimed_by} takes the reply to {n} back", (), (), case)
            case Kind.HANDED_OVER:
                whom = "you" if to else "whoever takes it"
                title = f"{case.handed_by} gives the reply to {n} to {whom}, due by {deadline}"
            case Kind.REPLY_DUE | Kind.REPLY_SOON:
                title = f"{n} wants a reply by {deadline}"
            case _:
                title = f"{n} is overdue: the reply was due by {deadline}"
        if to:
            title = f"{self._name(to)}, {title}"
        claimed = f"{case.claimed_by} has it" if case.claimed_by else "Nobody has taken it yet"
        waits = " It waits for a ruling too." if Duty.RULING in case.duties else ""
        lines = (*self._comment(case.comment), Line(f"{claimed}.{waits}", "Reply"))
        actions = ("keep", "remove") if Duty.RULING in case.duties else ()
        return self._card(title, lines, (*actions, *self._offers(case, only=REPLYING)), case)

    def home(self, name: str, open_cases: Sequence[Case], week: Sequence[Case] | None, now: dt.datetime) -> list[Card]:
        """What a person sees who opens the desk. `week` is the last seven days' cases, for the director."""
        open_cases = [self.mask.case(case) for case in open_cases]
        replying = [case for case in open_cases if Duty.REPLY in case.duties]
        late = [case for case in replying if now > case.deadline]
        cards = [] if week is None else [self._week(week, late)]
        for title, cases, nothing in (
            ("Your replies", [case for case in replying if case.claimed_by == name], "You have no reply to write."),
            ("Overdue", late, "Nothing is overdue."),
            ("Waiting for the director", [c for c in open_cases if Duty.RULING in c.duties], "No question is open."),
            ("Replies nobody has taken", [c for c in replying if not c.claimed_by], "Every reply is taken."),
        ):
            cards.append(
                Card(f"{title}: {len(cases)}" if cases else f"{title}: none", () if cases else (Line(nothing),))
            )
            cards += [self._in_short(case, now) for case in cases[:AT_HOME]]
            if len(cases) > AT_HOME:
                cards.append(Card(f"And {len(cases) - AT_HOME} more", actions=("open",)))
        return [
            *cards,
            Card("Your days, and the library's", actions=("away", "back", "closed", "reopen", "check_post")),
        ]

    def _in_short(self, case: Case, now: dt.datetime) -> Card:
        lines = (
            Line(excerpt(case.comment.text, 140) or "(no words)", "Comment", quoted=True),
            Line(self._waits_for(case, now), "Now"),
        )
        ruling = ("keep", "remove") if Duty.RULING in case.duties else ()
        offers = (*ruling, *self._offers(case, only=("claim", "replied", "done")), "case")
        return self._card(f"{case.number}  {self.stands(case)}", lines, offers, case)

    def _week(self, cases: Sequence[Case], late: Sequence[Case]) -> Card:
        cases = [case for case in cases if not case.withdrawn_at]
        kept, undecided, removed = (sum(c.standing is outcome for c in cases) for outcome in ORDER)
        replied = [c for c in cases if c.replied_at]
        in_time = sum(c.replied_at is not None and c.replied_at <= c.deadline for c in replied)
        ruled = sum(c.ruling is not None for c in cases)
        lines = (
            Line(f"{len(cases)}: {kept} to stay, {removed} to go, {undecided} undecided.", "Comments"),
            Line(f"{ruled}.", "Ruled on"),
            Line(f"{len(replied)}, {in_time} of them in time; {len(late)} overdue.", "Replies"),
        )
        return Card("The last seven days", lines)

    def case_card(self, case: Case, now: dt.datetime, *, whole: bool = False) -> Card:
        """The case as it stands: verdict first, its evidence, the reply clock, and what to do next."""
        return self._case_card(self.mask.case(case), now, whole=whole)

    def _case_card(self, case: Case, now: dt.datetime, *, whole: bool = False) -> Card:
        verdict = case.verdict
        lines = [*self._comment(case.comment, whole=whole)]
        lines += self._evidence(verdict)
        lines.append(Line(verdict.why, "Why"))
        if case.ruling:
            lines.append(Line(self.ruled(case), "Ruling"))
        if case.question is not None and case.asked_by:
            lines.append(Line(case.question, f"{case.asked_by} asks", quoted=True))
        lines.append(Line(self._reply(case, now), "Reply"))
        lines += [Line(note, "Note") for note in self._notes(case)]
        lines += [Line(history, "So far") for history in self._history(case)]
        lines.append(Line(self._next(case), "Next"))
        return self._card(f"{case.number}  {self.stands(case)}", lines, self._offers(case), case)

    def whole_case(self, case: Case, verdicts: Sequence[tuple[dt.datetime, Verdict]], now: dt.datetime) -> Card:
        """The case with the whole comment and each verdict the desk gave."""
        card = self.case_card(case, now, whole=True)
        facts = Line(f"{case.forwarded_by}, {self._clock.spoken(case.forwarded_at)}", "Forwarded by")
        earlier = [Line(f"{self._clock.spoken(at)}: {self.heading(v)}", "Verdict") for at, v in verdicts]
        return replace(card, lines=(*card.lines[:-1], facts, *earlier, card.lines[-1]))

    def cases(self, title: str, cases: Sequence[Case], now: dt.datetime, nothing: str) -> Card:
        """A list of cases, a line each."""
        if not cases:
            return Card(nothing)
        return Card(f"{title}: {len(cases)}", tuple(line for case in cases for line in self.in_brief(case, now)))

    def in_brief(self, case: Case, now: dt.datetime, heading: str = "") -> tuple[Line, Line]:
        """How a case stands and what it waits for, and how its comment begins."""
        case = self.mask.case(case)
        stands = Line(f"{self.stands(case)} · {self._waits_for(case, now)}", f"{heading}{case.number}")
        return stands, Line(excerpt(case.comment.text, 90) or "(no words)", quoted=True)

    def heading(self, verdict: Verdict) -> str:
        """A verdict in a few words."""
        cited = self._cited(verdict.guidelines)
        match verdict.outcome:
            case Outcome.KEEP:
                return "KEEP: critical, and allowed" if verdict.critical else "KEEP"
            case Outcome.REMOVE:
                return f"REMOVE: {cited}"
            case Outcome.REFER if verdict.wants_words:
                return "WORDS WANTED: type what the comment says"
            case Outcome.REFER if verdict.urgent:
                return "URGENT, REFER to the director: someone may be harmed"
            case _:
                return f"REFER to the director{f': {cited}' if cited else ''}"

    def done(self, action: str, case: Case, now: dt.datetime) -> Card:
        """What a person is told after their action."""
        case = self.mask.case(case)
        n = case.number
        text = {
            "claim": f"{n} is yours. {self._reply(case, now)}",
            "snooze": f"{n}: {self._reminder(case, now)}",
            "hand_over": f"{n}: {case.claimed_by or 'whoever takes it'} has the reply from here.",
            "take_back": f"{n} is yours again. {self._reply(case, now)}",
            "no_reply": f"{n}: on record that it needs no reply; no more reminders.",
            "have_it": f"{n} is with you; nobody is paged about it any more. It still waits for a ruling.",
            "replied": f"{n}: the reply is on record; no more reminders.",
            "done": f"{n}: on record that {case.done_by} {DONE[case.done or Done.NOTHING]}.",
            "withdraw": f"{n} is withdrawn as no comment: {case.withdrawn_why}. What was said stays on record.",
            "ask": f"{n} is with the director. The comment stays up until she rules.",
            "ask_staff": f"{n}: the staff are asked. The comment stays up until you rule.",
            "answer": f"{n}: the director has your answer.",
            "words": f"{n} has its words and was screened.",
            "when": f"{n}: noted. {self._reply(case, now)}",
            "post": f"{n} has its post and was screened again.",
        }.get(action, f"{n}: your ruling is on record.")
        waits = self._waits_for(case, now)
        lines = (Line(f"{n}: {waits}.", "Still to do" if case.duties else "Now"),)
        return self._card(text, lines, self._offers(case), case)

    def away(self, name: str, until: dt.datetime | None, deputy: str | None, passed_on: Sequence[str] = ()) -> Card:
        """Somebody is away; `passed_on` are the cases whose replies they had."""
        when = (
            f" until the end of {self._clock.spoken(until).rpartition(',')[0]}"
            if until
            else ", until they say that they are back"
        )
        lines = (Line(f"{listed(passed_on)}: free for whoever takes them.", "Replies"),) if passed_on else ()
        director = name == self._library.director.name
        if director and deputy:
            return Card(f"{name} is away{when}. {deputy} rules in the meantime and has the open questions.", lines)
        if director:
            return Card(f"{name} is away{when}. No deputy is here, so questions still go to {name}.", lines)
        return Card(f"{name} is away{when}. Reminders of theirs go to the channel.", lines)

    def told(self) -> Card:
        """The library's days have changed."""
        return Card("It is on record, and the channel is told.")

    def back(self, name: str) -> Card:
        """Somebody is here again."""
        return Card(f"Welcome back, {name}.")

    def known_comment(self, case: Case, now: dt.datetime) -> Card:
        """The same comment was forwarded before."""
        card = self.case_card(case, now)
        return replace(card, title=f"That comment is here already. {card.title}")

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

    def stands(self, case: Case) -> str:
        """How a case stands, in a few words."""
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
        if comment.permalink:
            lines.append(Line(comment.permalink, "Link", quoted=True))
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
        if case.no_reply_by and Duty.REPLY not in case.duties:
            return f"No reply needed, says {case.no_reply_by}: {case.no_reply_why}"
        if Duty.REPLY not in case.duties:
            return "No reply needed."
        start, posted = case.clock_start
        due = self._clock.due(start, posted=posted)
        basis = "" if posted else " Counted from the forward; if you know when it was posted, say so."
        late = " That is past: reply now." if now > due.deadline else ""
        by = f" {case.claimed_by} has it." if case.claimed_by else ""
        aim = f" {due.aim}" if now < due.target else ""
        return f"{due.sentence}{aim}{late}{by}{basis}"

    def _reminder(self, case: Case, now: dt.datetime) -> str:
        """When whoever has the reply is reminded next, and what no snoozing puts off."""
        asked = self._clock.next_open(case.snoozed_until or case.target)
        said = [
            f"you are reminded on {self._clock.spoken(asked)}." if asked < case.deadline else "no reminder before then."
        ]
        if (soon := self._clock.open_before(case.deadline, SOON)) > now:
            said.append(f"Everyone is reminded on {self._clock.spoken(soon)} all the same.")
        return " ".join([*said, f"The reply is due by {self._clock.spoken(case.deadline)}."])

    def _notes(self, case: Case) -> list[str]:
        notes = []
        if case.verdict.wants_post and not case.comment.post:
            notes.append("Without its post nobody can say whether it is off topic. If you know the post, add it.")
        if case.verdict.wants_words:
            notes.append("Type the comment's words as they stand there; then the desk screens them.")
        elif any(attachment.source for attachment in case.comment.attachments):
            notes.append("Words in the picture were not read. If it holds the comment, type its words.")
        if note := self.unapproved(case.comment):
            notes.append(note)
        if tells_records(case.comment.text):
            notes.append(
                "It tells what a person borrowed, owes or asked. The library keeps that confidential: do not repeat it "
                "in an answer, nor say whether it is so."
            )
        if case.linked:
            notes.append(
                f"Much the same words are in {case.linked}. The same comment forwarded again? Then withdraw this one. "
                "Posted again by its author? Then ask the director."
            )
        return notes

    def _history(self, case: Case) -> list[str]:
        lines = []
        if case.staff_question:
            lines.append(f"{case.staff_question_by} asked the staff: {case.staff_question}")
        if case.staff_answer:
            lines.append(f"{case.staff_answer_by} answered: {case.staff_answer}")
        if case.has_it_by and case.has_it_at:
            lines.append(f"{case.has_it_by} has it since {self._clock.spoken(case.has_it_at)}.")
        if case.handed_by and not case.claimed_by and Duty.REPLY in case.duties:
            lines.append(f"{case.handed_by} gave the reply back; nobody has taken it yet.")
        if case.done and case.done_at:
            lines.append(f"{case.done_by} {DONE[case.done]} on {self._clock.spoken(case.done_at)}.")
        if case.reply_text:
            lines.append(f"The library answered: {excerpt(case.reply_text, EXCERPT)}")
        return lines

    def _next(self, case: Case) -> str:
        duties = case.duties
        steps = []
        where = f" on {self.platform(case.comment.platform)}" if case.comment.platform else " on the platform"
        if case.verdict.urgent and Duty.RULING in duties:
            steps.append("If someone is in danger now, call 911 first.")
            steps += [f"{line.label}: {line.text}." for line in self._calls()]
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

    def _offers(self, case: Case, only: Sequence[str] | None = None) -> tuple[str, ...]:
        duties = case.duties
        if case.withdrawn_at or case.disposed_at:
            return ()
        acted_on = bool(case.ruling or case.done)
        pictured = case.comment.unread or any(attachment.source for attachment in case.comment.attachments)
        offers = [
            ("have_it", case.pages),
            ("words", pictured and not acted_on),
            ("answer", case.staff_question is not None and case.staff_answer is None and Duty.RULING in duties),
            ("done", Duty.PLATFORM in duties),
            ("claim", Duty.REPLY in duties and not case.claimed_by),
            ("replied", Duty.REPLY in duties),
            ("check_reply", Duty.REPLY in duties),
            ("snooze", Duty.REPLY in duties and bool(case.claimed_by)),
            ("hand_over", Duty.REPLY in duties and bool(case.claimed_by)),
            ("take_back", Duty.REPLY in duties and bool(case.handed_by)),
            ("no_reply", Duty.REPLY in duties),
            ("when", Duty.REPLY in duties and not case.comment.posted_at),
            ("ask", not case.asked_by),
            ("post", not case.comment.post and not acted_on),
            ("withdraw", not (acted_on or case.replied_at)),
        ]
        return tuple(name for name, offered in offers if offered and (only is None or name in only))

    def _card(self, title: str, lines: Sequence[Line], actions: tuple[str, ...], case: Case) -> Card:
        return Card(title, tuple(lines), actions, case.number, case.verdicts)

    def _settled(self, case: Case, now: dt.datetime) -> Card:
        """In place of a question or reminder that has lost its point: what became of the case."""
        ruled = [Line(self.ruled(case), "Ruling")] if case.ruling else []
        history = [Line(history, "So far") for history in self._history(case)] if case.has_it_by else []
        lines = (*self._comment(case.comment), *ruled, *history, Line(self._reply(case, now), "Reply"))
        return self._card(f"{case.number}  {self.stands(case)}", lines, (), case)

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
        lines += [Line(history, "So far") for history in self._history(case)]
        calls = self._calls() if case.verdict.urgent else ()
        actions = (*(("have_it",) if case.pages else ()), "keep", "remove", "ask_staff")
        return self._card(f"{urgent}{title}", (*lines, *calls, Line(choice, "Choose")), actions, case)

    def _question_late(self, case: Case, to: str | None) -> Card:
        director = self._library.director.name
        asked = self._clock.spoken(case.asked_at) if case.asked_at else ""
        remedy = f"Please reach {director}. Where she is away and has not said so, she types /away, and you rule."
        card = self._question(case, f"{self._name(to)}, {case.number} has waited for {director} since {asked}")
        return replace(card, lines=(*card.lines[:-1], Line(remedy, "Next")), actions=())

    def _page(self, case: Case, to: str | None) -> Card:
        """Someone may be harmed. It comes again until somebody has it."""
        everyone = listed([m.name for m in (self._library.director, self._library.deputy) if m and m.adult])
        lines = (
            *self._calls(),
            *self._comment(case.comment),
            *self._evidence(case.verdict),
            Line(
                f"Sent to {everyone} every {PAGE_EVERY.seconds // 60} minutes, until one of them says “I have it”.",
                "Page",
            ),
        )
        title = f"URGENT: {self._name(to)}, someone may be harmed: {case.number}"
        return self._card(title, lines, ("have_it", "keep", "remove"), case)

    def _calls(self) -> tuple[Line, ...]:
        """Whom to call, as the library says."""
        return tuple(
            Line(f"{call.number}{f', where {call.when}' if call.when else ''}", f"Call {call.name}")
            for call in self._library.call
        )

    def _ruling(self, case: Case) -> Card:
        lines = [*self._comment(case.comment), Line(self.ruled(case), "Ruling"), Line(self._next(case), "Next")]
        return self._card(f"{case.number}  {self.stands(case)}", lines, self._offers(case), case)

    def ruled(self, case: Case) -> str:
        """Who ruled, when, what and why; empty where nobody did."""
        ruling = case.ruling
        if ruling is None:
            return ""
        cited = f" under {self._cited(ruling.guidelines)}" if ruling.guidelines else ""
        verb = "keep it" if ruling.outcome is Outcome.KEEP else f"remove it{cited}"
        return f"{ruling.by} ruled on {self._clock.spoken(ruling.at)} to {verb}: {ruling.reason.rstrip('.')}."

    def spoken(self, at: dt.datetime) -> str:
        """A moment as people here say it."""
        return self._clock.spoken(at)

    def _name(self, person: str | None) -> str:
        return person or "Everyone"


def excerpt(text: str, length: int) -> str:
    """The beginning of a text on one line, with an ellipsis where something is left out."""
    flat = " ".join(text.split()) if length < len(text) or "\n" in text else text
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"
