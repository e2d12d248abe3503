"""Every natural way in which staff forward a comment in Slack, and what is no forward."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from bot.delivery import ATTEMPTS
from tests.conftest import MONDAY
from tests.slack import rules
from tests.slack.conftest import AMIR, HOUR, INSULT, JUDY, PIPER, QUESTION, RUTH, STRANGER
from tests.slack.server import BOT_USER, ELSEWHERE
from tests.slack.workspace import payload

if TYPE_CHECKING:
    from tests.slack.conftest import Office

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
LINK = "https://www.facebook.com/AlderCreekLibrary/posts/1?comment_id=2"


async def test_pasted_text_is_answered_in_its_thread(desk: Office) -> None:
    message, card = await desk.forwarded(QUESTION)
    assert card["thread_ts"] == message["ts"]
    assert (await desk.case(1)).comment.text == QUESTION
    assert (await desk.case(1)).forwarded_by == "Judy Ferris"


MARKUP = {
    # as Slack delivers it, as the comment reads
    "Tom &amp; Jerry &lt;3 &gt; all": "Tom & Jerry <3 > all",
    "See <https://example.org/?b=1&amp;c=2|our page>": "See our page (https://example.org/?b=1&c=2)",
    "Ask <@U0AMIR|amir> or <#C0LOUNGE|lounge>": "Ask @amir or #lounge",
    "<!channel> look, <!here|here>": "@channel look, @here",
    "Write to <mailto:ann@example.org|ann@example.org>": "Write to ann@example.org",
}


@pytest.mark.parametrize(("delivered", "read"), MARKUP.items())
async def test_markup_is_read_as_people_read_it(desk: Office, delivered: str, read: str) -> None:
    await desk.forwarded(delivered)
    assert (await desk.case(1)).comment.text == read


async def test_a_link_alone_asks_for_the_words(desk: Office) -> None:
    message, card = await desk.forwarded(f"<{LINK}>")
    assert "WORDS WANTED" in rules.words(card)
    await desk.slack.press(JUDY, card, "words")
    await desk.slack.modal(JUDY, field="words")
    await desk.slack.submit(JUDY, {"words": INSULT})
    await desk.card(message, "REMOVE: 2 Abuse")
    case = await desk.case(1)
    assert (case.comment.permalink, case.comment.text) == (LINK, INSULT)


async def test_a_shared_message_is_read_from_its_attachment(desk: Office) -> None:
    shared = payload("shared_message")["event"]["attachments"]
    message = await desk.slack.say(JUDY, "Is this all right?", as_="shared_message", attachments=shared)
    await desk.card(message, "2026-0001")
    assert (await desk.case(1)).comment.text == QUESTION
    assert [fact["remark"] for fact in await desk.facts("forward")] == ["Is this all right?"]


@pytest.mark.parametrize("kept", ["text", "message_blocks", "fallback"])
async def test_the_words_of_a_share_are_found_wherever_they_stand(desk: Office, kept: str) -> None:
    shared = payload("shared_message")["event"]["attachments"]
    one = {key: value for key, value in shared[0].items() if key in {"is_share", kept}}
    await desk.slack.say(JUDY, as_="shared_message", attachments=[one])
    assert (await desk.case(1)).comment.text == QUESTION


async def test_a_pasted_permalink_gets_its_words_when_slack_unfurls_it(desk: Office) -> None:
    body = payload("unfurl")
    text = body["event"]["message"]["text"]
    message, card = await desk.forwarded(text)
    assert "WORDS WANTED" in rules.words(card)
    body["event"]["message"]["ts"] = message["ts"]
    await desk.slack.deliver(body)
    await desk.card(message, "REMOVE: 2 Abuse")
    await desk.slack.deliver(body, retry=1)
    assert await desk.count() == 1
    assert (await desk.case(1)).verdicts == 2


async def test_a_mention_and_its_twin_are_one_case(desk: Office) -> None:
    said = f"<@{BOT_USER}> {QUESTION}"
    message = desk.slack.write(JUDY, said)
    await desk.slack.tell(message, "app_mention")
    await desk.slack.tell(message)
    await desk.slack.tell(message, "app_mention", retry=1)
    await desk.card(message)
    assert await desk.count() == 1
    assert (await desk.case(1)).comment.text == QUESTION
    assert len(desk.slack.desks(thread=message["ts"])) == 1


async def test_a_mention_elsewhere_is_told_where_to_forward(desk: Office) -> None:
    message = desk.slack.write(JUDY, f"<@{BOT_USER}> {INSULT}", ELSEWHERE)
    await desk.slack.tell(message, "app_mention", channel=ELSEWHERE)
    await desk.told(JUDY, "listens in one channel only")
    assert await desk.count() == 0


async def test_the_shortcut_on_a_message_of_the_channel_answers_in_its_thread(desk: Office) -> None:
    message = desk.slack.write(STRANGER, INSULT)
    await desk.slack.shortcut(JUDY, message)
    assert (await desk.card(message))["thread_ts"] == message["ts"]
    await desk.slack.tell(message)  # and if its own event is late, nothing comes of it
    assert await desk.count() == 1
    assert (await desk.case(1)).forwarded_by == "Judy Ferris"


async def test_the_shortcut_elsewhere_makes_a_case_in_the_channel_and_says_so(desk: Office) -> None:
    message = desk.slack.write(STRANGER, INSULT, ELSEWHERE)
    await desk.slack.shortcut(JUDY, message, ELSEWHERE)
    card = await desk.card(None, "2026-0001")
    assert "thread_ts" not in card
    await desk.told(JUDY, "Taken. The desk answers in its channel.")
    await desk.slack.press(AMIR, card, "ask")
    await desk.slack.modal(AMIR, field="question")
    await desk.slack.submit(AMIR, {"question": "Who is it?"})
    question = await desk.card(card, "please rule on 2026-0001")
    assert question["thread_ts"] == card["ts"], "the first card is the thread of a case that began elsewhere"


async def test_the_shortcut_in_a_thread_answers_in_that_thread(desk: Office) -> None:
    parent, _ = await desk.forwarded(QUESTION)
    reply = desk.slack.write(AMIR, INSULT, thread_ts=parent["ts"])
    await desk.slack.shortcut(JUDY, reply)
    await desk.card(parent, "2026-0002", "REMOVE")
    await desk.slack.shortcut(RUTH, reply)
    assert await desk.count() == 2


async def test_a_shortcut_in_a_thread_does_not_confuse_where_the_desk_has_got_to(desk: Office) -> None:
    """The mark of the last message heard is one of the channel's; a thread's would stop every later start."""
    parent, _ = await desk.forwarded(QUESTION)
    reply = desk.slack.write(AMIR, INSULT, thread_ts=parent["ts"])
    await desk.slack.shortcut(JUDY, reply)
    assert float(str(await desk.desk.heard("slack", "C0STAFF"))) == float(parent["ts"])


async def test_the_shortcut_reads_a_feed_in_its_attachments(desk: Office) -> None:
    feed = payload("bot_message")["event"]
    message = {**feed, "ts": desk.slack.next_ts()}
    desk.slack.channels["C0STAFF"].messages.append(message)
    await desk.slack.tell(message, "bot_message")
    assert await desk.count() == 0, "a feed's messages are no forwards"
    await desk.slack.shortcut(JUDY, message)
    await desk.card(message, "REMOVE: 2 Abuse")


async def test_the_shortcut_on_the_desks_own_card_is_refused_in_words(desk: Office) -> None:
    _, card = await desk.forwarded()
    await desk.slack.shortcut(JUDY, card)
    await desk.told(JUDY, "the desk's own message")
    assert await desk.count() == 1


async def test_the_command_opens_a_form_with_what_was_typed(desk: Office) -> None:
    await desk.slack.slash(JUDY, "Tom &amp; I think you are worthless pigs")
    view = await desk.slack.modal(JUDY, "Check a comment")
    typed = next(b for b in view["blocks"] if b["block_id"] == "comment")["element"]["initial_value"]
    assert typed == "Tom & I think you are worthless pigs"
    values = {
        "comment": INSULT,
        "platform": "facebook",
        "post": "Storytime is Tuesday at 10.",
        "author": "A. Nonymous",
        "posted_at": int((MONDAY - dt.timedelta(days=2)).timestamp()),
        "link": LINK,
    }
    await desk.slack.submit(JUDY, values)
    await desk.card(None, "2026-0001", "REMOVE")
    comment = (await desk.case(1)).comment
    assert (comment.text, comment.platform, comment.post) == (INSULT, "facebook", "Storytime is Tuesday at 10.")
    assert (comment.author, comment.permalink) == ("A. Nonymous", LINK)
    assert comment.posted_at == MONDAY - dt.timedelta(days=2)


async def test_a_command_longer_than_a_form_holds_is_taken_as_it_is(desk: Office) -> None:
    text = f"{INSULT}. " + "Read more books. " * 300
    await desk.slack.slash(JUDY, text)
    await desk.card(None, "2026-0001")
    assert (await desk.case(1)).comment.text == text.strip()
    await desk.told(JUDY, "Taken.")


async def test_the_global_shortcut_opens_the_form(desk: Office) -> None:
    await desk.slack.begin(JUDY)
    await desk.slack.modal(JUDY, "Check a comment")
    await desk.slack.submit(JUDY, {"comment": QUESTION})
    await desk.card(None, "2026-0001", "KEEP")
    assert (await desk.case(1)).comment.platform is None


async def test_a_time_to_come_is_said_beside_its_field_and_nothing_typed_is_lost(desk: Office) -> None:
    await desk.slack.begin(JUDY)
    await desk.slack.modal(JUDY, "Check a comment")
    later = int((MONDAY + dt.timedelta(hours=1)).timestamp())
    one = await desk.slack.submit(JUDY, {"comment": QUESTION, "posted_at": later})
    assert one.reply == {"response_action": "errors", "errors": {"posted_at": "That time is still to come."}}
    await desk.slack.submit(JUDY, {"comment": QUESTION})
    await desk.card(None, "2026-0001")


async def test_a_screenshot_is_kept_and_its_words_are_asked_for(desk: Office) -> None:
    stub = desk.slack.add_file(PNG, "image/png")
    message = await desk.slack.say(JUDY, as_="file_share", files=[stub])
    card = await desk.card(message, "WORDS WANTED", "screenshot.png")
    await desk.slack.until(lambda: desk.slack.count("files.info"))
    await desk.settled()
    async with desk.store.look(desk.library.id) as view:
        (kept,) = await view.media("2026-0001")
    assert kept[0] == hashlib.sha256(PNG).hexdigest()
    assert kept[1].content == PNG
    await desk.slack.press(AMIR, card, "words")
    await desk.slack.modal(AMIR, field="words")
    await desk.slack.submit(AMIR, {"words": INSULT})
    await desk.card(message, "REMOVE: 2 Abuse", INSULT)


REFUSED_FILES: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "no picture": (b"MZ" + bytes(30), {"media_type": "application/x-msdownload"}, "no picture that the desk keeps"),
    "another type than it says": (b"<html>", {"media_type": "image/png"}, "says it is image/png, and is not"),
    "too large by what it says": (PNG, {"media_type": "image/png", "size": 10**9}, "larger than 20 MB"),
    "somebody else's": (PNG, {"media_type": "image/png", "url_private_download": "https://example.org/x"}, "not fetch"),
}


@pytest.mark.parametrize("name", REFUSED_FILES)
async def test_a_file_that_is_not_kept_is_refused_in_words(desk: Office, name: str) -> None:
    content, facts, said = REFUSED_FILES[name]
    stub = desk.slack.add_file(content, **facts)
    await desk.slack.say(JUDY, QUESTION, as_="file_share", files=[stub])
    await desk.slack.until(lambda: desk.slack.count("files.info"))
    await desk.settled()
    (fact,) = await desk.facts("attachment not kept")
    assert said in fact["why"]


async def test_a_log_in_page_is_not_taken_for_the_file(desk: Office) -> None:
    stub = desk.slack.add_file(PNG, "image/png")
    desk.slack.signed_out = True
    await desk.slack.say(JUDY, QUESTION, as_="file_share", files=[stub])
    await desk.slack.until(lambda: desk.slack.downloads)
    for _ in range(ATTEMPTS):
        await desk.pass_time(HOUR)
    assert "log-in page" in (await desk.facts("attachment not kept"))[-1]["why"]


NO_FORWARDS = ["thread_reply", "thread_broadcast", "edit", "deletion", "bot_message", "own_message", "channel_join"]


@pytest.mark.parametrize("name", NO_FORWARDS)
async def test_what_is_no_forward_makes_no_case(desk: Office, name: str) -> None:
    message, _ = await desk.forwarded(QUESTION)
    body = payload(name)
    event = body["event"]
    if "thread_ts" in event:
        event["thread_ts"] = message["ts"]
    if name == "edit":
        event["message"]["ts"] = message["ts"]
    await desk.slack.deliver(body)
    assert await desk.count() == 1
    assert (await desk.case(1)).comment.text == QUESTION


async def test_an_edit_of_a_message_that_was_no_case_makes_none(desk: Office) -> None:
    body = payload("unfurl")
    body["event"]["message"]["edited"] = {"user": JUDY, "ts": "1794848460.000000"}
    await desk.slack.deliver(body)
    assert await desk.count() == 0


async def test_other_channels_are_not_listened_to(desk: Office) -> None:
    await desk.slack.say(JUDY, INSULT, channel=ELSEWHERE)
    assert await desk.count() == 0


@pytest.mark.parametrize(
    ("user", "said"), [(STRANGER, "only people named in the library's list"), (PIPER, "only adults act")]
)
async def test_who_may_not_forward_is_told_so_in_private(desk: Office, user: str, said: str) -> None:
    message = await desk.slack.say(user, QUESTION)
    await desk.told(user, said)
    assert desk.slack.desks() == []
    assert await desk.count() == 0
    for asked in (desk.slack.shortcut(user, message), desk.slack.begin(user), desk.slack.slash(user, QUESTION)):
        await asked
        view = await desk.slack.modal(user)
        assert said in rules.words(view), "and nobody fills in a form for nothing"


async def test_the_same_comment_by_its_link_is_one_case(desk: Office) -> None:
    await desk.forwarded(f"<{LINK}>")
    await desk.slack.say(AMIR, f"<{LINK}>")
    await desk.told(AMIR, "That comment is here already.")
    assert await desk.count() == 1


async def test_what_is_no_comment_is_withdrawn_by_its_button(desk: Office) -> None:
    message, card = await desk.forwarded("Anyone up for lunch?")
    await desk.slack.press(JUDY, card, "withdraw")
    await desk.slack.modal(JUDY, "Not a comment")
    await desk.slack.submit(JUDY, {"reason": "lunch"})
    await desk.card(message, "2026-0001  withdrawn")
    await desk.told(JUDY, "withdrawn as no comment: lunch")
