"""The director's rulings and everybody's presses: in time or late, twice, by the wrong person, on an old card."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.slack import rules
from tests.slack.conftest import AMIR, HOUR, INSULT, JUDY, QUESTION, RUTH, STRANGER, TOMAS

if TYPE_CHECKING:
    from tests.slack.conftest import Office
    from tests.slack.server import Json


async def asked(desk: Office) -> tuple[Json, Json, Json]:
    """A case that waits for the director: the forward, the question in its thread, the one in her messages."""
    message, card = await desk.forwarded(QUESTION)
    await desk.slack.press(JUDY, card, "ask")
    await desk.slack.modal(JUDY, field="question")
    await desk.slack.submit(JUDY, {"question": "May this stay?"})
    question = await desk.card(message, "please rule on 2026-0001")
    ruth = desk.slack.direct(RUTH)
    direct = await desk.card(None, "please rule on 2026-0001", channel=ruth.id)
    return message, question, {**direct, "channel": ruth.id}


async def rule(desk: Office, shown: Json, name: str = "keep", who: str = RUTH, **values: object) -> None:
    """Press and fill in a ruling."""
    await desk.slack.press(who, shown, name)
    await desk.slack.modal(who, field="reason")
    await desk.slack.submit(who, {"reason": "a plain question", **values})


async def test_the_director_is_asked_in_private_and_in_the_thread(desk: Office) -> None:
    _, question, direct = await asked(desk)
    assert rules.pings(question) == {RUTH}
    for shown in (question, direct):
        assert list(rules.buttons(shown)) == ["desk:keep", "desk:remove", "desk:ask_staff", "desk:case"]
        words = rules.words(shown)
        assert all(said in words for said in (QUESTION, "The desk says: KEEP", "May this stay?"))


@pytest.mark.parametrize("where", ["the thread", "her messages"])
async def test_a_ruling_is_shown_everywhere_with_who_when_and_why(desk: Office, where: str) -> None:
    message, question, direct = await asked(desk)
    await rule(desk, question if where == "the thread" else direct, "remove", guidelines=["2", "5"])
    said = "Ruth Engstrom ruled on Monday 16 November, 11 am to remove it under 2 Abuse; 5 Repetition or spam: a plain"

    def everywhere() -> bool:
        shown = [*desk.slack.desks(thread=message["ts"]), *desk.slack.channels[direct["channel"]].messages]
        return len(shown) == 4 and all(said in rules.words(one) for one in shown)

    await desk.slack.until(everywhere, "the ruling on every card")
    shown = [*desk.slack.desks(thread=message["ts"]), *desk.slack.channels[direct["channel"]].messages]
    assert not any({"desk:keep", "desk:remove"} & set(rules.buttons(one)) for one in shown), "decided buttons go"
    await desk.told(RUTH, "2026-0001: your ruling is on record.")
    ruling = (await desk.case(1)).ruling
    assert ruling is not None
    assert (ruling.by, ruling.guidelines, ruling.reason) == ("Ruth Engstrom", (2, 5), "a plain question")


async def test_a_removal_without_guidelines_is_not_sent_by_slack(desk: Office) -> None:
    _, question, _ = await asked(desk)
    await desk.slack.press(RUTH, question, "remove")
    view = await desk.slack.modal(RUTH, "Remove", "guidelines")
    needed = {block["block_id"]: not block["optional"] for block in view["blocks"] if block["type"] == "input"}
    assert needed == {"guidelines": True, "reason": True}
    assert "/remove" not in rules.words(view), "what is typed in a terminal is not said here"


async def test_the_director_asks_the_staff_and_gets_their_answer(desk: Office) -> None:
    message, _, direct = await asked(desk)
    await desk.slack.press(RUTH, direct, "ask_staff")
    await desk.slack.modal(RUTH, "Ask staff")
    await desk.slack.submit(RUTH, {"question": "Who wrote it?"})
    asking = await desk.card(message, "Ruth Engstrom asks the staff", "Who wrote it?")
    await desk.slack.press(AMIR, asking, "answer")
    await desk.slack.modal(AMIR, "Answer the director")
    await desk.slack.submit(AMIR, {"answer": "A regular patron."})
    await desk.card(None, "Amir Haddad answers about 2026-0001", channel=direct["channel"])


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (JUDY, "that takes a ruling by Ruth Engstrom"),
        (TOMAS, "Ruth Engstrom rules while she is not away"),
        (STRANGER, "only people named in the library's list"),
    ],
)
async def test_who_may_not_rule_is_told_so_and_it_is_on_record(desk: Office, who: str, said: str) -> None:
    _, question, _ = await asked(desk)
    await desk.slack.press(who, question, "keep")
    await desk.told(who, said)
    assert (await desk.case(1)).ruling is None
    assert [fact["wanted"] for fact in await desk.facts("refusal")] == ["keep"]


async def test_two_who_press_at_once_are_both_answered_and_one_has_it(desk: Office) -> None:
    _, card = await desk.forwarded()
    await asyncio.gather(*(desk.slack.press(who, card, "claim") for who in (JUDY, AMIR, RUTH)))
    holder = (await desk.case(1)).claimed_by
    others = {JUDY: "Judy Ferris", AMIR: "Amir Haddad", RUTH: "Ruth Engstrom"}
    for user, name in others.items():
        await desk.told(user, "2026-0001 is yours" if name == holder else f"{holder} has taken the reply to 2026-0001")
    assert len(await desk.facts("claim")) == 1


async def test_a_second_ruling_is_told_of_the_first(desk: Office) -> None:
    _, question, direct = await asked(desk)
    await rule(desk, question)
    await desk.told(RUTH, "your ruling is on record")
    await desk.slack.press(RUTH, direct, "remove", value="2026-0001|1")
    await desk.told(RUTH, "2026-0001 is ruled on already")
    assert len(await desk.facts("ruling")) == 1


async def test_a_form_that_was_open_while_another_ruled_says_so(desk: Office) -> None:
    _, question, direct = await asked(desk)
    await desk.slack.press(RUTH, direct, "keep")
    view = await desk.slack.modal(RUTH, field="reason")
    await rule(desk, question)
    await desk.told(RUTH, "your ruling is on record")
    desk.slack.views[RUTH] = [view]
    one = await desk.slack.submit(RUTH, {"reason": "another reason"})
    assert one.reply["response_action"] == "push"
    await desk.told(RUTH, "2026-0001 is ruled on already")


OLD = [
    # a button of another version, its value, what its presser is told
    ("desk:promote", "2026-0001|1", "That button is from another version"),
    ("old:button", "17", "That button is from another version"),
    ("desk:claim", "2026-0099|1", "There is no case '2026-0099'"),
    ("desk:claim", "", "Say which case, by its number."),
    ("desk:keep", "2026-0001|²", "that takes a ruling by"),
]


@pytest.mark.parametrize(("name", "value", "said"), OLD)
async def test_an_old_or_unknown_button_is_answered(desk: Office, name: str, value: str, said: str) -> None:
    _, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, name, value=value)
    await desk.told(JUDY, said)


async def test_a_press_on_a_card_that_was_screened_again_since_changes_nothing(desk: Office) -> None:
    _, question, _ = await asked(desk)
    await desk.slack.press(JUDY, question, "post", value="2026-0001|1")
    await desk.slack.modal(JUDY, field="post")
    await desk.slack.submit(JUDY, {"post": "Storytime is Tuesday at 10."})
    await desk.told(JUDY, "screened again")
    await desk.slack.press(RUTH, question, "keep", value="2026-0001|1")
    await desk.told(RUTH, "was screened again since that card")


async def test_presses_after_a_restart_are_done_and_forms_opened_before_it_too(office: Office) -> None:
    async with office.at_work():
        _, card = await office.forwarded()
        await office.slack.press(JUDY, card, "replied")
        await office.slack.modal(JUDY, field="reply")
    async with office.at_work():
        await office.slack.press(AMIR, card, "claim")
        await office.told(AMIR, "2026-0001 is yours")
        await office.slack.submit(JUDY, {"reply": "From 9 am to 1 pm."})
        await office.told(JUDY, "the reply is on record")
        assert (await office.case(1)).reply_text == "From 9 am to 1 pm."


async def test_a_submission_that_can_not_be_stored_keeps_what_was_typed(desk: Office) -> None:
    _, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, "ask")
    await desk.slack.modal(JUDY, field="question")
    await desk.break_database()
    one = await desk.slack.submit(JUDY, {"question": "May this stay?"})
    assert one.reply["response_action"] == "errors", "the modal stays, with all that is in it"
    assert "Not taken, please send it again later." in one.reply["errors"]["question"]
    await desk.mend_database()
    await desk.slack.submit(JUDY, {"question": "May this stay?"})
    await desk.told(JUDY, "is with the director")


async def test_a_press_that_can_not_be_stored_is_answered_so(desk: Office) -> None:
    message, card = await desk.forwarded()
    await desk.break_database()
    for name in ("claim", "ask", "case"):
        await desk.slack.press(JUDY, card, name)
        await desk.slack.until(lambda: "Not taken, please send it again later." in desk.slack.said[-1][1])
    await desk.slack.shortcut(AMIR, message)
    await desk.told(AMIR, "Not taken, please send it again later.")
    await desk.slack.slash(AMIR, "word " * 700)
    await desk.told(AMIR, "Not taken, please send it again later.")
    await desk.mend_database()
    assert (await desk.case(1)).claimed_by is None
    assert await desk.count() == 1


async def test_a_trigger_that_has_expired_is_answered_in_words(desk: Office) -> None:
    _, card = await desk.forwarded()
    desk.slack.fail("views.open", error="expired_trigger_id", times=3)
    await desk.slack.press(JUDY, card, "ask")
    await desk.told(JUDY, "Slack did not open the window. Please try again.")
    await desk.slack.slash(AMIR, QUESTION)
    await desk.told(AMIR, "Slack did not open the window.")
    await desk.slack.press(RUTH, card, "case")
    await desk.told(RUTH, "Slack did not open the window.")


async def test_where_the_response_address_is_shut_the_answer_takes_the_other_way(desk: Office) -> None:
    _, card = await desk.forwarded()
    desk.slack.fail("response_url", status=404, error="expired_url")
    await desk.slack.press(JUDY, card, "claim")
    await desk.told(JUDY, "2026-0001 is yours")
    assert desk.slack.count("chat.postEphemeral") == 1


async def test_an_answer_that_slack_refuses_does_not_undo_the_press(desk: Office) -> None:
    _, card = await desk.forwarded()
    desk.slack.fail("response_url", status=500)
    desk.slack.fail("chat.postEphemeral", error="user_not_in_channel")
    one = await desk.slack.press(JUDY, card, "claim")
    assert one.acked
    await desk.slack.until(lambda: desk.slack.count("chat.postEphemeral"))
    assert (await desk.case(1)).claimed_by == "Judy Ferris"


async def test_answers_stand_in_the_thread_of_the_card_and_nobody_else_sees_them(desk: Office) -> None:
    message, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, "claim")
    await desk.told(JUDY, "2026-0001 is yours")
    ((user, private),) = desk.slack.ephemerals
    assert (user, private["thread_ts"]) == (JUDY, message["ts"])
    assert not any("is yours" in rules.words(m) for m in desk.slack.channels["C0STAFF"].messages)


async def test_what_was_done_on_the_platform_is_chosen_in_a_form(desk: Office) -> None:
    message, card = await desk.forwarded(INSULT)
    await desk.slack.press(JUDY, card, "done")
    await desk.slack.modal(JUDY, "Done on the platform")
    await desk.slack.submit(JUDY, {"what_was_done": "hidden"})
    await desk.card(message, "Judy Ferris hid it on the platform")
    await desk.slack.press(AMIR, card, "done", value="2026-0001|1")
    await desk.told(AMIR, "Judy Ferris hid it on the platform already")


async def test_when_it_was_posted_moves_the_deadline(desk: Office) -> None:
    _, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, "when")
    await desk.slack.modal(JUDY, "When it was posted")
    await desk.slack.submit(JUDY, {"time": int((desk.clock() - 20 * HOUR).timestamp())})
    await desk.told(JUDY, "2026-0001: noted.")
    await desk.slack.until(lambda: "Counted from the forward" not in rules.words(card))


async def test_people_without_a_slack_id_are_reached_in_the_thread(office: Office) -> None:
    people = [m.model_copy(update={"slack": None} if m.name == "Ruth Engstrom" else {}) for m in office.library.people]
    office.use(office.library.model_copy(update={"people": people}))
    async with office.at_work():
        message, card = await office.forwarded()
        await office.slack.press(JUDY, card, "ask")
        await office.slack.modal(JUDY, field="question")
        await office.slack.submit(JUDY, {"question": "May this stay?"})
        question = await office.card(message, "Ruth Engstrom, please rule on 2026-0001")
        assert rules.pings(question) == set()
