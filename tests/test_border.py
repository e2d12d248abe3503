"""What chats with people behind them rely on: direct notices, cards drawn anew, attachments, acknowledgement, gaps."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from bot.chat import Answer, Attachment, Comment, Forward, Media, Notice, Person, Place, Press, Undelivered
from bot.desk import Desk
from bot.screening.finding import Outcome
from bot.store import Store
from tests.conftest import MONDAY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.case import Case
    from bot.chat import Card
    from bot.screening import Screening

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"
JUDY, RUTH = (Person(name, name) for name in ("Judy Ferris", "Ruth Engstrom"))
PICTURE = b"\x89PNG\r\n\x1a\n and so on"


class Wire:
    """A chat at the other end of a wire, which reaches people alone; what each message shows now."""

    name = "console"
    direct = True

    def __init__(self) -> None:
        self.shown: dict[str, Notice] = {}
        self.calls: list[str] = []
        self.trouble: dict[str, Undelivered] = {}
        """What goes wrong: for "thread", "direct", "redraw", "fetch", "after" (the message is taken all the same)."""
        self.files: dict[str, Media] = {}

    async def send(self, notice: Notice) -> str:
        way = "direct" if notice.direct else "thread"
        self.calls.append(way)
        if trouble := self.trouble.get(way):
            raise trouble
        self.shown[f"{way}:{notice.id}"] = notice
        if trouble := self.trouble.get("after"):
            raise trouble
        return f"{way}:{notice.id}"

    async def find(self, notice: Notice) -> str | None:
        self.calls.append("find")
        message = f"{'direct' if notice.direct else 'thread'}:{notice.id}"
        return message if message in self.shown else None

    async def redraw(self, notice: Notice, message: str) -> None:
        self.calls.append("redraw")
        if trouble := self.trouble.get("redraw"):
            raise trouble
        self.shown[message] = notice

    async def fetch(self, source: str) -> Media:
        if trouble := self.trouble.get("fetch"):
            raise trouble
        return self.files[source]

    def cards(self, way: str) -> list[Card]:
        return [notice.card for message, notice in self.shown.items() if message.startswith(way)]


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    one = await Store.open(database, "live")
    yield one
    await one.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def desk(store: Store, screening: Screening, wire: Wire) -> Desk:
    return Desk(store, screening, [wire])


def forward(text: str = QUESTION, message: str = "100", **facts: object) -> Forward:
    return Forward(Place("console", "staff", message), JUDY, Comment(text, **facts))  # type: ignore[arg-type]


def press(by: Person, action: str, text: str = "", guidelines: tuple[int, ...] = (), case: str = "1") -> Press:
    return Press(Place("console", "staff", ""), by, action, case, text, guidelines)


async def case_of(store: Store, screening: Screening, serial: int = 1) -> Case:
    async with store.look(screening.library.id) as view:
        case = await view.case(None, serial)
    assert case is not None
    return case


async def kinds(store: Store, screening: Screening) -> list[str]:
    async with store.look(screening.library.id) as view:
        return [entry.kind async for entry in view.record()]


async def test_the_director_is_asked_in_the_thread_and_alone_and_both_show_the_ruling(desk: Desk, wire: Wire) -> None:
    await desk.on_comment(forward(), MONDAY)
    await desk.on_press(press(JUDY, "ask", "May this stay?"), MONDAY)
    asked = [card for way in ("thread", "direct") for card in wire.cards(way) if "please rule" in card.title]
    assert [card.actions for card in asked] == [("keep", "remove", "ask_staff")] * 2
    await desk.on_press(press(RUTH, "keep", "a plain question"), MONDAY + MINUTE)
    (alone,) = wire.cards("direct")
    for card in (alone, *wire.cards("thread")):
        assert "KEEP, ruled by Ruth Engstrom" in card.title
        assert any("a plain question" in line.text for line in card.lines)
        assert not {"keep", "remove"} & set(card.actions), "what is settled offers nothing to settle"


async def test_where_direct_messages_are_closed_the_thread_is_enough(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    wire.trouble["direct"] = Undelivered("she takes none", closed=True)
    await desk.on_comment(forward(), MONDAY)
    await desk.on_press(press(JUDY, "ask", "May this stay?"), MONDAY)
    await desk.on_tick(MONDAY + HOUR)
    assert [card.title for card in wire.cards("thread")][1:] == ["Ruth Engstrom, please rule on 2026-0001"]
    assert wire.calls.count("direct") == 1
    assert "notice not sent" in await kinds(store, screening)


async def test_what_is_for_the_director_alone_goes_to_the_thread_where_she_takes_no_messages(
    desk: Desk, wire: Wire
) -> None:
    wire.trouble["direct"] = Undelivered("she takes none", closed=True)
    await desk.on_comment(forward(), MONDAY)
    await desk.on_tick(MONDAY + dt.timedelta(days=2))
    late = [card.title for card in wire.cards("thread") if "overdue" in card.title]
    assert any(title.startswith("Ruth Engstrom, 2026-0001 is overdue") for title in late)


async def test_where_the_channel_is_gone_the_director_hears_of_the_case(desk: Desk, wire: Wire) -> None:
    wire.trouble["thread"] = Undelivered("is archived", closed=True)
    await desk.on_comment(forward(INSULT), MONDAY)
    assert [card.title for card in wire.cards("direct")] == ["2026-0001  REMOVE: 2 Abuse"]
    await desk.on_press(press(JUDY, "ask", "May this stay?"), MONDAY + MINUTE)
    assert sum("please rule" in card.title for card in wire.cards("direct")) == 1, "one copy is enough"


async def test_a_time_out_after_the_message_was_taken_is_looked_up(desk: Desk, wire: Wire) -> None:
    wire.trouble["after"] = Undelivered("timed out", doubtful=True)
    await desk.on_comment(forward(), MONDAY)
    del wire.trouble["after"]
    await desk.on_tick(MONDAY + HOUR)
    assert wire.calls == ["thread", "find", "redraw"], "what was found may show the case as it stood then"
    await desk.on_press(press(JUDY, "claim"), MONDAY + HOUR)
    assert "Judy Ferris has it." in " ".join(line.text for line in wire.cards("thread")[0].lines)


async def test_a_card_that_can_not_be_drawn_now_is_drawn_later(desk: Desk, wire: Wire) -> None:
    await desk.on_comment(forward(), MONDAY)
    wire.trouble["redraw"] = Undelivered("busy", retry_after=60)
    await desk.on_press(press(JUDY, "claim"), MONDAY)
    assert "claim" in wire.cards("thread")[0].actions
    del wire.trouble["redraw"]
    await desk.on_tick(MONDAY + MINUTE)
    assert "claim" not in wire.cards("thread")[0].actions


async def test_a_card_that_shows_the_same_is_not_drawn_again(desk: Desk, wire: Wire) -> None:
    await desk.on_comment(forward(), MONDAY)
    await desk.on_press(press(JUDY, "claim"), MONDAY)
    calls = wire.calls.count("redraw")
    await desk.on_tick(MONDAY + MINUTE)
    await desk.on_press(press(JUDY, "claim"), MONDAY + MINUTE)
    assert wire.calls.count("redraw") == calls == 1


async def test_the_event_is_acknowledged_once_it_is_stored_and_before_anything_is_sent(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    seen: list[tuple[list[str], int, Answer | None]] = []

    async def acknowledge(answer: Answer | None) -> None:
        seen.append((list(wire.calls), len(await kinds(store, screening)), answer))

    await desk.on_comment(forward(), MONDAY, acknowledge)
    calls, stored, answer = seen[0]
    assert (calls, answer) == ([], None)
    assert stored >= 3  # the forward, the verdict, its notice
    await desk.on_press(press(JUDY, "claim"), MONDAY, acknowledge)
    assert seen[1][2] is not None
    assert seen[1][2].done


async def test_a_picture_is_kept_and_its_words_are_asked_for(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    wire.files["F1"] = Media("image/png", PICTURE)
    await desk.on_comment(forward("", attachments=(Attachment("image", "screenshot.png", "F1"),)), MONDAY)
    card = wire.cards("thread")[0]
    assert card.title == "2026-0001  WORDS WANTED: type what the comment says"
    assert "words" in card.actions
    assert wire.cards("direct") == [], "nobody is asked to rule on words that nobody has read"
    async with store.look(screening.library.id) as view:
        assert await view.media("2026-0001") == [(hashlib.sha256(PICTURE).hexdigest(), wire.files["F1"])]
    await desk.on_press(press(JUDY, "words", INSULT), MONDAY + MINUTE)
    assert wire.cards("thread")[0].title == "2026-0001  REMOVE: 2 Abuse"
    assert (await case_of(store, screening)).comment.text == INSULT


@pytest.mark.parametrize(
    "media",
    [Media("text/html", b"<html>"), Media("image/png", b"MZ\x90"), Media("image/png", PICTURE + bytes(20 * 2**20))],
    ids=["no picture", "another type than it says", "too large"],
)
async def test_what_is_no_picture_is_not_kept(
    desk: Desk, wire: Wire, store: Store, screening: Screening, media: Media
) -> None:
    wire.files["F1"] = media
    await desk.on_comment(forward(attachments=(Attachment("image", "x.png", "F1"),)), MONDAY)
    async with store.look(screening.library.id) as view:
        assert await view.media("2026-0001") == []
    assert "attachment not kept" in await kinds(store, screening)


async def test_a_picture_that_can_not_be_fetched_now_is_fetched_later(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    wire.trouble["fetch"] = Undelivered("down")
    wire.files["F1"] = Media("image/png", PICTURE)
    await desk.on_comment(forward(attachments=(Attachment("image", "x.png", "F1"),)), MONDAY)
    del wire.trouble["fetch"]
    await desk.on_tick(MONDAY + MINUTE)
    assert "attachment kept" in await kinds(store, screening)


async def removed(desk: Desk, comment: Forward, action: str = "remove") -> None:
    """A comment that the director ruled out."""
    await desk.on_comment(comment, MONDAY)
    await desk.on_press(press(RUTH, action, "insults staff", (2,)), MONDAY)


@pytest.mark.parametrize("done", ["hidden", "deleted", "edited"])
async def test_nothing_is_taken_down_before_its_attachments_are_on_record(desk: Desk, wire: Wire, done: str) -> None:
    wire.trouble["fetch"] = Undelivered("down")
    wire.files["F1"] = Media("image/png", PICTURE)
    await removed(desk, forward(INSULT, attachments=(Attachment("image", "x.png", "F1"),)))
    early = await desk.on_press(press(JUDY, "done", done), MONDAY)
    assert not early.done
    assert "please leave it up a little longer" in early.card.title
    del wire.trouble["fetch"]
    await desk.on_tick(MONDAY + MINUTE)
    assert (await desk.on_press(press(JUDY, "done", done), MONDAY + MINUTE)).done


async def test_an_attachment_that_was_given_up_with_its_reason_on_record_holds_nothing_up(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    wire.trouble["fetch"] = Undelivered("is gone", closed=True)
    await removed(desk, forward(INSULT, attachments=(Attachment("image", "x.png", "F1"),)))
    assert "attachment not kept" in await kinds(store, screening)
    assert (await desk.on_press(press(JUDY, "done", "hidden"), MONDAY)).done


async def test_what_was_left_up_needs_no_capture(desk: Desk, wire: Wire) -> None:
    wire.trouble["fetch"] = Undelivered("down")
    await removed(desk, forward(INSULT, attachments=(Attachment("image", "x.png", "F1"),)))
    assert (await desk.on_press(press(JUDY, "done", "nothing"), MONDAY)).done


async def test_a_link_alone_is_no_capture_its_words_are(desk: Desk, store: Store, screening: Screening) -> None:
    await removed(desk, forward("https://example.org/comments/1"))
    early = await desk.on_press(press(JUDY, "done", "deleted"), MONDAY)
    assert not early.done
    assert early.card.actions == ("words",)
    assert (await desk.on_press(press(JUDY, "words", INSULT), MONDAY)).done
    assert (await desk.on_press(press(JUDY, "done", "deleted"), MONDAY)).done
    case = await case_of(store, screening)
    assert (case.comment.text, case.standing) == (INSULT, Outcome.REMOVE)


async def test_a_second_forward_of_a_comment_is_on_record_with_all_that_came(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    link = "https://example.org/comments/1"
    wire.files |= {"F1": Media("image/png", PICTURE), "F2": Media("image/png", PICTURE + b"2")}
    first, second = (Attachment("image", "x.png", name) for name in ("F1", "F2"))
    await desk.on_comment(forward(INSULT, permalink=link, attachments=(first,)), MONDAY)
    await desk.on_comment(forward(f"{INSULT}!", "101", permalink=link, attachments=(second,)), MONDAY)
    async with store.look(screening.library.id) as view:
        again = [json.loads(e.payload or "") async for e in view.record() if e.kind == "forwarded again"]
        kept = [json.loads(e.payload or "") async for e in view.record() if e.kind == "attachment kept"]
        media = await view.media("2026-0001")
    assert again[0]["comment"]["text"] == f"{INSULT}!"
    assert [(one["attachment"], one["sha256"]) for one in kept] == [(at + 1, m[0]) for at, m in enumerate(media)]
    assert [one.content for _, one in media] == [PICTURE, PICTURE + b"2"]


async def test_a_link_alone_gets_its_words_when_the_chat_brings_them(
    desk: Desk, wire: Wire, store: Store, screening: Screening
) -> None:
    link = "https://example.org/comments/1"
    await desk.on_comment(forward(link), MONDAY)
    assert "WORDS WANTED" in wire.cards("thread")[0].title
    await desk.on_comment(forward(link), MONDAY)
    await desk.on_comment(forward(INSULT), MONDAY + MINUTE)  # the same message, unfurled since
    case = await case_of(store, screening)
    assert (case.comment.text, case.comment.permalink, case.verdict.outcome) == (INSULT, link, Outcome.REMOVE)
    await desk.on_comment(forward("Something else"), MONDAY + MINUTE)
    assert (await case_of(store, screening)).comment.text == INSULT, "an edit changes no comment"


async def test_the_desk_knows_where_it_stopped_listening(desk: Desk) -> None:
    assert await desk.heard("console", "staff") is None
    await desk.on_comment(forward(message="100.5"), MONDAY)
    await desk.on_comment(forward(INSULT, message="99.7"), MONDAY)
    modal = Forward(Place("console", "staff", "modal:V1"), JUDY, Comment("How nice"), in_channel=False)
    await desk.on_comment(modal, MONDAY)
    assert await desk.heard("console", "staff") == "100.5"
    assert await desk.has(Place("console", "staff", "99.7"))
    assert not await desk.has(Place("console", "staff", "98.1"))


async def test_a_case_that_began_in_a_modal_has_its_first_notice_for_a_thread(desk: Desk, wire: Wire) -> None:
    modal = Forward(Place("console", "staff", "modal:V1"), JUDY, Comment(QUESTION), in_channel=False)
    await desk.on_comment(modal, MONDAY)
    await desk.on_press(press(JUDY, "ask", "May this stay?"), MONDAY)
    assert [(notice.direct, notice.root) for notice in wire.shown.values()] == [
        (False, None),
        (False, "thread:2026-0001·1"),
        (True, "thread:2026-0001·1"),
    ]


async def test_a_person_sees_what_waits_for_them(desk: Desk) -> None:
    await desk.on_comment(forward(), MONDAY)
    await desk.on_comment(forward(INSULT, "101"), MONDAY)
    await desk.on_press(press(JUDY, "claim"), MONDAY)
    await desk.on_press(press(JUDY, "ask", "Really?", case="2"), MONDAY)
    judy = [card.title for card in await desk.home("console", JUDY.id, MONDAY + dt.timedelta(days=2))]
    assert judy[0] == "Your replies: 1"
    assert judy[1].startswith("2026-0001  KEEP")
    assert judy[2] == "Overdue: 1"
    ruth = await desk.home("console", RUTH.id, MONDAY)
    assert ruth[0].title == "The last seven days"
    assert ruth[0].lines[0].text == "2: 1 to stay, 1 to go, 0 undecided."
    waiting = ruth[[card.title for card in ruth].index("Waiting for the director: 1") + 1]
    assert {"keep", "remove"} <= set(waiting.actions)
    stranger = await desk.home("console", "nobody", MONDAY)
    assert stranger[0].title.startswith("Sorry, only people named")


async def test_a_press_that_would_be_refused_asks_for_no_form(desk: Desk) -> None:
    await desk.on_comment(forward(), MONDAY)
    assert await desk.may(press(RUTH, "keep"), MONDAY)
    assert not await desk.may(press(JUDY, "keep"), MONDAY)
    assert await desk.may(press(JUDY, "replied"), MONDAY)
    await desk.on_press(press(JUDY, "replied"), MONDAY)
    assert not await desk.may(press(JUDY, "replied"), MONDAY)
    assert not await desk.may(press(JUDY, "replied", case="7"), MONDAY)
    assert not await desk.may(press(JUDY, "promote"), MONDAY)
