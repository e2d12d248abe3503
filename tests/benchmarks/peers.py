"""The desk beside two profanity filters, on the same comments in one run: `python -m tests.benchmarks.peers`.

Both filters answer yes or no; a hit counts as *remove*, anything else as *keep*. Each batch of comments goes through
all three in turn, so that whatever else the machine does slows all of them alike: compare the ratios. Needs the extra
`bench`. The shipped weights have learnt the corpus, so its figures flatter the desk; name cases that it has not seen.
"""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from better_profanity import profanity
from profanity_check import predict

import bot
from adapters import batch
from bot import toml
from bot.library import read_context
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.finding import Outcome, Verdict
from bot.screening.model.classifier import Classifier
from bot.screening.score import Score
from config.settings import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CORPUS = Path(bot.__file__).parent / "screening" / "model" / "corpus"
FIGURES = ("cost_per_case", "false_removal", "missed_violation", "referral_share")


def verdict(*, hit: bool) -> Verdict:
    """What a filter's answer comes to."""
    outcome = Outcome.REMOVE if hit else Outcome.KEEP
    return Verdict(outcome, (), (), "A filter's hit.", needs_reply=False, urgent=False, confidence=1.0)


def better_profanity(rows: Sequence[batch.Row]) -> list[Verdict]:
    """Words of a list, and their leetspeak."""
    return [verdict(hit=profanity.contains_profanity(row.comment)) for row in rows]


def alt_profanity_check(rows: Sequence[batch.Row]) -> list[Verdict]:
    """A linear classifier of offensive language."""
    return [verdict(hit=bool(hit)) for hit in predict([row.comment for row in rows])]


@click.command()
@click.argument("cases", default=CORPUS / "millrace.jsonl", type=click.Path(exists=True, path_type=Path))
@click.option("--library", default=CORPUS / "millrace.context.json", type=click.Path(exists=True, path_type=Path))
def main(cases: Path, library: Path) -> None:
    """Judge labelled CASES three times over and print costs, mistakes and speeds."""
    screening = Screening(toml.read(SAMPLES / "policy.toml", Policy), read_context(library), Classifier())
    readers: dict[str, Callable[[Sequence[batch.Row]], Sequence[Verdict]]] = {
        "Comment Desk": lambda rows: screening.screen_all([row.case() for row in rows]),
        "better-profanity": better_profanity,
        "alt-profanity-check": alt_profanity_check,
    }
    scores = {name: Score() for name in readers}
    spent = dict.fromkeys(readers, 0.0)
    for read in readers.values():
        read([batch.Row(id=0, comment="Hello.")])  # what each loads at its first comment is not counted
    with cases.open("rb") as file:
        rows = batch.rows(file, batch.Row, lambda _: None, lambda number, why: click.echo(f"{number}: {why}", err=True))
        while together := list(islice(rows, batch.TOGETHER)):
            for name, read in readers.items():
                start = time.perf_counter()
                verdicts = read(together)
                spent[name] += time.perf_counter() - start
                for row, said in zip(together, verdicts, strict=True):
                    scores[name].add(str(row.id), row.comment, row.label(), said)
    click.echo(f"{'':>20}" + "".join(f"{name:>18}" for name in (*FIGURES, "comments/s", "desk's time")))
    for name, score in scores.items():
        rates = score.rates()
        speed, ratio = score.cases / spent[name], spent[name] / spent["Comment Desk"]
        click.echo(f"{name:>20}" + "".join(f"{rates[f]:>18.3f}" for f in FIGURES) + f"{speed:>18.0f}{ratio:>18.3f}")


if __name__ == "__main__":
    main()
