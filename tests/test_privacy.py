"""Nothing leaves the house."""

from __future__ import annotations

import datetime as dt
import logging
import re
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import onnxruntime
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from adapters import logs
from adapters.slack.chat import Speaking
from bot import database
from bot.chat import Comment, Forward, Person, Place, Press
from bot.desk import Desk
from bot.library import Privacy
from bot.privacy import Mask, Pseudonyms
from bot.screening import Screening
from bot.screening.finding import UNREAD, Finding
from bot.store import Store
from tests.conftest import MONDAY, talk_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier
    from tests.conftest import Talk

UPLOAD = b"events.data.microsoft"
"""Stands in the builds of the classifier's runtime that send usage data to their maker, and in no other."""


def test_the_classifiers_runtime_has_nowhere_to_send_to() -> None:
    libraries = [path for path in Path(onnxruntime.__file__).parent.rglob("*.so*") if path.is_file()]
    assert libraries
    assert [path.name for path in libraries if UPLOAD in path.read_bytes()] == []


class Opened(AssertionError):
    """The desk reached for something that is not the configured chat."""


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that takes every message, the only place that anything may connect to; its address, and what came."""
    came: list[str] = []

    async def take(request: web.Request) -> web.Response:
        came.append(await request.text())
        return web.json_response({"ok": True, "channel": {"id": "D1"} if "open" in request.path else "C1", "ts": "1.1"})

    app = web.Application()
    app.router.add_post("/api/{method}", take)
    async with TestServer(app) as server:
        allowed = (server.host, server.port)
        connect, look_up = socket.socket.connect, socket.getaddrinfo

        def guarded(one: socket.socket, address: tuple[str, int]) -> None:
            if tuple(address[:2]) != allowed:
                raise Opened(str(address))
            connect(one, address)

        def looked_up(host: str, port: int, *more: Any, **named: Any) -> Any:
            if (host, port) != allowed:
                raise Opened(str(host))
            return look_up(host, port, *more, **named)

        def refuse(*_: object) -> NoReturn:
            raise Opened("a way out that no chat needs")

        monkeypatch.setattr(socket.socket, "connect", guarded)
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        for way in ("connect_ex", "sendto", "sendmsg"):
            monkeypatch.setattr(socket.socket, way, refuse)
        yield f"http://{server.host}:{server.port}/api/", came


async def test_the_whole_desk_connects_to_the_configured_chat_and_to_nothing_else(
    slack: tuple[str, list[str]], library: Library, policy: Policy, classifier: Classifier, tmp_path: Path
) -> None:
    people = [
        m.model_copy(update={"slack": slack_id})
        for m, slack_id in zip(library.people, ("U1", "U2", "U3", "U4", "U5"), strict=True)
    ]
    library = library.model_copy(update={"people": people})
    address, came = slack
    client = AsyncWebClient(token="xoxb-1", base_url=address)  # noqa: S106 - made up
    chat = Speaking(client, library)
    store = await Store.open(f"sqlite:///{tmp_path / 'desk.db'}", "live")
    desk = Desk(store, Screening(policy, library, classifier), [chat])
    ruth, judy = Person("U1", "Ruth"), Person("U3", "Judy")
    place = Place("slack", "C1", "1.1")
    try:
        await desk.start(MONDAY, alone=True)
        await desk.on_comment(Forward(place, judy, Comment(f"See http://example.org/now! {SPEAKS}")), MONDAY)
        for by, action, text in ((judy, "ask", "May it stay?"), (ruth, "keep", "harmless"), (judy, "claim", "")):
            assert (await desk.on_press(Press(place, by, action, "1", text), MONDAY)).done
        await desk.home("slack", "U1", MONDAY)
        await desk.on_tick(MONDAY + dt.timedelta(days=3))
    finally:
        await store.close()
    assert any("please rule" in one for one in came)
    assert not [one for one in came if "555-0142" in one or "jane.roe" in one], "a chat is a third party"
    with pytest.raises(Opened):
        socket.create_connection(("example.org", 80))


SPEAKS = "Call me at (715) 555-0142 or write jane.roe@example.org, 412 Oak St, Alder Creek, WI 54000."
HIDDEN = ("555-0142", "jane.roe", "412 Oak", "54000")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Text 715.555.0142 tonight", "Text [phone number] tonight"),
        ("Lawns mowed, 555-0142", "Lawns mowed, [phone number]"),
        ("+44 20 7946 0958 is mine", "[phone number] is mine"),
        ("jane.roe+x@mail.example.co.uk, ok?", "[e-mail address], ok?"),
        ("We live at 412 N Oak St. Apt 3, Alder Creek, WI 54000!", "We live at [street address]!"),
        ("he lives at 412 oak street", "he lives at [street address]"),
        ("Out at N6789 County Road X", "Out at [street address]"),
        ("Send it to P.O. Box 45, Alder Creek, WI 54000", "Send it to [street address]"),
        ("It took 4111 1111 1111 1111 twice", "It took [card number] twice"),
        ("My card is 21234000000000", "My card is [library card number]"),
        # What is like them, and is none of them.
        ("My order is 4111 1111 1111 1112", None),
        ("Shelf 813.54, ISBN 978-0-14-143951-8, case 2026-0042", None),
        ("2024-2025, 11/16/2026, 10:00-20:00, $2,400,000, 1204-987 votes", None),
        ("3 kids crossing Main Street, a 4 way street, a 20 minute drive", None),
        ("2026 Food Drive, 1000 Books Before Kindergarten, 42nd Street", None),
        ("https://example.org/permalink/7155550142", None),
        ("The library's own number is 715-555-0100", None),
    ],
)
def test_numbers_and_addresses_are_masked_and_what_is_like_them_is_not(
    library: Library, text: str, shown: str | None
) -> None:
    assert Mask(library.privacy).text(text) == (shown or text)


@given(
    st.lists(st.sampled_from([SPEAKS, "Storytime is lovely.", "21234000000000", "é 😀\n", "555-", "0142 "])), st.data()
)
def test_no_quote_shows_what_the_whole_text_hides(parts: list[str], data: st.DataObject) -> None:
    mask = Mask(Privacy(card_number=r"2\d{13}"))
    text = " ".join(parts)
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    verdict = replace(UNREAD, findings=(Finding(None, 1.0, quote, "why"),))
    (finding,) = mask.verdict(verdict, text).findings
    hidden = "".join(text[span.start : span.end] for span in mask.spans(text))
    at = text.find(quote)
    masked = {i for span in mask.spans(text) for i in range(span.start, span.end)}
    left = "".join(c for i, c in enumerate(quote, at) if i not in masked)
    assert not hidden or re.sub(r"\[[a-z -]+\]", "", finding.quote) == left


async def test_cards_show_no_number_and_the_record_keeps_it(talk: Talk) -> None:
    said = await talk.say(
        "/author Jane Roe", f"Great deals on lawn care! {SPEAKS}", "/case 1", "/ask 1 She is at 555-0142"
    )
    said += await talk.say("/as director", "/remove 1 3 an advert, 555-0142", "/open", "/case 1", "/keep 1 again")
    assert "[phone number]" in said
    assert "Jane Roe" in said
    assert [words for words in HIDDEN if words in said] == []
    (kept,) = await talk.entries("forward")
    assert [words for words in HIDDEN if words not in (kept.payload or "")] == []
    assert (await talk.case(1)).comment.text.endswith(SPEAKS)


async def test_a_question_of_staff_that_holds_a_number_keeps_its_point(talk: Talk) -> None:
    await talk.say("What time do you open?", "/ask 1 Hm?", "/as director")
    assert "[phone number]?" in await talk.say("/ask_staff 1 Is it 715-555-0142?")


async def test_authors_are_masked_where_the_library_says_so(
    database: str, library: Library, policy: Policy, classifier: Classifier
) -> None:
    privacy = library.privacy.model_copy(update={"mask_authors": True})
    screening = Screening(policy, library.model_copy(update={"privacy": privacy}), classifier)
    async with talk_at(database, screening) as talk:
        await talk.say("/author Jane Roe")
        said = await talk.say("You people are worthless pigs. – Jane Roe", "/case 1")
        assert "Jane" not in said
        assert "– [author]" in said
        assert "Jane Roe" in ((await talk.entries("forward"))[0].payload or "")


async def test_what_names_a_patron_with_what_they_borrowed_is_pointed_out(talk: Talk) -> None:
    said = await talk.say("I saw Dana Whitlock check out three books about divorce last week.")
    assert "do not repeat it in an answer" in " ".join(said.split())
    assert "confidential" not in await talk.say("Do you have books about gardening?")


def test_an_author_is_hidden_whose_name_has_more_small_letters() -> None:
    """Regression: Strauß was looked for as strauss, which stands nowhere."""
    names = Pseudonyms(b"key", Mask(Privacy()))
    alias = names.of("Uwe Strauß")
    assert (
        names.hide("Trouble with Uwe Strauß, UWE STRAUSS and uwe strauss")
        == f"Trouble with {alias}, {alias} and {alias}"
    )


@given(st.lists(st.text("xyzß @★-.Σİ", min_size=2, max_size=8), min_size=1, max_size=6))
def test_no_known_author_stands_in_a_log(authors: list[str]) -> None:
    names = Pseudonyms(b"key", Mask(Privacy()))
    known = [" ".join(author.split()) for author in authors if len(author.split()) and len("".join(author.split())) > 1]
    for author in known:
        names.of(author)
    for author in known:
        said = names.hide(f"Trouble with {author}, again")
        assert not re.search(rf"(?<!\w){re.escape(author)}(?!\w)", said), said


def test_only_the_newest_authors_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pseudonyms, "MOST", 2)
    names = Pseudonyms(b"key", Mask(Privacy()))
    for author in ("Jane Roe", "Jane Doe", "Jim Poe", "Jane Doe"):
        names.of(author)
    said = names.hide("Jane Roe, Jane Doe, Jim Poe")
    assert said == f"Jane Roe, {names.of('Jane Doe')}, {names.of('Jim Poe')}"


def test_logs_and_error_reports_name_no_author(capsys: pytest.CaptureFixture[str]) -> None:
    names = Pseudonyms(b"key", Mask(Privacy()))
    alias = names.of("Jane  Roe")
    assert names.of("jane roe") == alias != Pseudonyms(b"other", Mask(Privacy())).of("Jane Roe")
    before = sys.excepthook, logging.root.handlers[:], logging.root.level
    logging.root.handlers.clear()
    try:
        logs.discreet(names)
        try:
            int("JANE ROE wrote 715-555-0142")
        except ValueError as error:
            logging.getLogger("commentdesk").exception("Trouble with %s", "Jane Roe")
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.excepthook, logging.root.handlers[:], _ = before
        logging.root.setLevel(before[2])
    said = capsys.readouterr().err
    assert alias in said
    assert "JANE ROE" not in said
    assert said.count("ValueError: invalid literal") == 2
    assert "555" not in said


async def test_an_error_of_the_database_does_not_repeat_what_was_stored(tmp_path: Path) -> None:
    """Whoever logs it would log what people said."""
    engine = database.connect(f"sqlite:///{tmp_path / 'desk.db'}")
    async with engine.connect() as connection:
        with pytest.raises(SQLAlchemyError) as caught:
            await connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "Wilhelmina borrowed it"})
    await engine.dispose()
    assert "nowhere" in str(caught.value)
    assert "Wilhelmina" not in str(caught.value)
