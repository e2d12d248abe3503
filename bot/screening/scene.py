"""What the detectors look at: comment, author, post and attachments, read; and the library's facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.screening.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat import Comment, Earlier
    from bot.library import Library


@dataclass(frozen=True)
class Scene:
    """One comment and its context. Readings are made once, when a detector first asks."""

    comment: Comment
    earlier: Sequence[Earlier]
    library: Library

    @cached_property
    def text(self) -> Reading:
        """The comment."""
        return Reading(self.comment.text)

    @cached_property
    def author(self) -> Reading:
        """The author's name as shown; empty where staff did not say it."""
        return Reading(self.comment.author or "")

    @cached_property
    def post(self) -> Reading | None:
        """The library's post, where it is known."""
        return Reading(self.comment.post) if self.comment.post and self.comment.post.strip() else None

    @cached_property
    def shown(self) -> tuple[Reading, ...]:
        """What the attachments show or say."""
        return tuple(Reading(attachment.description) for attachment in self.comment.attachments)
