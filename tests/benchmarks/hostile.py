"""What hostile text costs: `python -m tests.benchmarks.hostile [--whole]`.

Times each pattern of the desk, or the whole screening, masking and marking of a comment, over a family of hostile texts
of 1,000, 10,000 and 100,000 characters, and prints the two worst of each. What is linear costs ten times as much a
step.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

import bot
from bot import toml
from bot.chat import Comment, Earlier
from bot.library import Library, Privacy
from bot.policy import Policy
from bot.privacy import Mask
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from tests.hostile.test_patterns import _standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG = Path(bot.__file__).parents[1] / "config"
SIZES = (1_000, 10_000, 100_000)
PIECES = (
    "a", "a ", "1", "1,", "1-", '"', "'", '"a" ', "you'", "you ", "a-", "$1", "😀", "a\u200b", "\u0430", "ﷺ",
    "a\u0301", "(((", "they see the ", "hope they ", "f*", "vote for ", "her the ", "my son ",
    "cropped the the ", "man the the ", "_recort", "_congrat", "_prop", "scrawl", "1 a st ",
    "1 lot st apt ", "po box 1 apt ", "12 Elm ", "a.b@", "a@a.", "http://", "www.a.", "a.", " \n", "\t",
    "call 608 ", "3 a", "S T ", "aaaa", "!", "[", "<@U1>", "- ", "1. ", "@here ", "\0", "٣",
    "send me ", "where do ", "you have been ", "who are you ", "mr. ", "$ 1", "in the ", "saw a ",
    "is this ", "\u202e",
)  # fmt: skip
"""Repeated, each makes one text; and one more of words of the desk's own patterns."""
SLOW = 0.02
"""Seconds at the largest size from which a growth is worth a line."""


def texts(size: int) -> Iterator[tuple[str, str]]:
    """Hostile texts of a size, by their piece."""
    for piece in PIECES:
        yield piece, (piece * (size // len(piece) + 1))[:size]


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def show(name: str, work: Callable[[str], object]) -> None:
    """Print milliseconds at each size over the two texts that are slowest at the largest."""
    largest = [(seconds(lambda text=text: work(text)), piece) for piece, text in texts(SIZES[-1])]  # type: ignore[misc]
    for took, piece in sorted(largest, reverse=True)[:2]:
        if took >= SLOW:
            less = [seconds(lambda size=size: work((piece * size)[:size])) for size in SIZES[:-1]]  # type: ignore[misc]  # noqa: B023 - it is called at once
            steps = [f"{one * 1000:9.2f}" for one in (*less, took)]
            click.echo(f"{name:<44} {piece!r:<18} {' '.join(steps)} ms   x{took / max(less[-1], 1e-6):.1f}")


@click.command()
@click.option("--whole", is_flag=True, help="Whole screenings, with a post, an author and comments before it.")
def main(*, whole: bool) -> None:
    """Print the worst of each."""
    if whole:
        library, policy = toml.read(CONFIG / "library.toml", Library), toml.read(CONFIG / "policy.toml", Policy)
        screening = Screening(policy, library, Classifier())
        for name, work in (
            ("screening, text", lambda text: screening.screen(Comment(text))),
            ("screening, all", lambda text: screening.screen(Comment(text, text, text), (Earlier(text, text[1:]),))),
            ("masking", lambda text: Mask(Privacy()).text(text, "Jo Roe")),
        ):
            show(name, work)
    else:
        for module, name, pattern, use in _standing():
            held = {"search": lambda text, p: sum(1 for _ in p.finditer(text)), "match": lambda text, p: p.match(text)}
            look = held.get(use, lambda text, p: p.fullmatch(text))
            show(f"{module.removeprefix('bot.')}.{name}", lambda text, p=pattern, f=look: f(text, p))  # type: ignore[misc]


if __name__ == "__main__":
    main()
