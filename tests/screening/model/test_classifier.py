"""The classifier with its shipped weights: right shapes, no company effects, nothing of a long comment unread."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.chat import Comment
from bot.screening import model
from bot.screening.evidence import gather, signals
from bot.screening.finding import Outcome
from bot.screening.model.cases import load
from bot.screening.scene import Scene
from bot.screening.verdict import CORPUS_PRIOR

if TYPE_CHECKING:
    from bot.library import Library
    from bot.screening.classifier import Case, Probabilities
    from bot.screening.model.classifier import Classifier

COMMENTS = (
    Comment("When does story time start?", post="Story time is back on Tuesdays!", author="Ann Smith"),
    Comment("You are all worthless pigs.", post="We are closed on Monday.", author="bob77"),
    Comment("Thanks! " * 30, author="Cleo Park"),
)


def case(comment: Comment, library: Library) -> Case:
    return comment, (), library, signals(gather(Scene(comment, (), library)))


def judged(classifier: Classifier, comment: Comment, library: Library) -> Probabilities:
    return classifier.judge_all([case(comment, library)])[0]


def test_probabilities_are_probabilities(classifier: Classifier, library: Library) -> None:
    said = judged(classifier, COMMENTS[0], library)
    assert sum(said.outcome.values()) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in (*said.guidelines.values(), said.needs_reply, said.urgent))
    assert said.outcome[Outcome.KEEP] > 0.5


def test_the_company_a_comment_is_judged_in_changes_nothing(classifier: Classifier, library: Library) -> None:
    together = classifier.judge_all([case(comment, library) for comment in COMMENTS])
    for comment, said in zip(COMMENTS, together, strict=True):
        assert dict(said.outcome) == pytest.approx(dict(judged(classifier, comment, library).outcome), abs=1e-4)


def test_the_end_of_a_long_comment_is_read(classifier: Classifier, library: Library) -> None:
    talk = "I have been coming to this library for many years and I like the quiet room upstairs very much. " * 30
    foul = judged(classifier, Comment(talk + "Your clerk is a filthy worthless fat pig and should die."), library)
    assert foul.guidelines["abuse"] > judged(classifier, Comment(talk), library).guidelines["abuse"] + 0.1


@pytest.mark.parametrize("names", [("Bob Miller", "Aisha Mohamed"), ("Nguyen Van Tho", "Karen Olson")])
def test_a_personal_name_moves_nothing(classifier: Classifier, library: Library, names: tuple[str, str]) -> None:
    text, post = "This is the third time my hold was lost. What are you people doing?", "Holds are back."
    one, other = (judged(classifier, Comment(text, post, author=name), library) for name in names)
    assert one == other


def test_the_prior_is_that_of_the_corpus() -> None:
    folder = Path(model.__file__).with_name("corpus")
    outcomes = Counter(case.outcome for case in load(folder)[0])
    for outcome, share in CORPUS_PRIOR.items():
        assert outcomes[outcome] / outcomes.total() == pytest.approx(share, abs=0.001)
