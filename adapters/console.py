"""The console chat: what a person types becomes forwards and presses, notices become printed cards."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import TYPE_CHECKING

from adapters import dates
from bot.actions import ACTIONS, Need
from bot.case import number_said
from bot.chat import Answer, Card, Comment, Forward, Line, Person, Place, Press, Undelivered
from bot.database import Unavailable
from bot.library import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.terminal import Screen
    from bot.actions import Action
    from bot.chat import Media, Notice
    from bot.desk import Desk
    from bot.library import Library, Member

STRANGER = "stranger"
LONGEST_JUMP = dt.timedelta(days=366)
_GUIDELINES = re.compile(r"(\d{1,2}(?:\s*[,+&]\s*\d{1,2})*)[\s:.]*(.*)", re.DOTALL)
_READ = {
    Need.TIME: (dates.past_time, "yesterday 4 pm, friday 9:30, 2026-11-20 16:30"),
    Need.LATER: (dates.coming_time, "4 pm, tomorrow 10:00, +2h"),
    Need.UNTIL: (dates.end_of_day, "2026-12-04, friday"),
    Need.DAY: (dates.end_of_day, "2026-12-03, tomorrow"),
}
"""What an action needs that is a time: how it is read, and examples."""
_TO_START_WITH_SLASH = "To forward a comment that begins with a slash, put a space before it."

CONTEXT_HELP = (
    ("/post TEXT", "the post that the next comments stand under; /post alone clears it"),
    ("/author NAME", "who wrote the next comment"),
    ("/platform NAME [ACCOUNT]", "where the next comments stand; /platform alone clears it"),
)
DEMO_HELP = (
    ("/as NAME", f"speak as this person of the library's list; /as {STRANGER} as somebody it does not name"),
    ("/clock +1d", "move the demo's clock: +30m, +4h, +1d, +2w; /clock alone shows it"),
)
END_HELP = (("/help", "this list"), ("/quit", "end the desk; everything is kept"))


class Clock:
    """The time. In the demo it can be moved on, and `moved` says by how much; it never goes back."""

    def __init__(self, real: Callable[[], dt.datetime], moved: dt.timedelta = dt.timedelta(0)) -> None:
        self._real = real
        self.moved = moved

    def now(self) -> dt.datetime:
        """Aware UTC."""
        return self._real() + self.moved

    def move_to(self, at: dt.datetime) -> None:
        """Let it be `at` now, where that is later."""
        self.moved += max(at - self.now(), dt.timedelta(0))


class Console:
    """One terminal. `speaker` is who sits at it; with `demo`, speaking as anyone and moving the clock are allowed."""

    name = "console"
    direct = False

    def __init__(
        self,
        library: Library,
        screen: Screen,
        clock: Clock,
        speaker: Member,
        *,
        keep_clock: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._library = library
        self._screen = screen
        self._clock = clock
        self._keep_clock = keep_clock
        self.demo = keep_clock is not None
        self.speaker = Person(speaker.name, speaker.name)
        self.post: str | None = None
        self._author: str | None = None
        self._platform: str | None = None
        self._account: str | None = None
        self.refused_lines = 0
        """How many lines the database did not take."""
        self._own: dict[str, Callable[[str], Awaitable[None]]] = {
            "post": self._on_post,
            "author": self._on_author,
            "platform": self._on_platform,
            "help": self._on_help,
        }
        if self.demo:
            self._own |= {"as": self._on_as, "clock": self._on_clock}

    def join(self, desk: Desk) -> None:
        """The desk that this terminal talks to."""
        self._desk = desk

    @property
    def commands(self) -> list[str]:
        """Every command, for completion."""
        return sorted({f"/{name}" for name in (*ACTIONS, *self._own, "quit")})

    def toolbar(self) -> str:
        """Who speaks, when it is, and what the next comment stands under."""
        local = self._clock.now().astimezone(self._library.zone)
        parts = [self.speaker.name, f"{local:%a} {local.day} {local:%b} {local:%H:%M}"]
        parts += [p for p in (self._platform, self._author and f"by {self._author}") if p]
        parts.append(f"post: {self.post[:50]}" if self.post else "no post")
        return " · ".join([*parts, "/help"])

    async def send(self, notice: Notice) -> str:
        """Show a notice; a terminal takes whatever it is given."""
        if notice.doubtful:
            self._screen.say("(shown again: the desk stopped before it knew that you saw it)")
        self._screen.card(notice.card, notice.id)
        return notice.id

    async def find(self, notice: Notice) -> str | None:  # noqa: ARG002 - the protocol's; a terminal can not be searched
        """Nothing can be looked up in a terminal."""
        return None

    async def redraw(self, notice: Notice, message: str) -> None:
        """A terminal's lines stay as they are; the answer to each command says how the case stands."""

    async def fetch(self, source: str) -> Media:
        """Nobody attaches anything in a terminal. Raises Undelivered."""
        raise Undelivered(f"A terminal has no attachment {source!r}.", closed=True)

    async def handle(self, line: str) -> bool:
        """Take one line; False where it ends the desk."""
        if line.strip() == "/quit":
            return False
        try:
            if line.startswith("/"):
                await self._command(line[1:])
            elif line.strip():
                await self._forward(line.strip())
        except Unavailable as trouble:
            self.refused_lines += 1
            self._screen.say(f"Not taken, please send it again later. {trouble}")
        return True

    def say(self, text: str) -> None:
        """Show one line of the desk's own."""
        self._screen.say(text)

    def greet(self, kind: str, where: str) -> None:
        """The first two lines of a sitting."""
        self._screen.say(f"{self._library.name}, {kind} desk. Everything is kept in {where}")
        self._screen.say(f"You speak as {self.speaker.name}. Paste a comment, or type /help.")

    async def _forward(self, text: str) -> None:
        comment = Comment(text, post=self.post, author=self._author, platform=self._platform, account=self._account)
        forward = Forward(self._new_place(), self.speaker, comment)
        answer = await self._desk.on_comment(forward, self._clock.now())
        self._author = None
        if answer:
            self._show(answer)

    async def _command(self, line: str) -> None:
        word, _, rest = line.strip().partition(" ")
        word, rest = word.casefold(), rest.strip()
        if word in self._own:
            await self._own[word](rest)
        elif word in ACTIONS:
            await self._act(ACTIONS[word], rest)
        else:
            self._screen.say(f"There is no command “/{word[:30]}”. Type /help for the list. {_TO_START_WITH_SLASH}")

    async def _act(self, action: Action, rest: str) -> None:
        case = ""
        if action.on_case:
            case, _, rest = rest.partition(" ")
            rest = rest.strip()
            if number_said(case) is None:
                said = f"“{case[:30]}” is no case number. " if case else ""
                self._screen.say(f"{said}Type {action.usage}, with the case's number for N. {_TO_START_WITH_SLASH}")
                return
        guidelines: tuple[int, ...] = ()
        at = None
        if Need.GUIDELINES in action.needs and (match := _GUIDELINES.match(rest)):
            guidelines = tuple(int(n) for n in re.findall(r"\d+", match[1]))
            rest = match[2].strip()
        if Need.WHAT_WAS_DONE in action.needs:
            rest = rest.casefold()
        timed = next((need for need in (*action.needs, *action.may) if need in _READ), None)
        if timed and rest:
            read, example = _READ[timed]
            said, rest = rest.partition(" ")[::2] if timed is Need.DAY else (rest, rest)
            at = read(said, self._clock.now(), self._library.zone)
            if at is None:
                self._screen.say(
                    f"“{said[:40]}” is no time the desk knows. Type {action.usage}, for example: {example}"
                )
                return
        press = Press(self._new_place(), self.speaker, action.name, case, rest, guidelines, at)
        ask = self._desk.on_query if action.reads else self._desk.on_press
        self._show(await ask(press, self._clock.now()))

    async def _on_post(self, rest: str) -> None:
        case, _, text = rest.partition(" ")
        number = number_said(case) is not None
        if number and text.strip() and await self._desk.knows(case):
            await self._act(ACTIONS["post"], rest)
            return
        self.post = rest.strip('"“” ') or None
        if self.post is None:
            self._screen.say("The next comments stand under no post.")
            return
        self._screen.say(f"The next comments stand under: “{self.post[:100]}”")
        if number:
            self._screen.say(f"(There is no case {case}; to give a case its post, type {ACTIONS['post'].usage})")

    async def _on_author(self, rest: str) -> None:
        self._author = rest or None
        self._screen.say(f"The next comment is by {rest}." if rest else "The next comment's author is not known.")

    async def _on_platform(self, rest: str) -> None:
        platform, _, account = rest.partition(" ")
        self._platform, self._account = platform.casefold() or None, account.strip() or None
        where = f"{self._desk.wording.platform(platform)}{f', {account.strip()}' if account.strip() else ''}"
        if not platform:
            self._screen.say("The next comments stand on no known platform.")
            return
        note = self._desk.wording.unapproved(Comment("", platform=self._platform, account=self._account))
        self._screen.say(f"The next comments stand on {where}." + (f" {note}" if note else ""))

    async def _on_as(self, rest: str) -> None:
        wanted = " ".join(rest.split()).casefold()
        people = self._library.people
        found = [m for m in people if m.name.casefold() == wanted]
        found = found or [m for m in people if m.role is not Role.STAFF and m.role == wanted]
        found = found or [m for m in people if wanted and m.name.casefold().startswith(wanted)]
        if wanted == STRANGER:
            self.speaker = Person(STRANGER, "a stranger")
            self._screen.say("You speak as somebody the library's list does not name.")
        elif len(found) == 1:
            self.speaker = Person(found[0].name, found[0].name)
            self._screen.say(f"You speak as {found[0].name} ({found[0].role}).")
        else:
            names = ", ".join(f"{m.name} ({m.role})" for m in found or people)
            self._screen.say(
                f"Type /as and one of: {names}; or /as {STRANGER}. You still speak as {self.speaker.name}."
            )

    async def _on_clock(self, rest: str) -> None:
        if rest:
            length = dates.span(rest)
            if length is None or not dt.timedelta(0) < length <= LONGEST_JUMP:
                self._screen.say(
                    "Type /clock +30m, +4h, +1d or +2w: the demo's clock moves forward, a year at most at once."
                )
                return
            await self._move_clock(self._clock.now() + length)
        local = self._clock.now().astimezone(self._library.zone)
        self._screen.say(
            f"It is {local:%A} {local.day} {local:%B} {local:%Y}, {local:%H:%M} ({self._library.timezone})."
        )

    async def _move_clock(self, goal: dt.datetime) -> None:
        # Everything that falls due on the way is said at its own time, as if the desk had run through.
        last = self._clock.now()
        while (due := await self._desk.next_due()) is not None and due <= goal:
            last = due if due > last else last + dt.timedelta(seconds=1)
            if last > goal:
                break
            self._clock.move_to(last)
            await self._desk.on_tick(self._clock.now())
        self._clock.move_to(goal)
        if self._keep_clock:
            await self._keep_clock(str(self._clock.moved.total_seconds()))
        await self._desk.on_tick(self._clock.now())

    async def _on_help(self, _: str) -> None:
        lines = [Line(f"{'a line':<28} a comment that you forward; it becomes a case")]
        rows = [
            *CONTEXT_HELP,
            *((a.usage, a.help) for a in ACTIONS.values()),
            *(DEMO_HELP if self.demo else ()),
            *END_HELP,
        ]
        lines += [Line(f"{usage:<28} {words}") for usage, words in rows]
        self._show(Answer(Card("Type:", tuple(lines))))

    def _show(self, answer: Answer) -> None:
        self._screen.card(answer.card)

    def _new_place(self) -> Place:
        return Place(self.name, "terminal", uuid.uuid4().hex)
