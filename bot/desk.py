"""The desk: where judging, storing and speaking meet.

`on_comment`, `on_press` and `on_tick` each change the case, add to the record and queue notices in one transaction, and
then deliver what is due. So a crash loses nothing, and a message that comes twice finds itself already stored.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

from bot import notices, toml
from bot.actions import ACTIONS, Action, Need, No, refused
from bot.advice import Advice
from bot.case import TAKEN_DOWN, Case, Done, Duty, Refused, Step, allowed, hold_for, move, number_said, screened
from bot.chat import Answer, Earlier, storable
from bot.database import Unavailable
from bot.days import Days
from bot.delivery import Delivery
from bot.library import Role
from bot.likeness import different, repeated
from bot.refusals import Refusals
from bot.reply_clock import ReplyClock
from bot.rows import as_json
from bot.screening.finding import UNREAD, Outcome
from bot.store import Marks
from bot.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.chat import Acknowledge, Card, Chat, Comment, Forward, Person, Place, Press
    from bot.library import Member
    from bot.privacy import Pseudonyms
    from bot.screening import Screening
    from bot.screening.finding import Verdict
    from bot.store import Change, Store
    from bot.view import View

LONGEST = 200_000
"""Characters; three times what any platform takes in a comment."""
RESCREENED = frozenset({"post", "when", "words"})
"""Actions that change what is known of a comment, so that it is screened again."""
LINK = re.compile(r"https?://\S+", re.IGNORECASE)
WEEK = dt.timedelta(days=7)
_LOG = logging.getLogger("commentdesk")
Seen = tuple["Comment", tuple[Earlier, ...]]
"""A comment, and the different comments seen before it: all that a verdict hangs on."""
Stored = TypeVar("Stored")


class _Unjudged(Exception):
    """A change takes a verdict that is not made yet."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen


class Desk:
    """One library's desk. `now` is always an aware time, and never goes back.

    `judge` makes a verdict somewhere else than here, such as in a thread, so that a long comment holds up nobody; it
    gives what `screening` would. Without it the desk screens in the midst of the change.
    """

    def __init__(
        self,
        store: Store,
        screening: Screening,
        chats: Sequence[Chat],
        names: Pseudonyms | None = None,
        judge: Callable[[Comment, Sequence[Earlier]], Awaitable[Verdict]] | None = None,
    ) -> None:
        self._store = store
        self._names = names
        self._judge = judge
        self._judged: dict[Seen, Verdict] = {}
        self._library = library = screening.library
        self.policy = policy = screening.policy
        self._clock = ReplyClock(library)
        self._screening = screening
        self._marks = Marks(toml.fingerprint(policy), toml.fingerprint(library), self._screening.engine)
        self.wording = Wording(library, policy, self._clock)
        self.refusals = Refusals(library, policy, self.wording)
        self._advice = Advice(library, self.wording)
        self._delivery = Delivery(store, library, self.wording, self._clock, chats)
        self._days = Days(library, self._clock, self.wording, self.refusals, self._delivery)

    async def start(self, now: dt.datetime, *, alone: bool) -> None:
        """Take up where the last desk stopped. `alone`: no other desk is on this database, so its sends have ended."""
        if self._names:
            async with self._store.look(self._library.id) as view:
                for author in await view.authors(self._names.MOST):
                    self._names.of(author)
        async with self._store.change(self._library.id, now) as change:
            edited = await self._use(change)
            if alone:
                await change.outbox.end_leases()
            await self._days.begin(change, now, edited=edited)
        await self.deliver(now)

    def miss(self, chat: str) -> None:
        """This chat is not there yet: what is due in it waits."""
        self._delivery.absent.add(chat)

    def meet(self, chat: str) -> None:
        """This chat is there."""
        self._delivery.absent.discard(chat)

    async def on_comment(
        self, forward: Forward, now: dt.datetime, acknowledge: Acknowledge | None = None
    ) -> Answer | None:
        """A message that carries a comment. None where the desk speaks by notice, or did. Raises Unavailable."""
        answer = await self._with_verdicts(lambda: self._store_forward(forward, now))
        if acknowledge:
            await acknowledge(answer)
        return await self._deliver_after(now) or answer

    async def on_press(self, press: Press, now: dt.datetime, acknowledge: Acknowledge | None = None) -> Answer:
        """A person wants to act. Always answers, also where nothing changed. Raises Unavailable."""
        if press.action in ACTIONS and ACTIONS[press.action].reads:
            return await self.on_query(press, now)
        answer = await self._with_verdicts(lambda: self._store_press(press, now))
        if acknowledge:
            await acknowledge(answer)
        return await self._deliver_after(now) or answer

    async def may(self, press: Press, now: dt.datetime) -> bool:
        """Could this person do this to this case now, if they gave what it needs? Raises Unavailable."""
        action = ACTIONS.get(press.action)
        if action is None:
            return False
        async with self._store.look(self._library.id) as view:
            away = await self._delivery.away(view, now)
            member = self._speaker(press.place, press.by)
            if member is None or refused(member, action, director_away=self._library.director.name in away):
                return False
            if not action.on_case or action.reads:
                return True
            case = await self._find(view, press.case)
            if action.advises:
                return case is not None
            return case is not None and allowed(case, action.name, Step(member.name, now, seen=press.seen))

    async def on_query(self, press: Press, now: dt.datetime) -> Answer:
        """A person wants to see something. Raises Unavailable."""
        action = ACTIONS.get(press.action)
        if action is None or not action.reads:
            return Answer(self.refusals.unknown_action())
        member = self._speaker(press.place, press.by)
        if no := refused(member, action, director_away=False):
            async with self._store.change(self._library.id, now) as change:
                return await self._refuse(change, press, action, no)
        async with self._store.look(self._library.id) as view:
            if action.name == "open":
                cases = await view.open_cases()
                return Answer(self.wording.cases("Open cases", cases, now, "Nothing is open."))
            if action.name == "mine":
                cases = await view.open_cases()
                mine = [c for c in cases if member and c.claimed_by == member.name and Duty.REPLY in c.duties]
                return Answer(self.wording.cases("Your replies", mine, now, "You have no reply to write."))
            if action.name == "overdue":
                cases = await view.late_cases(now)
                return Answer(self.wording.cases("Overdue", cases, now, "Nothing is overdue."))
            case = await self._find(view, press.case)
            if case is None:
                return Answer(self.refusals.no_case(press.case))
            return Answer(self.wording.whole_case(case, await view.verdicts(case.number), now))

    async def home(self, chat: str, person: str, now: dt.datetime) -> list[Card]:
        """What a person sees who opens the desk: their replies, what is late, what waits. Raises Unavailable."""
        member = self._library.speaker(chat, person)
        no = refused(member, None, director_away=False)
        if member is None or no:
            return [self.refusals.refused(no or No.STRANGER, None)]
        async with self._store.look(self._library.id) as view:
            open_cases = await view.open_cases()
            week = await view.cases_since(now - WEEK) if member.role is Role.DIRECTOR else None
        return self.wording.home(member.name, open_cases, week, now)

    async def heard(self, chat: str, channel: str) -> str | None:
        """The newest message of a channel that the desk has dealt with; None in a channel it has never listened to."""
        async with self._store.look(self._library.id) as view:
            return await view.heard(chat, channel)

    async def has(self, place: Place) -> bool:
        """Is this very message stored as a forward?"""
        async with self._store.look(self._library.id) as view:
            return await view.forwarded(place) is not None

    def takes_from(self, by: Person, chat: str) -> bool:
        """May this person forward comments in this chat?"""
        return refused(self._library.speaker(chat, by.id), None, director_away=False) is None

    async def hear(self, place: Place, now: dt.datetime) -> None:
        """The desk has dealt with this message, and all before it in its channel. Raises Unavailable."""
        async with self._store.change(self._library.id, now) as change:
            await change.hear(place)

    async def on_tick(self, now: dt.datetime) -> None:
        """Time has passed. Raises Unavailable."""
        async with self._store.look(self._library.id) as view:
            due = await self._delivery.due(view, now)
            known = await self._days.are_known(view)
        if due.to_say or not known:
            async with self._store.change(self._library.id, now) as change:
                await self._days.learn(change)
        await self._delivery.do(due, now)

    async def knows(self, case: str) -> bool:
        """Is there a case of this number?"""
        async with self._store.look(self._library.id) as view:
            return await self._find(view, case) is not None

    async def next_due(self) -> dt.datetime | None:
        """When the next notice wants to go out."""
        async with self._store.look(self._library.id) as view:
            return await view.next_due()

    async def deliver(self, now: dt.datetime) -> None:
        """Send what is due. Raises Unavailable where the database does not serve."""
        await self._delivery.deliver(now)

    async def _deliver_after(self, now: dt.datetime) -> Answer | None:
        """Deliver what a stored change queued; where that fails now, the change stands and a later tick delivers."""
        try:
            await self.deliver(now)
        except Unavailable as trouble:
            _LOG.error("Stored, but not said yet. %s", trouble)
            return Answer(self.refusals.stored_only())
        return None

    async def _with_verdicts(self, work: Callable[[], Awaitable[Stored]]) -> Stored:
        """Do a change. A verdict that it lacks is made after it was undone and before it is tried anew.

        So no library's row is held while a comment is read, and what stands beside the verdict is what it was made of:
        where a like comment came meanwhile, it takes another verdict.
        """
        made: list[Seen] = []
        try:
            while True:
                try:
                    return await work()
                except _Unjudged as lacking:
                    if self._judge is None:
                        raise
                    self._judged[lacking.seen] = await self._judge(*lacking.seen)
                    made.append(lacking.seen)
        finally:
            for seen in made:
                self._judged.pop(seen, None)

    async def _store_forward(self, forward: Forward, now: dt.datetime) -> Answer | None:
        comment = forward.comment.storable()
        if self._names and comment.author:
            self._names.of(comment.author)
        if LINK.fullmatch(comment.text.strip()) and not comment.permalink:
            comment = replace(comment, text="", permalink=comment.text.strip())
        if not (comment.text.strip() or comment.attachments or comment.permalink):
            return Answer(self.refusals.nothing_to_screen())
        if len(comment.text) > LONGEST:
            return Answer(self.refusals.too_long(LONGEST))
        async with self._store.change(self._library.id, now) as change:
            await self._days.learn(change)
            if number := await change.forwarded(forward.place):
                await self._complete(change, number, comment, now)
                return None
            if forward.in_channel:
                await change.hear(forward.place)
            member = self._speaker(forward.place, forward.by)
            if no := refused(member, None, director_away=False):
                change.note("refusal", None, {"by": asdict(forward.by), "wanted": "forward", "why": no})
                return Answer(self.refusals.refused(no, None))
            by = member.name if member else ""
            if comment.permalink and (same := await change.same_permalink(comment.permalink)):
                await change.add_forward(same.number, forward, by)
                change.note("forwarded again", same.number, _received(replace(forward, comment=comment), by))
                return Answer(self.wording.known_comment(same, now))
            await self._open_case(change, replace(forward, comment=comment), by, now)
        return None

    async def _complete(self, change: Change, number: str, comment: Comment, now: dt.datetime) -> None:
        """The same message once more; a link whose words have come since gets them (a platform unfurls it later)."""
        case = await self._find(change, number)
        if case is None or not case.comment.unread or not comment.text or LINK.fullmatch(comment.text.strip()):
            return
        step = Step(case.forwarded_by, now, comment.text)
        with suppress(Refused):
            await self._carry_out(change, case, move(case, "words", step), ACTIONS["words"], step, now)

    async def _store_press(self, press: Press, now: dt.datetime) -> Answer:
        action = ACTIONS.get(press.action)
        if action is None:
            return Answer(self.refusals.unknown_action())
        async with self._store.change(self._library.id, now) as change:
            await self._days.learn(change)
            away = await self._delivery.away(change, now)
            member = self._speaker(press.place, press.by)
            no = refused(member, action, director_away=self._library.director.name in away)
            if member is None or no:
                return await self._refuse(change, press, action, no or No.STRANGER)
            if action.advises:
                return await self._advise(change, action, press, now)
            if action.on_case:
                return await self._move(change, action, press, member, now)
            if problem := self._incomplete(action, press, now):
                return Answer(problem)
            return await self._days.act(change, press, member, now)

    async def _advise(self, view: View, action: Action, press: Press, now: dt.datetime) -> Answer:
        """A look at a draft; nothing of it is stored, for nothing has been said yet."""
        problem = self._incomplete(action, press, now)
        if not action.on_case:
            return Answer(problem or self._advice.on_post(press.text))
        case = await self._find(view, press.case)
        if case is None:
            return Answer(self.refusals.no_case(press.case))
        return Answer(replace(problem, case=case.number) if problem else self._advice.on_reply(press.text, case))

    async def _open_case(self, change: Change, forward: Forward, by: str, now: dt.datetime) -> None:
        comment = forward.comment
        alike = await change.alike(comment.text)
        unsure = [other for other in alike if not different(comment, other.comment)]
        verdict = self._screen(comment, alike)
        due = self._clock.due(comment.posted_at or now, posted=comment.posted_at is not None)
        refers = verdict.outcome is Outcome.REFER and not verdict.wants_words
        case = Case(
            number=await change.next_number(self._clock.local_date(now).year),
            place=forward.place,
            comment=comment,
            forwarded_by=by,
            forwarded_at=now,
            verdict=verdict,
            verdicts=1,
            target=due.target,
            deadline=due.deadline,
            wants_reply=verdict.needs_reply,
            question=verdict.why if refers else None,
            asked_at=now if refers else None,
            linked=unsure[-1].number if unsure else None,
        )
        change.note("forward", case.number, _received(forward, by))
        await change.add_case(case)
        await change.add_forward(case.number, forward, by)
        await self._store_verdict(change, case)
        await self._delivery.queue(change, None, case, now)

    async def _refuse(self, change: Change, press: Press, action: Action, no: No) -> Answer:
        said = {"by": asdict(press.by), "wanted": press.action, "why": no, "case": press.case}
        change.note("refusal", None, said)
        return Answer(self.refusals.refused(no, action, await self._find(change, press.case)))

    async def _move(self, change: Change, action: Action, press: Press, member: Member, now: dt.datetime) -> Answer:
        case = await self._find(change, press.case)
        if case is None:
            return Answer(self.refusals.no_case(press.case))
        step = Step(member.name, now, storable(press.text.strip()), press.guidelines, press.seen)
        # Nobody is asked to say more about what is not possible any more.
        if allowed(case, action.name, step) and (problem := self._incomplete(action, press, now)):
            return Answer(replace(problem, case=case.number) if problem.actions else problem)
        if Need.PERSON in action.may and step.text:
            colleague = self._library.called(step.text)
            if colleague is None or colleague.name in await self._delivery.away(change, now):
                return Answer(self.refusals.not_to_hand_to(step.text, colleague))
            step = replace(step, text=colleague.name)
        try:
            after = move(case, action.name, replace(step, at=press.at) if press.at else step)
            if after.done != case.done and after.done in TAKEN_DOWN:
                hold_for(await change.lacks(case))
        except Refused as reason:
            said = {"by": member.name, "wanted": press.action, "why": reason.refusal}
            change.note("refusal", case.number, said)
            return Answer(self.refusals.not_now(reason.refusal, case))
        after = await self._carry_out(change, case, after, action, step, now)
        return Answer(self.wording.done(action.name, after, now), done=True)

    async def _carry_out(
        self, change: Change, before: Case, after: Case, action: Action, step: Step, now: dt.datetime
    ) -> Case:
        """Store a move that the table allowed, with all that follows from it."""
        said: dict[str, Any] = {"by": step.by}
        if step.text:
            said["text"] = step.text
        if action.name in RESCREENED:
            alike = [other for other in await change.alike(after.comment.text) if other.number != after.number]
            due = self._clock.due(after.clock_start[0], posted=after.clock_start[1])
            after = replace(after, target=due.target, deadline=due.deadline)
            after = screened(after, self._screen(after.comment, alike), now)
            said["posted_at"] = after.comment.posted_at and after.comment.posted_at.isoformat()
        if after.ruling and after.ruling != before.ruling:
            ruling = after.ruling
            change.note("ruling", after.number, {**asdict(ruling), "at": ruling.at.isoformat()})
            await change.add_ruling(after.number, ruling)
        else:
            change.note(action.name, after.number, said)
        await change.save(after)
        if after.comment.text != before.comment.text:
            await change.find_by_words(after, before.comment.text)
        await change.draw_anew(after, notices.SHOWS_THE_CASE)
        if after.verdicts != before.verdicts:
            await self._store_verdict(change, after)
        await self._delivery.queue(change, before, after, now)
        return after

    async def _store_verdict(self, change: Change, case: Case) -> None:
        change.note("verdict", case.number, {"verdict": as_json(case.verdict), "made with": asdict(self._marks)})
        await self._use(change)
        await change.add_verdict(case, self._marks)

    async def _use(self, change: Change) -> bool:
        """Keep the texts that verdicts are made with; is the library's file another than before?"""
        await change.use("policy", self._marks.policy, toml.text(self.policy))
        return await change.use("library", self._marks.library, toml.text(self._library))

    def _incomplete(self, action: Action, press: Press, now: dt.datetime) -> Card | None:
        for need in action.needs:
            match need:
                case Need.GUIDELINES:
                    lacks = not press.guidelines
                    if unknown := [n for n in press.guidelines if n not in self.policy.by_number]:
                        return self.refusals.unknown_guideline(unknown)
                case Need.TIME:
                    lacks = press.at is None
                    if press.at and press.at > now:
                        return self.refusals.in_future()
                case Need.LATER:
                    lacks = press.at is None
                    if press.at and press.at <= now:
                        return self.refusals.in_past()
                case Need.DAY:
                    lacks = press.at is None
                case Need.WHAT_WAS_DONE:
                    lacks = press.text not in set(Done)
                case _:
                    lacks = not press.text.strip()
            if lacks:
                return self.refusals.missing(action, need)
        return None

    def _screen(self, comment: Comment, alike: Sequence[Case]) -> Verdict:
        if comment.unread:
            return UNREAD
        before = [other.comment for other in reversed(alike) if repeated(comment, other.comment)]
        seen = comment, tuple(Earlier(other.author, other.text) for other in before)
        if self._judge is None:
            return self._screening.screen(*seen)
        if seen not in self._judged:
            raise _Unjudged(seen)
        return self._judged[seen]

    def _speaker(self, place: Place, person: Person) -> Member | None:
        return self._library.speaker(place.chat, person.id)

    async def _find(self, view: View, said: str) -> Case | None:
        number = number_said(said)
        return await view.case(*number) if number else None


def _received(forward: Forward, by: str) -> dict[str, Any]:
    """A forward as the record keeps it: everything that came."""
    comment = forward.comment
    received = {**asdict(comment), "posted_at": comment.posted_at and comment.posted_at.isoformat()}
    said = {"by": by, "place": asdict(forward.place), "comment": received}
    return {**said, "remark": storable(forward.remark)} if forward.remark else said
