"""A fictional library, its policy as shipped, and a short way to screen a comment."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from bot.chat import Attachment, Comment, Earlier
from bot.library import Library, from_context
from bot.policy import Policy
from bot.screening import Screening

if TYPE_CHECKING:
    from bot.screening import Classifier
    from bot.screening.finding import Verdict

CONTEXT = {
    "library": "Alder Creek Public Library",
    "town": "Alder Creek, Wisconsin",
    "timezone": "America/Chicago",
    "director": {"name": "Ilse Varga", "title": "Library Director"},
    "staff": [{"name": "Tobin Reyes", "role": "Circulation"}, {"name": "Mara Lindqvist", "role": "Children"}],
    "official_accounts": [
        {"platform": "facebook", "handle": "AlderCreekLibrary", "display_name": "Alder Creek Public Library"}
    ],
    "programmes": ["Toddler Time", "Candidate forum"],
    "partners": ["Friends of the Alder Creek Library"],
    "ballot": {
        "date": "2026-04-07",
        "measures": [{"name": "Measure K", "about": "library levy"}],
        "candidates": [{"name": "Odell Marchetti", "office": "Mayor"}],
    },
}


class Screen(Protocol):
    """Screens one comment under the fictional library."""

    def __call__(
        self,
        text: str,
        post: str | None = "Toddler Time is back on Tuesdays at 10.",
        author: str | None = None,
        earlier: tuple[Earlier, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> Verdict: ...


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy as shipped."""
    shipped = Path(__file__).parents[2] / "config" / "policy.toml"
    return Policy.model_validate(tomllib.loads(shipped.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def library() -> Library:
    """The fictional library."""
    return from_context(CONTEXT, "alder-creek")


@pytest.fixture(scope="session")
def screening(policy: Policy, library: Library, classifier: Classifier) -> Screening:
    """The whole screening, as shipped."""
    return Screening(policy, library, classifier)


@pytest.fixture(scope="session")
def screen(screening: Screening) -> Screen:
    """Screens a comment."""

    def run(
        text: str,
        post: str | None = "Toddler Time is back on Tuesdays at 10.",
        author: str | None = None,
        earlier: tuple[Earlier, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> Verdict:
        return screening.screen(Comment(text=text, post=post, author=author, attachments=attachments), earlier)

    return run
