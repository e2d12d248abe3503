"""Cards as Discord messages: nothing a stranger wrote formats, links or pings, and no limit is ever passed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.cards import show, signed
from adapters.discord.markup import block, literal, own
from bot.actions import ACTIONS
from bot.chat import Card, Line
from tests.discord import limits
from tests.discord.limits import ESCAPED, LIVE

NASTY = [
    *("@everyone", "@here", "<@11>", "<@!11>", "<@&401>", "<#200>", "</open:1>", "<t:1:R>", "<:smile:1>", "<id:guide>"),
    *(":smile:", "**bold**", "*it*", "__under__", "~~gone~~", "||spoiler||", "`code`", "```py\ncode```", "\\", "\\*"),
    *(
        "[text](https://example.org)",
        "https://example.org/a_b_c",
        "<https://example.org>",
        "discord.gg/abc",
        "steam://run",
    ),
    *("\n# big", "\n-# small", "\n> quote", "\n>>> all", "\n- a", "\n* b", "\n1. c", "\u202eabc"),
]
words = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20)), max_size=30).map(" ".join)
lines = st.builds(Line, words, st.sampled_from(["", "Comment", "By", "Why", "With image", "2026-0001"]), st.booleans())
cards = st.builds(
    Card,
    words,
    st.lists(lines, max_size=40).map(tuple),
    st.lists(st.sampled_from(sorted(ACTIONS)), max_size=30).map(tuple),
    st.sampled_from(["", "2026-0001"]),
    st.one_of(st.none(), st.integers(1, 99)),
)


@given(words)
def test_no_mention_and_no_markup_survives_quoting(text: str) -> None:
    made = literal(text)
    assert not LIVE.search(ESCAPED.sub("x", made))
    assert not re.search(r"<@|<#|@everyone|@here|https?://|discord\.gg/", made)


@given(words)
def test_what_is_quoted_reads_as_it_was_written(text: str) -> None:
    seen = ESCAPED.sub(r"\1", literal(text)).replace("\u200b", "")
    written = re.sub("[\u061c\u202a-\u202e\u2066-\u2069\u200e\u200f\u200b]", "", text)
    assert seen == re.sub("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", "\n".join(written.splitlines()))


@given(words)
def test_every_line_of_a_quotation_is_set_off(text: str) -> None:
    assert all(line.startswith("> ") for line in block(literal(text)).split("\n"))


@given(words)
def test_the_desks_own_sentences_can_not_ping_or_preview(text: str) -> None:
    made = own(text)
    assert not re.search(r"<@|<#|@everyone|@here", made)
    assert not re.search(r"(?<!<)https?://", made)


def payload(card: Card, sign: str = "2026-0001·1") -> dict[str, Any]:
    """The message that the card becomes."""
    shown = show(card, sign, calls="11")
    embeds = [shown.embed.to_dict()] if shown.embed else []
    return {"content": shown.content, "embeds": embeds, "components": shown.view.to_components() if shown.view else []}


@given(cards)
async def test_no_card_passes_a_limit_of_discords(card: Card) -> None:
    made = payload(card)
    assert limits.message(made) == []
    assert signed(made["content"]) == "2026-0001·1"
    assert made["content"].startswith("<@11> **")


@pytest.mark.parametrize("quoted", [True, False])
async def test_a_whole_comment_of_any_length_is_shown_as_far_as_it_goes(*, quoted: bool) -> None:
    text = "word_with_marks " * 20_000
    made = payload(
        Card("2026-0001  KEEP", (Line(text, "Comment", quoted), Line("Nothing.", "Next")), ("claim",), "2026-0001")
    )
    assert limits.message(made) == []
    assert ("Nothing." in made["content"]) is quoted
    assert len(made["embeds"][0]["description"]) > 3000


async def test_what_matters_stands_in_the_content_and_details_in_the_embed() -> None:
    card = Card(
        "2026-0001  REMOVE: 2 Abuse",
        (
            Line("You pigs", "Comment", quoted=True),
            Line("Pat Doe", "By", quoted=True),
            Line("Storytime is Tuesday.", "Under the post", quoted=True),
            Line("pigs", "2 Abuse", quoted=True),
            Line("It insults the staff.", "Why"),
        ),
        ("done",),
        "2026-0001",
        3,
    )
    made = payload(card)
    assert [part in made["content"] for part in ("REMOVE", "> You pigs", "> pigs", "It insults")] == [True] * 4
    assert [field["name"] for field in made["embeds"][0]["fields"]] == ["By", "Under the post"]
    assert made["components"][0]["components"][0]["custom_id"] == "done:2026-0001:3"


async def test_a_label_that_no_message_holds_does_not_stop_the_desk() -> None:
    """A forged form may name a platform of any length; looking for room for its line must end."""
    long = Line("Fine.", f"Comment on {'*x*' * 3_000}", quoted=True)
    made = payload(Card("2026-0001  KEEP", (long, Line("y" * 5_000, "Why")), ("claim",), "2026-0001"))
    assert limits.message(made) == []
    assert "Fine." in made["content"]
    made = payload(Card("x" * 20_000, (Line("Fine.", "z" * 20_000),)))
    assert limits.message(made) == []
