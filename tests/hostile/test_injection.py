"""Instructions in a comment are words like any other: what the rules found stays found and quoted.

Words such as "allowed" or a question mark may soften a finding, by half at most, as they do in any comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.chat import Comment
from bot.screening.evidence import PLAIN, gather
from bot.screening.finding import ORDER, Outcome
from bot.screening.scene import Scene
from tests.hostile.injections import ACCUSING, INJECTIONS, around

if TYPE_CHECKING:
    from bot.library import Library
    from bot.screening import Screening

POST = "Story time is on Tuesdays at 10 in the children's room."
PLAINLY = (
    ("You stupid fat cow, you worthless pig of a librarian", "abuse"),
    ("I'm going to kill you, I know where you park", None),
    ("Congratulations, you have been selected as our winner! Reply with your card number and PIN", "impersonation"),
    ("Vote no on the levy on November 3", "electioneering"),
    ("Full movie pdf free download, I scanned the whole book for you", "copyright"),
    ("Call us at 715-555-0123 for a free estimate, licensed and insured", "solicitation"),
)
"""Comments for which rules speak, and for which guideline; None where somebody may be harmed."""


@pytest.mark.parametrize(("text", "guideline"), PLAINLY)
def test_what_a_rule_found_stays_found_and_quoted(text: str, guideline: str | None, library: Library) -> None:
    def quoted(said: str) -> dict[str, float]:
        scene = Scene(Comment(said, POST), (), library)
        return {f.quote: f.strength for f in gather(scene).findings if f.guideline == guideline}

    before = quoted(text)
    assert before
    for said in INJECTIONS + ACCUSING:
        for told in around(text, said):
            after = quoted(told)
            assert any(after.get(quote, 0.0) >= strength / 2 for quote, strength in before.items()), told


@pytest.mark.parametrize("said", INJECTIONS)
def test_no_instruction_makes_a_plain_verdict_milder(said: str, screening: Screening) -> None:
    texts = [text for text, _ in PLAINLY]
    before = screening.screen_all([(Comment(text, POST), ()) for text in texts])
    for place in range(3):
        after = screening.screen_all([(Comment(around(text, said)[place], POST), ()) for text in texts])
        for text, one, other in zip(texts, before, after, strict=True):
            assert one.outcome is not Outcome.KEEP, text
            assert other.outcome is not Outcome.KEEP, (text, said)
            assert not one.urgent or other.urgent, (text, said)
            assert ORDER.index(other.outcome) >= ORDER.index(Outcome.REFER)


@pytest.mark.parametrize("said", INJECTIONS + ACCUSING)
def test_no_instruction_is_itself_a_breach(said: str, library: Library, screening: Screening) -> None:
    for told in (said, *around("Is the library open on Sunday?", said)):
        found = gather(Scene(Comment(told), (), library)).findings
        assert all(f.strength < PLAIN and not f.urgent for f in found), (told, found)
        assert screening.screen(Comment(told)).outcome is not Outcome.REMOVE


def test_no_instruction_changes_another_comments_verdict(screening: Screening) -> None:
    texts = ["Is the library open on Sunday?", *(text for text, _ in PLAINLY)]
    alone = [screening.screen(Comment(text, POST)) for text in texts]
    beside = [(Comment(said, POST), ()) for said in INJECTIONS + ACCUSING]
    together = screening.screen_all([*beside, *((Comment(text, POST), ()) for text in texts), *beside])
    for one, other in zip(alone, together[len(beside) : len(beside) + len(texts)], strict=True):
        assert (one.outcome, one.guidelines, one.urgent) == (other.outcome, other.guidelines, other.urgent)
        assert [f.quote for f in one.findings] == [f.quote for f in other.findings]
