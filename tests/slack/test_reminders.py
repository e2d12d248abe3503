"""Reminders and the home tab: who is told in Slack, where, and what they can press."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.slack import rules
from tests.slack.conftest import AMIR, HOUR, INSULT, JUDY, PIPER, QUESTION, RUTH, STRANGER

if TYPE_CHECKING:
    from tests.slack.conftest import Office


def mail(desk: Office, user: str) -> str:
    """What stands in somebody's direct messages."""
    return "\n".join(rules.words(m) for m in desk.slack.direct(user).messages)


async def test_a_reminder_comes_in_the_thread_and_to_whoever_took_the_reply(desk: Office) -> None:
    message, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, "claim")
    await desk.told(JUDY, "2026-0001 is yours")
    await desk.pass_time(4 * HOUR)
    reminder = await desk.card(message, "Judy Ferris, 2026-0001 wants a reply by Tuesday 17 November, 8 pm")
    assert rules.pings(reminder) == {JUDY}
    assert "2026-0001 wants a reply by" in mail(desk, JUDY)
    assert mail(desk, AMIR) == mail(desk, RUTH) == ""


async def test_nobody_has_taken_it_so_the_thread_alone_is_reminded(desk: Office) -> None:
    message, _ = await desk.forwarded()
    await desk.pass_time(4 * HOUR)
    reminder = await desk.card(message, "2026-0001 wants a reply", "Nobody has taken it yet")
    assert rules.pings(reminder) == set()
    await desk.slack.press(AMIR, reminder, "claim")
    await desk.told(AMIR, "2026-0001 is yours")


async def test_what_is_overdue_goes_to_the_director_too(desk: Office) -> None:
    message, _ = await desk.forwarded()
    await desk.pass_time(dt.timedelta(days=2))
    await desk.card(message, "2026-0001 is overdue")
    await desk.card(None, "Ruth Engstrom, 2026-0001 is overdue", channel=desk.slack.direct(RUTH).id)
    reminder = desk.slack.direct(RUTH).messages[-1]
    await desk.slack.press(RUTH, {**reminder, "channel": desk.slack.direct(RUTH).id}, "replied")
    await desk.slack.modal(RUTH, field="reply")
    await desk.slack.submit(RUTH, {})
    await desk.slack.until(
        lambda: "desk:replied" not in rules.buttons(reminder), "settled reminders lose their buttons"
    )


async def test_home_shows_my_replies_what_is_late_and_what_waits(desk: Office) -> None:
    _, card = await desk.forwarded(QUESTION)
    await desk.slack.press(JUDY, card, "claim")
    await desk.told(JUDY, "is yours")
    _, other = await desk.forwarded("May I bring my dog to Read to a Dog?")
    await desk.slack.press(AMIR, other, "ask")
    await desk.slack.modal(AMIR, field="question")
    await desk.slack.submit(AMIR, {"question": "May they?"})
    await desk.told(AMIR, "is with the director")
    home = rules.words(await desk.slack.come_home(JUDY))
    assert "Your replies: 1" in home
    assert "Overdue: none" in home
    assert "Waiting for the director: 1" in home
    assert "The last seven days" not in home
    ruths = rules.words(await desk.slack.come_home(RUTH))
    assert "The last seven days" in ruths
    assert "Comments: 2" in ruths
    desk.clock.time += dt.timedelta(days=3)
    assert "Overdue: 2" in rules.words(await desk.slack.come_home(AMIR))


async def test_a_press_at_home_is_answered_there_and_the_home_drawn_anew(desk: Office) -> None:
    message, _ = await desk.forwarded()
    home = await desk.slack.come_home(JUDY)
    await desk.slack.press(JUDY, home, "claim")
    await desk.told(JUDY, "2026-0001 is yours", "Your replies: 1")
    await desk.card(message, "Judy Ferris has it")
    old = await desk.slack.press(AMIR, home, "claim")
    assert old.acked
    await desk.told(AMIR, "Judy Ferris has taken the reply to 2026-0001 already", "Your replies: none")


async def test_a_form_from_home_ends_at_home(desk: Office) -> None:
    await desk.forwarded(INSULT)
    await desk.forwarded()
    home = await desk.slack.come_home(JUDY)
    await desk.slack.press(JUDY, home, "replied")
    await desk.slack.modal(JUDY, field="reply")
    await desk.slack.submit(JUDY, {"reply": "From 9 am to 1 pm."})
    await desk.told(JUDY, "2026-0002: the reply is on record", "Replies nobody has taken: none")


async def test_the_director_rules_from_home(desk: Office) -> None:
    message, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, "ask")
    await desk.slack.modal(JUDY, field="question")
    await desk.slack.submit(JUDY, {"question": "May this stay?"})
    await desk.card(message, "please rule on 2026-0001")
    home = await desk.slack.come_home(RUTH)
    await desk.slack.press(RUTH, home, "keep")
    await desk.slack.modal(RUTH, field="reason")
    await desk.slack.submit(RUTH, {"reason": "a plain question"})
    await desk.card(message, "KEEP, ruled by Ruth Engstrom")
    await desk.told(RUTH, "your ruling is on record", "Waiting for the director: none")


async def test_the_director_goes_away_and_comes_back_from_home(desk: Office) -> None:
    home = await desk.slack.come_home(RUTH)
    await desk.slack.press(RUTH, home, "away")
    await desk.slack.modal(RUTH, "I'm away")
    await desk.slack.submit(RUTH, {"until": "2026-11-20"})
    await desk.told(RUTH, "Ruth Engstrom is away until the end of Friday 20 November", "Tomas Beaulieu rules")
    await desk.slack.press(RUTH, desk.slack.homes[RUTH], "back")
    await desk.told(RUTH, "Welcome back, Ruth Engstrom.")


async def test_a_full_home_fits_and_offers_the_whole_list(desk: Office) -> None:
    for number in range(30):
        message = desk.slack.write(JUDY, f"What time do you open on day {number}?")
        await desk.desk.on_comment(desk.forward(message["text"], message["ts"]), desk.clock())
    desk.clock.time += dt.timedelta(days=3)
    home = await desk.slack.come_home(JUDY)
    words = rules.words(home)
    assert "Overdue: 30" in words
    assert "Replies nobody has taken: 30" in words
    assert "I'm away" in words, "nothing at the end of the home is cut"
    await desk.slack.press(JUDY, home, "open")
    await desk.told(JUDY, "Open cases: 30")


async def test_strangers_and_minors_see_a_polite_no_at_home(desk: Office) -> None:
    await desk.forwarded()
    for user, said in ((STRANGER, "only people named"), (PIPER, "only adults act")):
        home = rules.words(await desk.slack.come_home(user))
        assert said in home
        assert QUESTION not in home
