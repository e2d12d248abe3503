"""Whatever people write into any field: strangers' words stand in quotations only, and no terminal obeys them."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from adapters.terminal import PlainScreen, RichScreen
from bot import toml
from bot.library import Library
from bot.policy import Policy
from tests.conftest import CONFIG
from tests.injection import FIELDS, MARK, PAYLOADS, STRANGERS, TEXTS, Cards, cases

if TYPE_CHECKING:
    from bot.case import Case
    from tests.conftest import Talk

CARDS = Cards(toml.read(CONFIG / "library.toml", Library), toml.read(CONFIG / "policy.toml", Policy))
CASES = list(cases())
UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\x85]")


@pytest.mark.parametrize("field", STRANGERS)
def test_strangers_words_stand_in_quotations_only(field: str) -> None:
    shown = 0
    for case in CASES:
        for card in CARDS.about(STRANGERS[field](case, f"{MARK} {MARK}"), "colleague"):
            bare = [card.title, *(line.label for line in card.lines), *(x.text for x in card.lines if not x.quoted)]
            assert not any(MARK in text for text in bare), card
            shown += any(MARK in line.text for line in card.lines)
    assert shown, "no card shows it, so nothing was looked at"


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(CASES), st.sampled_from(sorted(FIELDS)), TEXTS)
def test_no_card_moves_a_terminal_or_passes_for_two_lines(case: Case, field: str, said: str) -> None:
    for card in CARDS.about(FIELDS[field](case, said), said):
        out = io.StringIO()
        PlainScreen(out).card(card, "2026-0001·1")
        printed = out.getvalue()
        assert not UNSEEN.search(printed)
        assert all(sign == "\n" or sign.isprintable() or sign > "\x9f" for sign in printed)
        assert printed.encode()
        lines = printed.splitlines()
        assert len(lines) == 1 + len(card.lines) + bool(card.actions) + 1


@pytest.mark.parametrize("said", PAYLOADS)
def test_no_markup_reaches_a_rich_terminal(said: str) -> None:
    for field in ("text", "names", "reason"):
        out = io.StringIO()
        plain = Console(file=out, highlight=False, markup=False, emoji=False, width=100, color_system=None)
        for card in CARDS.about(FIELDS[field](CASES[0], said[:300]), said[:300]):
            RichScreen(plain).card(card)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", out.getvalue())
        assert not UNSEEN.search(out.getvalue())


async def test_traps_typed_at_a_terminal_stay_words(talk: Talk) -> None:
    for trap in (" ".join(payload.splitlines()) for payload in PAYLOADS[:-2]):
        heard = await talk.say(f"/author {trap}", f"/post {trap}", f"I love it {trap}", f"/platform {trap}")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", heard)
        assert not UNSEEN.search(heard)
