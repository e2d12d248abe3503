"""What the desk says when it can not do what somebody wants, and what they can do instead. Nothing has changed then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.actions import Action, Need, No
from bot.case import Case, Done, Refusal
from bot.chat import Card
from bot.reply_clock import listed, spoken_day
from bot.wording import DONE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from bot.hours import ClosedDay
    from bot.library import Library, Member
    from bot.policy import Policy
    from bot.wording import Wording


class Refusals:
    """The desk's polite no, for one library. A card offers the action that helps, so each chat says how to take it."""

    def __init__(self, library: Library, policy: Policy, wording: Wording) -> None:
        self._library = library
        self._policy = policy
        self._wording = wording

    def refused(self, no: No, action: Action | None, case: Case | None = None) -> Card:
        """A polite no to somebody who may not."""
        director, deputy = self._library.director.name, self._library.deputy
        wish = f"do that ({action.label.lower()})" if action else "forward comments here"
        number = case.number if case else ""
        match no:
            case No.STRANGER:
                return Card(f"Sorry, only people named in the library's list can {wish}. Ask {director} to add you.")
            case No.MINOR:
                return Card(
                    f"Sorry, only adults act for the library (policy, part I), so you can not {wish}. Ask a colleague."
                )
            case No.NOT_PAGED:
                second = f" or {deputy.name}" if deputy else ""
                return Card(f"Sorry, only {director}{second} can say that. They are paged until one of them does.")
            case No.DIRECTOR_IS_HERE:
                text = f"Sorry, {director} rules while she is not away; when she is, she says so. Send it to her."
            case _:
                second = f", or {deputy.name} while {director} is away" if deputy else ""
                text = f"Sorry, that takes a ruling by {director}{second}. Send it to her."
        return Card(text, actions=("ask",), case=number)

    def not_now(self, refusal: Refusal, case: Case) -> Card:
        """Why a move is not possible in this state."""
        case = self._wording.mask.case(case)
        n = case.number
        removal = "is to be removed" if case.done is None else "was taken down"
        text, ask = {
            Refusal.DISPOSED: (f"{n} was disposed of: its words are gone, and nothing can be done about it.", False),
            Refusal.WITHDRAWN: (f"{n} was withdrawn by {case.withdrawn_by}: {case.withdrawn_why}.", False),
            Refusal.RULED: (
                f"{n} is ruled on already. {self._wording.ruled(case)} To have it looked at again, ask the director.",
                True,
            ),
            Refusal.ALREADY_ASKED: (
                f"{case.asked_by} has asked the director about {n} already: {case.question}",
                False,
            ),
            Refusal.CLAIMED: (f"{case.claimed_by} has taken the reply to {n} already.", False),
            Refusal.REPLIED: (f"{case.replied_by} has replied to {n} already.", False),
            Refusal.REMOVAL: (
                f"{n} {removal}, so no reply is due. If you see it otherwise, ask the director.",
                True,
            ),
            Refusal.DONE: (f"{n}: {case.done_by} {DONE[case.done or Done.NOTHING]} already.", False),
            Refusal.NOT_TO_REMOVE: (
                f"{n} is not to be removed: {self._wording.stands(case)}. Only a ruling changes that.",
                True,
            ),
            Refusal.ACTED_ON: (
                f"{n} was acted on already, so this can not change it. If something is wrong, ask the director.",
                True,
            ),
            Refusal.CHANGED: (
                f"{n} was screened again since that card. Look at its newest card, then decide.",
                False,
            ),
            Refusal.NOTHING_ASKED: (f"The director has asked the staff nothing about {n}.", False),
            Refusal.NOT_KEPT: (
                f"{n}: please leave it up a little longer. What came with it is not on record yet; the desk fetches it "
                "by itself. Then say once more what you did.",
                False,
            ),
            Refusal.UNREAD: (
                f"{n}: please leave it up until its words are on record. Type them as they stand there; then say once "
                "more what you did.",
                False,
            ),
            Refusal.ANSWERED: (
                f"{case.staff_answer_by} has answered the director about {n} already: {case.staff_answer}",
                False,
            ),
            Refusal.NO_REPLY_DUE: (f"No reply to {n} is due, so there is none to put off or to give away.", False),
            Refusal.PAST_DEADLINE: (
                f"The reply to {n} is due by {self._wording.spoken(case.deadline)}; say a time before that.",
                False,
            ),
            Refusal.NOT_HANDED: (f"You have handed over no reply to {n} that you could take back.", False),
            Refusal.NOT_URGENT: (f"{n} is not urgent, so nobody is paged about it.", False),
            Refusal.HAS_IT: (f"{case.has_it_by} has {n} already; nobody is paged about it any more.", False),
        }[refusal]
        offers = ("words",) if refusal is Refusal.UNREAD else ("ask",) if ask else ()
        return Card(text, actions=offers, case=n)

    def missing(self, action: Action, need: Need) -> Card:
        """An action came without something it needs."""
        numbers = listed([str(number) for number in sorted(self._policy.by_number)])
        wanted = {
            Need.GUIDELINES: f"name the guidelines by number, from {numbers}",
            Need.WHAT_WAS_DONE: f"say what you did: {', '.join(Done)}",
        }.get(need, f"give {need}")
        return Card(f"Please {wanted}.", actions=(action.name,))

    def unknown_guideline(self, numbers: Sequence[int]) -> Card:
        """A guideline number that the policy does not have."""
        known = "; ".join(f"{number} {g.name}" for number, g in sorted(self._policy.by_number.items()))
        return Card(f"The policy has no guideline {listed([str(n) for n in numbers])}. It has: {known}.")

    def no_case(self, said: str) -> Card:
        """A case number that does not exist, or is none."""
        start = f"There is no case {said[:40]!r}." if said else "Say which case, by its number."
        return Card(f"{start} The list of open cases shows the numbers.", actions=("open",))

    def in_future(self) -> Card:
        """A comment that would have been posted later than now."""
        return Card("That time is still to come. Say when the comment was posted, for example: yesterday 4 pm.")

    def in_past(self) -> Card:
        """A reminder for a moment that is gone."""
        return Card("That time is past. Say a time to come, for example: 4 pm, or tomorrow 10:00.")

    def not_to_hand_to(self, said: str, colleague: Member | None) -> Card:
        """A reply can not be handed over to this person."""
        if colleague:
            return Card(f"{colleague.name} is away. Hand it to somebody else, or to nobody by name.")
        names = listed([m.name for m in self._library.people if m.adult])
        return Card(f"Nobody is surely meant by {said[:40]!r}. Say one of: {names}.")

    def closed_already(self, day: dt.date, why: str) -> Card:
        """A day that is closed is said to be closed."""
        return Card(f"The library is closed on {spoken_day(day)} already{f': {why}' if why else ''}.")

    def far_off(self, day: dt.date) -> Card:
        """A day said to be closed that lies far from today: surely a slip."""
        return Card(
            f"{spoken_day(day)} {day.year} is too far off. Say a day from two weeks ago to a year ahead; for others "
            "edit library.toml."
        )

    def not_closed_here(self, day: dt.date, closure: ClosedDay | None) -> Card:
        """A day that nobody said to be closed in a chat can not be opened in one."""
        if closure is None:
            return Card(f"{spoken_day(day)} is no closed day.")
        return Card(f"{spoken_day(day)} is closed in library.toml. Edit it there, then start the desk anew.")

    def nothing_to_screen(self) -> Card:
        """A forward without words."""
        return Card("There are no words in that. Paste the comment's text.")

    def unknown_action(self) -> Card:
        """A button of a version that is gone."""
        return Card("That button is from another version of the desk. Use the newest card of the case.")

    def stored_only(self) -> Card:
        """Stored, but what the desk has to say about it waits."""
        return Card("It is stored, so do not send it again; the desk's words about it come later.")

    def not_taken(self) -> Card:
        """The database does not serve; where it is and what ails it is for the log, and not for a chat."""
        return Card("Not taken, please send it again later. The desk's database does not serve now; its log says why.")

    def too_long(self, most: int) -> Card:
        """A forward that no platform would take as a comment."""
        return Card(
            f"That is longer than {most:,} characters, which no platform takes as a comment. Nothing was stored."
        )
