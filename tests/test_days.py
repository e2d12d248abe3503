"""Closed days, absences, the ladder of reminders, pages and the digest, at the terminal."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from bot import toml
from bot.chat import Person, Place, Press
from bot.desk import Desk
from bot.library import Library
from bot.screening import Screening
from tests.conftest import CONFIG, MONDAY, talk_at

if TYPE_CHECKING:
    from pathlib import Path

    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier
    from tests.conftest import Talk

QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"
THREAT = "I am going to come down there and shoot every one of you tomorrow"
HOUR = dt.timedelta(hours=1)

CONVERSATIONS = {
    "a day that nobody planned moves the deadlines, and says so": [
        (QUESTION, ["Reply by Tuesday 17 November, 8 pm"]),
        (INSULT, ["REMOVE"]),
        (
            "/closed 2026-11-17 snow",
            [
                "The library is closed on Tuesday 17 November: snow (Judy Ferris).",
                "reply by Wednesday 18 November, 8 pm; it was Tuesday 17 November, 8 pm",
                "desk·",
            ],
        ),
        ("/case 1", ["Reply by Wednesday 18 November, 8 pm: forwarded Monday; Tuesday the library is closed."]),
        ("/closed tuesday ice", ["The library is closed on Tuesday 17 November already: snow"]),
        ("/clock +1d", []),
        ("/overdue", ["Nothing is overdue."]),
    ],
    "a closed day can be taken back": [
        (QUESTION, ["Tuesday 17 November"]),
        ("/closed tuesday snow", ["reply by Wednesday"]),
        ("/reopen tuesday", ["The library is open on Tuesday 17 November after all", "reply by Tuesday"]),
        ("/reopen tuesday", ["Tuesday 17 November is no closed day."]),
        ("/reopen 2026-11-26", ["Thursday 26 November is closed in library.toml. Edit it there"]),
        ("/case 1", ["Reply by Tuesday 17 November, 8 pm: forwarded Monday."]),
    ],
    "what is no closed day is named": [
        ("/closed", ["Please give a day."]),
        ("/closed tuesday", ["Please give a reason."]),
        ("/closed teatime snow", ["“teatime” is no time the desk knows. Type /closed DAY WHY"]),
        ("/closed 2026-11-26 turkey", ["The library is closed on Thursday 26 November already: Thanksgiving"]),
        ("/closed 2062-12-03 snow", ["Sunday 3 December 2062 is too far off."]),
        ("/closed 2026-11-20 a burst pipe", ["No reply is due at another time because of it.", "It is on record"]),
    ],
    "a reply is handed over and taken back": [
        (QUESTION, ["KEEP"]),
        ("/claim 1", ["2026-0001 is yours"]),
        ("/hand_over 1 nobody here", ["Nobody is surely meant by 'nobody here'. Say one of: Ruth Engstrom, Tomas"]),
        ("/hand_over 1 Piper Nowak", ["Nobody is surely meant by 'Piper Nowak'"]),
        ("/hand_over 1 amir", ["Amir Haddad, Judy Ferris gives the reply to 2026-0001 to you, due by Tuesday 17"]),
        ("/as Amir", ["Amir"]),
        ("/take_back 1", ["You have handed over no reply to 2026-0001 that you could take back."]),
        ("/mine", ["Your replies: 1"]),
        ("/as Judy", ["Judy"]),
        ("/take_back 1", ["Judy Ferris takes the reply to 2026-0001 back", "2026-0001 is yours again."]),
        ("/hand_over 1", ["Judy Ferris gives the reply to 2026-0001 to whoever takes it, due by"]),
        ("/case 1", ["Judy Ferris gave the reply back; nobody has taken it yet."]),
        ("/replied 1", ["on record"]),
        ("/hand_over 1 amir", ["Judy Ferris has replied to 2026-0001 already."]),
    ],
    "who is away passes their replies on": [
        (QUESTION, ["KEEP"]),
        ("/claim 1", ["2026-0001 is yours"]),
        (
            "/away friday",
            ["Judy Ferris gives the reply to 2026-0001 to whoever takes it", "2026-0001: free for whoever takes them."],
        ),
        ("/as Amir", ["Amir"]),
        ("/claim 1", ["2026-0001 is yours"]),
        ("/hand_over 1 Judy", ["Judy Ferris is away. Hand it to somebody else"]),
        ("/as Judy", ["Judy"]),
        ("/back", ["Welcome back"]),
        ("/take_back 1", ["You have handed over no reply"]),
    ],
    "a reply that is not needed is called off": [
        (QUESTION, ["Reply by"]),
        ("/no_reply 1", ["Please give a reason."]),
        ("/no_reply 1 the patron found it", ["on record that it needs no reply; no more reminders."]),
        ("/case 1", ["No reply needed, says Judy Ferris: the patron found it"]),
        ("/no_reply 1 twice", ["No reply to 2026-0001 is due"]),
        ("/post 1 Storytime is Tuesday at 10.", ["No reply needed, says Judy Ferris"]),
        ("/clock +1w", []),
        ("/claim 1", ["2026-0001 is yours"]),
        ("/case 1", ["That is past: reply now. Judy Ferris has it."]),
    ],
    "a reminder is put off, and never past the deadline": [
        (QUESTION, ["Best by Monday 16 November, 3 pm: 4 open hours after it was forwarded."]),
        ("/claim 1", ["yours"]),
        ("/snooze 1", ["Please give a time to come."]),
        ("/snooze 1 9 am", ["That time is past."]),
        ("/snooze 1 teatime", ["“teatime” is no time the desk knows. Type /snooze N TIME"]),
        (
            "/snooze 1 wednesday",
            ["The reply to 2026-0001 is due by Tuesday 17 November, 8 pm; say a time before that."],
        ),
        (
            "/snooze 1 tomorrow 11:30",
            [
                "2026-0001: you are reminded on Tuesday 17 November, 11:30 am.",
                "Everyone is reminded on Tuesday 17 November, 6 pm all the same.",
            ],
        ),
        ("/clock +24h", ["2026-0001"]),
        ("/clock +31m", ["Judy Ferris, 2026-0001 wants a reply by Tuesday 17 November, 8 pm"]),
        ("/clock +7h", ["Judy Ferris, 2026-0001 wants a reply by Tuesday 17 November, 8 pm  [2026-0001·"]),
        ("/clock +3h", []),
        ("/snooze 1 friday", ["say a time before that"]),
    ],
    "an urgent case pages until somebody has it": [
        (
            THREAT,
            [
                "URGENT: Ruth Engstrom, someone may be harmed: 2026-0001",
                "URGENT: Tomas Beaulieu, someone may be harmed: 2026-0001",
                "Call Emergency  911, where someone is in danger now",
                "Sent to Ruth Engstrom and Tomas Beaulieu every 10 minutes",
            ],
        ),
        ("/have_it 1", ["Sorry, only Ruth Engstrom or Tomas Beaulieu can say that."]),
        ("/clock +10m", ["URGENT: Ruth Engstrom, someone may be harmed", "URGENT: Tomas Beaulieu, someone may be"]),
        ("/as deputy", ["Tomas"]),
        ("/have_it 1", ["2026-0001 is with you; nobody is paged about it any more."]),
        ("/have_it 1", ["Tomas Beaulieu has 2026-0001 already"]),
        ("/as director", ["Ruth"]),
        ("/case 1", ["Tomas Beaulieu has it since Monday 16 November, 11:10 am."]),
        (QUESTION, ["2026-0002"]),
        ("/have_it 2", ["2026-0002 is not urgent"]),
        ("/keep 1 a line from the play", ["ruled by Ruth Engstrom"]),
        ("/have_it 1", ["2026-0001 is ruled on already"]),
    ],
}


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=list(CONVERSATIONS))
async def test_conversation(talk: Talk, conversation: list[tuple[str, list[str]]]) -> None:
    for line, expected in conversation:
        heard = await talk.say(line)
        for words in expected:
            assert words in heard, f"after {line!r}"
    assert await talk.record_problem() is None


def local(talk: Talk, at: dt.datetime) -> str:
    return f"{at.astimezone(talk.library.zone):%a %d %H:%M}"


async def sent(talk: Talk, *kinds: str) -> list[tuple[str, str]]:
    """When notices of these kinds went out, and each one's kind."""
    found = []
    for entry in await talk.entries("notice sent"):
        kind = next((kind for kind in kinds if f'"kind":"{kind}"' in str(entry.payload).replace('": ', '":')), None)
        if kind:
            found.append((local(talk, entry.at), kind))
    return found


async def test_the_ladder_of_a_reply(talk: Talk) -> None:
    await talk.say(QUESTION, "/claim 1", "/clock +4d")
    late = [("reply late", at) for at in ("Wed 18 10:00", "Thu 19 10:00", "Fri 20 10:00")]
    ladder = [("reply due", "Mon 16 15:00"), ("reply due soon", "Tue 17 18:00")]
    for kind, at in [*late]:
        ladder += [(kind, at), (f"{kind}, to the director", at)]
    kinds = ("reply due", "reply due soon", "reply late", "reply late, to the director")
    assert await sent(talk, *kinds) == [(at, kind) for kind, at in ladder]


async def test_the_ladder_of_a_question(talk: Talk) -> None:
    await talk.say("How nice", "/ask 1 May this stay?", "/clock +3d")
    waits, late = "question waits", "question waits, to the deputy"
    assert sorted(await sent(talk, waits, late)) == sorted(
        [
            ("Mon 16 15:00", waits),
            ("Tue 17 10:00", waits),
            ("Wed 18 10:00", waits),
            ("Wed 18 10:00", late),
            ("Thu 19 10:00", waits),
            ("Thu 19 10:00", late),
        ]
    )
    assert await sent(talk, "question") == [("Mon 16 11:00", "question")]


async def test_the_deputy_is_not_told_of_a_question_that_is_hers(talk: Talk) -> None:
    await talk.say("How nice", "/ask 1 May this stay?", "/as director", "/away", "/clock +3d")
    assert await sent(talk, "question waits, to the deputy") == []
    await talk.say("/back", "/clock +1d")
    assert await sent(talk, "question waits, to the deputy") == [("Fri 20 10:00", "question waits, to the deputy")]


async def test_no_reminder_comes_on_a_day_closed_since(talk: Talk) -> None:
    await talk.say(QUESTION, "How nice", "/ask 2 May this stay?", "/closed 2026-11-18 snow", "/clock +4d")
    assert all("Wed" not in at for at, _ in await sent(talk, "reply late", "question waits", "digest"))
    assert ("Thu 19 10:00", "reply late") in await sent(talk, "reply late")


async def test_a_tick_beside_a_press_forgets_no_closed_day(talk: Talk, screening: Screening) -> None:
    await talk.say(QUESTION)
    desk = Desk(talk.store, screening, [])
    tuesday = MONDAY + dt.timedelta(days=1)
    judy, here = Person("Judy Ferris", "Judy Ferris"), Place("console", "staff", "")
    for _ in range(10):
        for action, deadline in (("closed", 18), ("reopen", 17)):
            press = Press(here, judy, action, "", "snow", at=tuesday)
            ticks = [desk.on_tick(MONDAY) for _ in range(10)]
            answer, *_ = await asyncio.gather(desk.on_press(press, MONDAY), *ticks)
            assert answer is not None
            assert answer.done
            async with talk.store.look(talk.library.id) as view:
                case = await view.case(2026, 1)
            assert case
            assert case.deadline.day == deadline + 1, "8 pm in the library is the next day in UTC"


async def test_calling_a_reply_off_and_taking_it_again_doubles_no_reminder(talk: Talk) -> None:
    await talk.say(QUESTION, "/no_reply 1 not needed", "/claim 1", "/no_reply 1 no", "/claim 1", "/clock +2d")
    assert await sent(talk, "reply due", "reply due soon", "reply late") == [
        ("Mon 16 15:00", "reply due"),
        ("Tue 17 18:00", "reply due soon"),
        ("Wed 18 10:00", "reply late"),
    ]


async def test_pages_come_at_any_hour_and_go_on_after_a_restart(database: str, screening: Screening) -> None:
    night = MONDAY + 10 * HOUR  # 9 pm, an hour after closing
    async with talk_at(database, screening, night) as talk:
        await talk.say(THREAT, "/clock +35m")
        pages = ["Mon 16 21:00", "Mon 16 21:10", "Mon 16 21:20", "Mon 16 21:30"]
        for kind in ("page to the director", "page to the deputy"):
            assert await sent(talk, kind) == [(at, kind) for at in pages]
    async with talk_at(database, screening, night + HOUR) as talk:
        assert talk.heard().count("someone may be harmed") == 2
        await talk.say("/as deputy", "/have_it 1")
        assert "someone may be harmed" not in await talk.say("/clock +2h")


async def test_the_digest_says_what_waits_each_workday_at_opening(talk: Talk) -> None:
    await talk.say(QUESTION, INSULT, "How nice", "/ask 3 May this stay?")
    heard = await talk.say("/clock +1d")
    assert "Tuesday 17 November: 3 open, 1 due today, 1 waiting for Ruth Engstrom, 1 to do on the platform" in heard
    assert "Due today: 2026-0001  KEEP" in heard
    assert "Record  " in heard
    async with talk.store.look(talk.library.id) as view:
        entries = [entry async for entry in view.record()]
    length, head = next((e.number, e.link.hex()) for e in entries if e.link.hex() in heard)
    assert f"{length:,} entries; its head is {head}" in heard
    assert "1 overdue" in await talk.say("/clock +1d")
    await talk.say("/clock +12d")
    days = [at for at, _ in await sent(talk, "digest")]
    assert days[:4] == ["Tue 17 10:00", "Wed 18 10:00", "Thu 19 10:00", "Fri 20 10:00"]
    assert days[4:] == ["Mon 23 10:00", "Tue 24 10:00", "Wed 25 10:00", "Mon 30 10:00"], "no weekend, no Thanksgiving"


async def test_a_digest_with_nothing_to_say_is_not_sent(talk: Talk) -> None:
    await talk.say("/clock +4w")
    assert await talk.entries() == []
    await talk.say(QUESTION, "/replied 1")
    await talk.say("/clock +1w")
    assert await sent(talk, "digest") == []


async def test_hours_edited_in_the_file_move_deadlines_at_the_next_start(
    database: str, tmp_path: Path, screening: Screening, policy: Policy, classifier: Classifier
) -> None:
    async with talk_at(database, screening) as talk:
        await talk.say(QUESTION)
    text = (CONFIG / "library.toml").read_text(encoding="utf-8")
    (tmp_path / "library.toml").write_text(text + "\n[[closed]]\non = 2026-11-17\n", encoding="utf-8")
    edited = Screening(policy, toml.read(tmp_path / "library.toml", Library), classifier)
    async with talk_at(database, edited) as talk:
        heard = talk.heard()
        assert "The library's hours or closed days have changed." in heard
        assert "reply by Wednesday 18 November, 8 pm; it was Tuesday 17 November, 8 pm" in heard
    async with talk_at(database, edited) as talk:
        assert talk.heard() == ""


async def test_the_digest_quotes_a_stranger_and_masks_their_number(talk: Talk) -> None:
    await talk.say("What time do you open on Saturdays? Call me at 715-555-0199")
    heard = await talk.say("/clock +1d")
    digest = heard[heard.index("Due today: 2026-0001") :]
    assert "“What time do you open on Saturdays? Call me at [phone number]”" in digest
    assert "0199" not in heard
