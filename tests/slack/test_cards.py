"""What a card looks like in Slack, and what it can never do, whatever a comment holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.slack import blocks
from bot.actions import ACTIONS
from bot.chat import Card, Line
from tests.slack import rules
from tests.slack.conftest import AMIR, INSULT, JUDY, QUESTION, RUTH

if TYPE_CHECKING:
    from tests.slack.conftest import Office

TRAPS = (
    "<!channel> <!here> <!everyone> <!subteam^S1> <@U0RUTH> <#C0STAFF>",
    "<https://evil.example|click me> https://evil.example http://evil.example/?a=1&b=2 mailto:x@evil.example",
    "*bold* _italic_ ~strike~ `code` ```block``` > quote\n• list\n1. list",
    "&lt;!channel&gt; &amp; &#60;@U0RUTH&#62;",
    "@channel @here @everyone @Ruth Engstrom :tada: :heart:",
    "\u202e\u0000\ud800 \u200b\ufeff",
)
WORDS = st.one_of(st.text(), st.sampled_from(TRAPS), st.lists(st.sampled_from(TRAPS)).map(" ".join))
LINES = st.builds(Line, WORDS, st.sampled_from(["", "Comment", "By", "2 Abuse, in the author's name"]), st.booleans())
CARDS = st.builds(
    Card,
    WORDS.filter(bool),
    st.lists(LINES, max_size=120).map(tuple),
    st.lists(st.sampled_from(sorted(ACTIONS)), unique=True).map(tuple),
    st.sampled_from(["", "2026-0001", "2026-123456"]),
    st.none() | st.integers(1, 10**6),
)
LONG = Card(
    "2026-0001  KEEP", tuple(Line("&" * 100_000, "Comment", quoted=True) for _ in range(60)), (), "2026-0001", 1
)


@settings(deadline=None, max_examples=60)
@given(CARDS)
@example(LONG)
@example(Card(TRAPS[0]))
def test_whatever_a_card_holds_nobody_is_called_and_nothing_links_or_formats(card: Card) -> None:
    message = blocks.message(card, "2026-0001·1")
    assert rules.pings(message) == set()
    assert [text for text in rules.formatted(message) if text != message["text"]] == []
    quoted = {line.text for line in card.lines if line.quoted}
    marked = [p for p in rules.parts(message["blocks"]) if p["type"] == "mrkdwn"]
    assert marked == [], "a stranger's words stand in rich text and plain text only"
    assert not any(line in message["text"] for line in quoted if len(line) > len(card.title))
    assert rules.pings(blocks.message(card, ping=RUTH)) == {RUTH}


@settings(deadline=None, max_examples=60)
@given(CARDS)
@example(LONG)
def test_whatever_a_card_holds_slack_takes_it(card: Card) -> None:
    message = blocks.message(card, "2026-0001·1", ping=RUTH)
    assert rules.message_problems(message) == []
    offered = {f"desk:{name}" for name in card.actions if card.case or not ACTIONS[name].on_case}
    assert offered <= set(rules.buttons(message)), "no button is cut, however long the card"
    assert rules.words(message).endswith("2026-0001·1")
    assert rules.view_problems(blocks.home([card, card, card])) == []
    assert rules.view_problems(blocks.reading("2026-0001", card)) == []


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5), st.sampled_from("a&€😀\n"))
def test_every_word_of_a_long_card_is_on_some_page(size: int, sign: str) -> None:
    comment = "".join(f"{number:06d}{sign}" for number in range(size * 7_000))
    card = Card("2026-0001  KEEP", (Line(comment, "Comment", quoted=True), Line("x", "Why")), (), "2026-0001", 1)
    read, page = "", 0
    while True:
        view = blocks.reading("2026-0001", card, page, "case|2026-0001")
        assert rules.view_problems(view) == []
        read += "".join(
            text for block in view["blocks"] if block["type"] == "rich_text" for text in rules.texts([block])
        )
        if f"page:{page + 1}" not in rules.buttons(view):
            break
        page += 1
    assert comment in read


def test_a_title_and_a_label_of_any_length_are_taken() -> None:
    card = Card("x" * 20_000, (Line("Fine.", "Comment on " + "y" * 20_000, quoted=True),), (), "2026-0001")
    assert rules.message_problems(blocks.message(card, "2026-0001·1")) == []
    assert "Fine." in rules.words(blocks.message(card))


async def test_the_verdict_comes_first_and_in_words(desk: Office) -> None:
    _, card = await desk.forwarded(INSULT)
    said = rules.words(card).split("\n")
    assert said[0].startswith("2026-0001  REMOVE: 2 Abuse")
    assert said[-1] == "2026-0001·1", "each message carries its short id"
    text = "\n".join(said)
    order = ["REMOVE: 2 Abuse", INSULT, "Why: ", "Reply: ", "Next: ", "2026-0001·1"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    quotes = [p for p in rules.parts(card["blocks"]) if p["type"] == "rich_text_quote"]
    assert INSULT in rules.texts(quotes)
    assert card["text"] == said[0]


async def test_the_buttons_are_those_of_the_table(desk: Office) -> None:
    _, question = await desk.forwarded(QUESTION)
    labels = [button["text"]["text"] for button in rules.buttons(question).values()]
    assert labels[:2] == ["I'll reply", "Replied"]
    assert {"When it was posted", "Ask the director", "Add the post", "Not a comment"} < set(labels)
    assert labels[-1] == "Show the case"
    _, insult = await desk.forwarded(INSULT)
    assert "Done on the platform" in [button["text"]["text"] for button in rules.buttons(insult).values()]


@pytest.mark.parametrize("trap", TRAPS[:5])
async def test_a_trap_in_a_comment_stays_words(desk: Office, trap: str) -> None:
    await desk.slack.begin(JUDY)
    await desk.slack.modal(JUDY, "Check a comment")
    await desk.slack.submit(JUDY, {"comment": f"{INSULT} {trap}", "author": trap, "post": trap})
    card = await desk.card(None, "2026-0001")
    assert rules.pings(card) == set()
    assert rules.formatted(card) == []


async def test_a_case_has_one_card_that_is_drawn_anew_in_place(desk: Office) -> None:
    message, card = await desk.forwarded()
    await desk.slack.press(JUDY, card, "claim")
    await desk.card(message, "Judy Ferris has it")
    await desk.slack.press(AMIR, card, "post", value="2026-0001|1")
    await desk.slack.modal(AMIR, field="post")
    await desk.slack.submit(AMIR, {"post": "Storytime is Tuesday at 10."})
    await desk.slack.until(lambda: "Storytime" in rules.words(card))
    assert desk.slack.desks(thread=message["ts"])[0] is card
    assert "desk:post" not in rules.buttons(card)


async def test_a_hundred_thousand_characters_fit_and_all_can_be_read(desk: Office) -> None:
    comment = " ".join(f"Word{number}" for number in range(11_000))[:100_000]
    _, card = await desk.forwarded(comment)
    await desk.slack.press(JUDY, card, "case")
    view = await desk.slack.modal(JUDY, "2026-0001")
    shown = "".join(rules.texts(view["blocks"]))
    assert comment in shown


async def test_what_no_one_modal_holds_is_read_page_by_page(desk: Office) -> None:
    comment = "".join(f"{number:05d}😀" for number in range(12_000))
    _, card = await desk.forwarded(comment)
    await desk.slack.press(JUDY, card, "case")
    first = await desk.slack.modal(JUDY, "2026-0001")
    shown = "".join(rules.texts(first["blocks"]))
    await desk.slack.press(JUDY, first, "page:1")
    second = await desk.slack.until(lambda: next((v for v in desk.slack.views[JUDY] if v is not first), None))
    shown = shown.split("Next page")[0] + "".join(rules.texts(second["blocks"]))
    assert shown.index("00000😀") < shown.index("06000😀") < shown.index("11999😀")


async def test_no_author_is_called_by_the_desk(desk: Office) -> None:
    """Only the director is called, and only by the question to her."""
    message, card = await desk.forwarded(QUESTION)
    await desk.slack.press(JUDY, card, "ask")
    await desk.slack.modal(JUDY, field="question")
    await desk.slack.submit(JUDY, {"question": "<!channel> <@U0AMIR> May this stay?"})
    question = await desk.card(message, "please rule on 2026-0001")
    assert rules.pings(question) == {RUTH}
    await desk.told(JUDY, "is with the director")
    called = [rules.pings(m) for m in desk.slack.desks()]
    assert called == [set(), {RUTH}]
