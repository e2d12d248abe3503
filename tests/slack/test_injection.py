"""Whatever people write into any field, Slack is given nothing that calls, links, formats or misleads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import blocks, forms
from bot import toml
from bot.actions import ACTIONS
from bot.library import Library
from bot.policy import Policy
from tests.conftest import CONFIG
from tests.injection import FIELDS, PAYLOADS, TEXTS, Cards, cases
from tests.slack import rules
from tests.slack.conftest import AMIR, JUDY, RUTH, with_ids

if TYPE_CHECKING:
    from bot.case import Case
    from bot.chat import Card
    from tests.slack.conftest import Office
    from tests.slack.server import Json

LIBRARY = with_ids(toml.read(CONFIG / "library.toml", Library))
CARDS = Cards(LIBRARY, toml.read(CONFIG / "policy.toml", Policy))
CASES = list(cases())


def rendered(card: Card) -> list[Json]:
    """The card in every way that Slack shows one."""
    return [
        blocks.message(card, "2026-0001·1"),
        blocks.message(card),
        blocks.reading("2026-0001", card),
        blocks.home([card]),
    ]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(CASES), st.sampled_from(sorted(FIELDS)), TEXTS)
def test_no_field_calls_links_formats_or_misleads(case: Case, field: str, said: str) -> None:
    for card in CARDS.about(FIELDS[field](case, said), said):
        for made in rendered(card):
            assert rules.pings(made) == set()
            assert [text for text in rules.formatted(made) if text != made.get("text")] == []
            assert rules.misleading(made) == []


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_a_form_shows_what_was_typed_as_it_was(said: str) -> None:
    view = forms.comment_form(LIBRARY, CARDS._wording, said)  # noqa: SLF001 - the same voice
    shown = [part for part in rules.parts(view["blocks"]) if part.get("type") == "mrkdwn"]
    assert shown == []
    assert rules.pings(view) == set()
    people = [said[:75] or "x"]
    for action in ("hand_over", "remove"):
        made = forms.action_form(ACTIONS[action], toml.read(CONFIG / "policy.toml", Policy), people, said, 1)
        assert not [part for part in rules.parts(made["blocks"]) if part["type"] in {"mrkdwn", "user", "link"}]


async def test_traps_in_every_field_call_only_who_rules(desk: Office) -> None:
    """Over the wire: a comment of traps, a question of traps, a ruling of traps, and all that follows."""
    trap = " ".join(PAYLOADS[:9])[:900].replace("\x00", "")
    await desk.slack.begin(JUDY)
    await desk.slack.modal(JUDY, "Check a comment")
    filled = dict.fromkeys(("comment", "post", "author", "link"), trap)
    await desk.slack.submit(JUDY, filled)
    card = await desk.card(None, "2026-0001")
    await desk.slack.press(AMIR, card, "ask", value="2026-0001|1")
    await desk.slack.modal(AMIR, field="question")
    await desk.slack.submit(AMIR, {"question": trap})
    question = await desk.card(None, "please rule on 2026-0001")
    await desk.slack.press(RUTH, question, "keep", value="2026-0001|1")
    await desk.slack.modal(RUTH, field="reason")
    await desk.slack.submit(RUTH, {"reason": trap})
    await desk.told(RUTH, "your ruling is on record")
    await desk.card(None, "ruled by Ruth Engstrom")
    home = await desk.slack.come_home(JUDY)
    channels = [message for channel in desk.slack.channels.values() for message in channel.messages]
    said = [message for message in channels if message.get("bot_id")]
    for message in (*said, home, *(message for _, message in desk.slack.ephemerals)):
        assert rules.pings(message) <= ({RUTH} if "please rule" in rules.words(message) else set())
        assert [text for text in rules.formatted(message) if text != message.get("text")] == []
        assert rules.misleading(message) == []
