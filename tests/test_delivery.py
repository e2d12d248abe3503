"""What delivery promises: nothing acknowledged is lost, nothing is recorded twice, only doubt repeats a send."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot import record
from bot.chat import Attachment, Comment, Forward, Media, Notice, Person, Place, Press, Undelivered
from bot.delivery import ATTEMPTS, Delivery
from bot.desk import Desk
from bot.outbox import LEASE, Outbox
from bot.store import Change, Store
from tests.conftest import MONDAY, talk_at
from tests.test_border import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.screening import Screening
    from tests.conftest import Talk

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
QUESTION = "What time do you open on Saturdays?"


class Channel:
    """A chat at the other end of a wire that can be cut: what people see, and what the desk hears of it."""

    name = "console"
    direct = False

    def __init__(self) -> None:
        self.seen: list[Notice] = []
        self.drawn: list[Notice] = []
        self.down: Undelivered | None = None
        self.dies_before = False
        self.dies_after = False
        self.deaf = False
        self.files = asyncio.Event()
        """Set where the chat hands its files out; until then a fetch waits."""
        self.files.set()
        self.asked, self.spoke = asyncio.Event(), asyncio.Event()

    async def send(self, notice: Notice) -> str:
        if self.dies_before:
            raise Killed
        if self.down:
            raise self.down
        self.seen.append(notice)
        self.spoke.set()
        if self.dies_after:
            raise Killed
        return f"message of {notice.id}"

    async def find(self, notice: Notice) -> str | None:
        if self.deaf:
            raise Undelivered("the chat can not be searched now")
        return next((f"message of {one.id}" for one in self.seen if one.id == notice.id), None)

    async def redraw(self, notice: Notice, message: str) -> None:  # noqa: ARG002 - the protocol's
        self.drawn.append(notice)

    async def fetch(self, source: str) -> Media:
        self.asked.set()
        await self.files.wait()
        raise Undelivered(source, closed=True)

    @property
    def ids(self) -> list[str]:
        return [notice.id for notice in self.seen]


class Killed(BaseException):
    """The process ends here and now."""


def forward(message: str = "m1", text: str = QUESTION, link: str | None = None) -> Forward:
    judy = Person("Judy Ferris", "Judy Ferris")
    return Forward(Place("console", "staff", message), judy, Comment(text, permalink=link))


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    one = await Store.open(database, "live")
    yield one
    await one.close()


async def record_of(store: Store, screening: Screening) -> list[tuple[str, str | None]]:
    async with store.look(screening.library.id) as view:
        return [(entry.kind, entry.case) async for entry in view.record()]


async def test_a_message_delivered_twice_is_one_case(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    await desk.on_comment(forward(), MONDAY)
    assert await desk.on_comment(forward(), MONDAY + HOUR) is None
    assert channel.ids == ["2026-0001·1"]
    kinds = [kind for kind, _ in await record_of(store, screening)]
    assert kinds.count("forward") == kinds.count("verdict") == kinds.count("notice sent") == 1


async def test_one_permalink_is_one_case(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    await desk.on_comment(forward("m1", link="https://example.org/c/1"), MONDAY)
    answer = await desk.on_comment(forward("m2", link="https://example.org/c/1"), MONDAY)
    assert answer is not None
    assert answer.card.title.startswith("That comment is here already. 2026-0001")
    assert len(channel.seen) == 1


STEPS = [
    # where the process ends in the middle of a forward
    "before the case is stored",
    "before it is committed",
    "after it is committed",
    "after the notice is leased",
    "before it is sent",
    "after it is sent",
    "before the send is marked",
]


def cut(step: str, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end at this step."""

    def die_in(owner: type, name: str, *, first: bool) -> None:
        real = getattr(owner, name)

        async def dying(self: object, *args: object, **kwargs: object) -> None:
            if not first:
                await real(self, *args, **kwargs)
            raise Killed

        monkeypatch.setattr(owner, name, dying)

    match step:
        case "before the case is stored":
            die_in(Change, "add_case", first=True)
        case "before it is committed":
            die_in(Change, "write_record", first=False)
        case "after it is committed":
            die_in(Desk, "deliver", first=True)
        case "after the notice is leased":
            die_in(Delivery, "_send", first=True)
        case "before it is sent":
            channel.dies_before = True
        case "after it is sent":
            channel.dies_after = True
        case "before the send is marked":
            die_in(Outbox, "settle", first=True)


@pytest.mark.parametrize("alone", [True, False], ids=["its file to itself", "beside other desks"])
@pytest.mark.parametrize("step", STEPS)
async def test_killed_in_the_middle_of_a_forward(
    step: str,
    alone: bool,
    database: str,
    screening: Screening,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = Channel()
    store = await Store.open(database, "live")
    with monkeypatch.context() as patch:
        cut(step, channel, patch)
        with pytest.raises(Killed):
            await Desk(store, screening, [channel]).on_comment(forward(), MONDAY)
    await store.close()
    channel.dies_before = channel.dies_after = False

    store = await Store.open(database, "live")
    desk = Desk(store, screening, [channel])
    later = MONDAY + (dt.timedelta(seconds=1) if alone else LEASE)
    await desk.start(later, alone=alone)
    if alone and "committed" not in step and "stored" not in step:
        assert channel.ids == ["2026-0001·1"], "what was stored is said as soon as the desk is back"
    await desk.on_comment(forward(), later)  # the platform delivers what was never acknowledged once more
    await desk.on_tick(later)
    assert channel.ids == ["2026-0001·1"], "seen once: a doubtful send is looked up before it is repeated"
    kinds = [kind for kind, _ in await record_of(store, screening)]
    assert [kinds.count(kind) for kind in ("forward", "verdict", "notice sent")] == [1, 1, 1]
    async with store.look(screening.library.id) as view:
        assert (await record.verify(view.record(), *await view.record_head()))[1] is None
    await store.close()


async def test_a_look_up_that_fails_leaves_the_doubt(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.dies_after = True
    with pytest.raises(Killed):
        await desk.on_comment(forward(), MONDAY)
    channel.dies_after = False
    channel.deaf = True
    await desk.on_tick(MONDAY + LEASE)
    channel.deaf = False
    await desk.on_tick(MONDAY + HOUR)
    assert channel.ids == ["2026-0001·1"]


async def test_a_message_that_was_found_is_drawn_anew(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.dies_after = True
    with pytest.raises(Killed):
        await desk.on_comment(forward(), MONDAY)
    channel.dies_after = False
    await desk.on_press(Press(Place("console", "staff", "p1"), Person("Judy Ferris", ""), "claim", "1"), MONDAY)
    await desk.on_tick(MONDAY + LEASE)
    assert channel.ids == ["2026-0001·1"]
    assert [("claim" in notice.card.actions) for notice in channel.drawn] == [False]


@pytest.mark.parametrize("taken", [True, False])
async def test_a_doubtful_notice_that_lost_its_point_is_looked_for_before_it_is_dropped(
    store: Store, screening: Screening, *, taken: bool
) -> None:
    """It stood in the thread, was dropped, and its card offered for ever what was no longer so."""
    channel = Channel()
    desk = Desk(store, screening, [channel])
    place, judy, ruth = Place("console", "staff", "p1"), Person("Judy Ferris", ""), Person("Ruth Engstrom", "")
    await desk.on_comment(forward(), MONDAY)
    channel.dies_after, channel.dies_before = taken, not taken
    with pytest.raises(Killed):
        await desk.on_press(Press(place, judy, "ask", "1", "May this stay?"), MONDAY)
    channel.dies_after = channel.dies_before = False
    channel.deaf = True
    await desk.on_press(Press(place, ruth, "keep", "1", "it may"), MONDAY)
    channel.deaf = False
    await desk.on_tick(MONDAY + HOUR)
    question = [one for one in channel.seen if one.card.title.startswith("Ruth Engstrom, please rule")]
    assert len(question) == taken
    assert [one.id for one in channel.drawn if one.id in {asked.id for asked in question}] == [q.id for q in question]
    assert (("notice dropped", "2026-0001") in await record_of(store, screening)) is not taken


async def test_a_press_on_an_outdated_card_changes_nothing(store: Store, screening: Screening) -> None:
    desk = Desk(store, screening, [Channel()])
    place, ruth = Place("console", "staff", "p1"), Person("Ruth Engstrom", "")
    await desk.on_comment(forward(), MONDAY)
    await desk.on_press(Press(place, ruth, "post", "1", "Storytime is Tuesday at 10."), MONDAY)
    old = await desk.on_press(Press(place, ruth, "keep", "1", "a question", seen=1), MONDAY)
    assert old.card.title.startswith("2026-0001 was screened again since that card.")
    new = await desk.on_press(Press(place, ruth, "keep", "1", "a question", seen=2), MONDAY)
    assert new.card.title == "2026-0001: your ruling is on record."
    gone = await desk.on_press(Press(place, ruth, "promote", "1"), MONDAY)
    assert gone.card.title.startswith("That button is from another version")


async def test_what_can_not_be_done_is_said_before_more_is_asked_for(store: Store, screening: Screening) -> None:
    """A form that nobody fills in is answered with why not, and not with “Please give an answer.”"""
    desk = Desk(store, screening, [Channel()])
    await desk.on_comment(forward(), MONDAY)
    judy = Person("Judy Ferris", "Judy Ferris")
    answer = await desk.on_press(Press(Place("console", "staff", "p1"), judy, "answer", "1"), MONDAY)
    assert answer.card.title == "The director has asked the staff nothing about 2026-0001."
    asked = await desk.on_press(Press(Place("console", "staff", "p2"), judy, "ask", "1"), MONDAY)
    assert asked.card.title == "Please give a question."


async def test_a_card_on_its_way_while_the_case_changes_is_drawn_anew(store: Store, screening: Screening) -> None:
    class Slow(Channel):
        """A channel to which the first notice takes as long as somebody takes to press."""

        pressed: asyncio.Task[object] | None = None
        shown = ""

        async def send(self, notice: Notice) -> str:
            stored = asyncio.Event()

            async def acknowledge(_: object) -> None:
                stored.set()

            if self.pressed is None:
                claim = Press(Place("console", "staff", "p1"), Person("Judy Ferris", ""), "claim", "1")
                self.pressed = asyncio.create_task(desk.on_press(claim, MONDAY, acknowledge))
                await stored.wait()
            return await super().send(notice)

        async def redraw(self, notice: Notice, message: str) -> None:
            assert message == f"message of {notice.id}"
            self.shown = repr(notice.card)

    channel = Slow()
    desk = Desk(store, screening, [channel])
    await desk.on_comment(forward(), MONDAY)
    assert channel.pressed
    await channel.pressed
    assert "Judy Ferris has it" in channel.shown


async def test_a_chat_that_is_down_gets_the_notice_later_and_in_order(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.down = Undelivered("the chat is down", retry_after=3600)
    await desk.on_comment(forward(), MONDAY)
    channel.down = None
    ask = Press(Place("console", "staff", "p1"), Person("Judy Ferris", ""), "ask", "1", "May this stay?")
    await desk.on_press(ask, MONDAY + HOUR / 60)
    assert channel.seen == [], "the question does not overtake the verdict"
    await desk.on_tick(MONDAY + HOUR)
    assert channel.ids[0] == "2026-0001·1"
    assert [notice.to for notice in channel.seen] == [None, "Ruth Engstrom"]


async def test_a_file_that_takes_long_to_fetch_holds_up_no_card(store: Store, screening: Screening) -> None:
    """Regression: cards of later comments waited until the attachments of earlier ones were fetched."""
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.files.clear()
    first = forward()
    picture = replace(first.comment, attachments=(Attachment("image", "a poster", source="F1"),))
    fetching = asyncio.create_task(desk.on_comment(replace(first, comment=picture), MONDAY))
    async with asyncio.timeout(60):
        await channel.asked.wait()
        await channel.spoke.wait()
        channel.spoke.clear()
        answering = asyncio.create_task(desk.on_comment(forward("m2"), MONDAY + SECOND))
        await channel.spoke.wait()
        assert channel.ids == ["2026-0001·1", "2026-0002·1"]
        channel.files.set()
        await asyncio.gather(fetching, answering)


async def test_a_chats_wish_to_wait_is_honoured(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.down = Undelivered("slow down", retry_after=600)
    await desk.on_comment(forward(), MONDAY)
    channel.down = None
    await desk.on_tick(MONDAY + dt.timedelta(seconds=599))
    assert channel.seen == []
    await desk.on_tick(MONDAY + dt.timedelta(seconds=600))
    assert len(channel.seen) == 1


async def test_a_chat_that_is_back_is_not_kept_waiting(store: Store, screening: Screening) -> None:
    """Regression: after some failures the next try came an hour later, when a reminder's deadline may be past."""
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.down = Undelivered("down for two hours")
    await desk.on_comment(forward(), MONDAY)
    for minute in range(120):
        await desk.on_tick(MONDAY + minute * MINUTE)
    channel.down = None
    for minute in range(120, 136):
        await desk.on_tick(MONDAY + minute * MINUTE)
    assert len(channel.seen) == 1


async def test_a_notice_that_never_gets_through_is_given_up_and_shown(store: Store, screening: Screening) -> None:
    channel = Channel()
    desk = Desk(store, screening, [channel])
    channel.down = Undelivered("no such channel")
    await desk.on_comment(forward(text="You people are worthless pigs"), MONDAY)
    for hour in range(1, ATTEMPTS + 2):
        await desk.on_tick(MONDAY + hour * HOUR)
    async with store.look(screening.library.id) as view:
        assert await view.dead() == [("2026-0001", 1, "no such channel")]
    assert ("notice given up", "2026-0001") in await record_of(store, screening)


async def test_a_chat_that_asks_for_patience_a_hundred_times_still_gets_everything(
    store: Store, screening: Screening
) -> None:
    """Wishes of a second each were taken for half a day of failing: the notice was dead in a minute."""
    wire = Wire()
    wire.trouble = dict.fromkeys(("thread", "fetch"), Undelivered("slow down", retry_after=1))
    wire.files = {"p": Media("image/png", b"\x89PNG\r\n\x1a\n and so on")}
    desk = Desk(store, screening, [wire])
    judy = Person("Judy Ferris", "Judy Ferris")
    picture = Comment(QUESTION, attachments=(Attachment("image", "", "p"),))
    await desk.on_comment(Forward(Place("console", "staff", "m1"), judy, picture), MONDAY)
    for tick in range(1, 101):
        await desk.on_tick(MONDAY + tick * 5 * SECOND)
    wire.trouble = {"redraw": Undelivered("slow down", retry_after=1)}
    await desk.on_tick(MONDAY + HOUR)
    await desk.on_press(Press(Place("console", "staff", "p1"), judy, "claim", "1"), MONDAY + HOUR)
    for tick in range(1, 101):
        await desk.on_tick(MONDAY + HOUR + tick * 5 * SECOND)
    wire.trouble = {}
    await desk.on_tick(MONDAY + 2 * HOUR)
    assert ["Judy Ferris has it" in repr(card) for card in wire.cards("thread")] == [True]
    async with store.look(screening.library.id) as view:
        assert len(await view.media("2026-0001")) == 1
        assert await view.dead() == []


REMINDERS = [
    # typed, then how far the clock moves, what is heard, what is not
    ([QUESTION], "+3h", [], ["wants a reply"]),
    ([QUESTION], "+4h", ["2026-0001 wants a reply by Tuesday 17 November, 8 pm", "Nobody has taken it yet"], []),
    ([QUESTION, "/claim 1"], "+4h", ["Judy Ferris, 2026-0001 wants a reply", "Judy Ferris has it"], []),
    ([QUESTION, "/claim 1", "/away"], "+4h", ["2026-0001 wants a reply"], ["Judy Ferris, 2026-0001"]),
    ([QUESTION, "/replied 1 At nine."], "+4h", [], ["wants a reply"]),
    ([QUESTION, "/withdraw 1 not one"], "+1w", [], ["wants a reply", "overdue"]),
    ([QUESTION], "+2d", ["2026-0001 is overdue", "Ruth Engstrom, 2026-0001 is overdue"], []),
    ([QUESTION, "/ask 1 Hm?"], "+4h", ["Ruth Engstrom, 2026-0001 wants a reply", "still waits for your ruling"], []),
    (["You people are worthless pigs"], "+1w", [], ["wants a reply", "overdue"]),
]


@pytest.mark.parametrize(("typed", "length", "heard", "unheard"), REMINDERS)
async def test_reminders_reach_the_right_person(
    talk: Talk, typed: list[str], length: str, heard: list[str], unheard: list[str]
) -> None:
    await talk.say(*typed)
    said = await talk.say(f"/clock {length}")
    assert [words in said for words in heard] == [True] * len(heard)
    assert [words in said for words in unheard] == [False] * len(unheard)


async def test_overdue_comes_daily_until_it_is_answered(talk: Talk) -> None:
    await talk.say(QUESTION)
    week = await talk.say("/clock +1w")
    # Wednesday, Thursday, Friday, and Monday at opening; to the channel and to the director.
    assert week.count("2026-0001 is overdue") == 2 * 4
    await talk.say("/replied 1")
    assert "overdue" not in await talk.say("/clock +1w")


async def test_no_reminder_comes_outside_open_hours(talk: Talk) -> None:
    await talk.say(QUESTION, "/as director", "/ask 1 Hm?")
    await talk.say("/clock +4w")
    sent = [entry.at.astimezone(talk.library.zone) for entry in await talk.entries("notice sent")]
    assert len(sent) > 20
    assert {at.weekday() for at in sent} <= {0, 1, 2, 3, 4}
    assert all(10 <= at.hour < 20 for at in sent)


async def test_a_later_time_of_posting_moves_the_reminders(talk: Talk) -> None:
    await talk.say(QUESTION, "/when 1 friday 9:00")
    case = await talk.case(1)
    assert case.deadline.astimezone(talk.library.zone).isoformat() == "2026-11-16T20:00:00-06:00"
    said = await talk.say("/clock +1d")
    assert said.count("2026-0001 is overdue") == 2


async def test_reminders_go_on_after_a_restart(database: str, screening: Screening) -> None:
    async with talk_at(database, screening) as talk:
        await talk.say(QUESTION, "/ask 1 May this stay?")
    async with talk_at(database, screening, MONDAY + 5 * HOUR) as talk:
        assert "Ruth Engstrom, 2026-0001 still waits for your ruling" in talk.heard()
        said = await talk.say("/as director", "/keep 1 it may")
        assert "KEEP, ruled by Ruth Engstrom" in said
