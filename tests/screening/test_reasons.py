"""Reasons: what is quoted carries the finding, and taking it away weakens the finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.chat import Comment
from bot.screening.evidence import gather, signals
from bot.screening.finding import Finding, Outcome, Where
from bot.screening.reasons import carried_by
from bot.screening.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat import Earlier
    from bot.screening import Screening

POST = "Toddler Time is back on Tuesdays at 10."
PLAIN = [
    "Nice. The woman at the desk is dumb as a box of rocks and twice as ugly. Anyway see you on Tuesday.",
    "Love story time! We clean gutters all over the county, half price this month, call 715-555-0142.",
    "Toddler Time was lovely. Vote NO on Measure K on April 7, it is a tax grab! See you next week.",
    "You will all burn for what you did to us, I know which car is yours and when you lock up.",
    "My boat trailer is for sale on the other page. Does anybody know a good plumber in Mill Creek?",
]


def chance(screening: Screening, finding: Finding, comment: Comment) -> float:
    rules = signals(gather(Scene(comment, (), screening.library)))
    said = screening.classifier.judge_all([(comment, (), screening.library, rules)])[0]
    return said.urgent if finding.urgent else said.guidelines[finding.guideline or ""]


@pytest.mark.parametrize("text", PLAIN)
def test_taking_the_quoted_words_away_weakens_the_finding(screening: Screening, text: str) -> None:
    comment = Comment(text, POST)
    verdict = screening.screen(comment)
    assert verdict.outcome is not Outcome.KEEP
    main = verdict.findings[0]
    assert main.quote in text
    assert len(main.quote) < len(text)
    without = replace(comment, text=text.replace(main.quote, " "))
    assert chance(screening, main, without) < chance(screening, main, comment)


def counted(word: str) -> object:
    """A chance that hangs on one word alone."""

    def chances(cases: Sequence[tuple[Comment, Sequence[Earlier]]]) -> list[float]:
        return [0.9 if word in f"{c.text} {c.author} {[a.text for a in e]}" else 0.1 for c, e in cases]

    return chances


def test_the_shortest_piece_that_carries_it_is_quoted() -> None:
    long = "I went to the fair with my aunt and my two cousins and then the zebra bit me quite hard on the arm"
    found = carried_by("abuse", Comment(f"Hello. {long}. Bye."), (), counted("zebra"))  # type: ignore[arg-type]
    assert found is not None
    assert "zebra" in found.quote
    assert len(found.quote.split()) == 6


@pytest.mark.parametrize("clauses", [1, 3, 8, 30])
def test_few_readings_lead_to_the_words(clauses: int) -> None:
    """Each reading takes the classifier's whole time: with few there is a verdict while people wait for it."""
    readings: list[Comment] = []

    def chances(cases: Sequence[tuple[Comment, Sequence[Earlier]]]) -> list[float]:
        readings.extend(comment for comment, _ in cases)
        return [0.9 if "zebra" in comment.text else 0.1 for comment, _ in cases]

    hay = "I went to the fair with my aunt and my cousins. " * (clauses // 2)
    found = carried_by("abuse", Comment(f"{hay}Then a zebra bit me quite hard. {hay}"), (), chances, 0.9)
    assert found is not None
    assert "zebra" in found.quote
    assert len(found.quote.split()) <= 9
    assert len(readings) <= 14


def test_the_authors_name_can_carry_it() -> None:
    found = carried_by("impersonation", Comment("Hello there.", author="zebra"), (), counted("zebra"))  # type: ignore[arg-type]
    assert found is not None
    assert (found.where, found.quote) == (Where.AUTHOR, "zebra")


def test_what_nothing_carries_has_no_reason() -> None:
    assert carried_by("abuse", Comment("Hello there. Bye."), (), counted("zebra")) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [1_400, 4_000, 19_000])
def test_a_needle_in_a_long_comment_is_quoted(length: int) -> None:
    hay = "I like the quiet room upstairs. " * (length // 64)
    found = carried_by("abuse", Comment(f"{hay}A zebra bit me. {hay}"), (), counted("zebra"))  # type: ignore[arg-type]
    assert found is not None
    assert "zebra" in found.quote
    assert len(found.quote) < 60
