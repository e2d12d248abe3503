"""The commands that judge files: screen, bench and mirror."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console as Progressing
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from adapters import batch
from bot import toml
from bot.library import Library, read_context
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.screening.score import Evenness, Score
from config.settings import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator


from adapters.configured import Trouble

_library_option = click.option(
    "--library",
    "library_path",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="library.toml, or a bench's *.context.json.",
)
_policy_option = click.option(
    "--policy",
    "policy_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="policy.toml; by default the sample.",
)
_cases_argument = click.argument(
    "cases", metavar="CASES.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command()
@_cases_argument
@_library_option
@_policy_option
@click.option(
    "--output",
    metavar="OUT.jsonl",
    type=click.Path(dir_okay=False, path_type=Path),
    help="By default: standard output.",
)
def screen(cases: Path, library_path: Path, policy_path: Path | None, output: Path | None) -> None:
    """Judge a file of cases, one JSON object a line; writes one verdict a line."""
    policy, screening = _screening(library_path, policy_path)
    if output and output.exists() and output.samefile(cases):
        raise Trouble(f"{output}: is the file of cases itself. Name another file.")
    try:
        out = output.open("w", encoding="utf-8") if output else sys.stdout
    except OSError as error:
        raise Trouble(f"{output}: can not be written: {error.strerror}.") from None
    broken: list[int] = []
    try:
        for row, verdict in batch.judged(_read(cases, batch.Row, broken), screening):
            print(batch.line(row, verdict, policy), file=out)
    finally:
        if output:
            out.close()
    sys.exit(1 if broken else 0)


@click.command()
@_cases_argument
@_library_option
@_policy_option
@click.option(
    "--errors", metavar="N", default=0, type=click.IntRange(0, 10_000), help="Also list the N costliest mistakes."
)
def bench(cases: Path, library_path: Path, policy_path: Path | None, errors: int) -> None:
    """Judge a labelled file of cases and print how well the verdicts meet its labels."""
    policy, screening = _screening(library_path, policy_path)
    score = Score(keep_errors=errors)
    broken: list[int] = []
    for row, verdict in batch.judged(_read(cases, batch.Row, broken), screening):
        try:
            score.add(str(row.id), row.comment, row.label(), verdict)
        except ValueError as error:
            broken.append(0)
            click.echo(f"{cases}: case {row.id}: {error}", err=True)
    for text in score.lines({number: guideline.key for number, guideline in policy.by_number.items()}):
        click.echo(text)
    sys.exit(1 if broken else 0)


@click.command()
@click.argument("pairs", metavar="PAIRS.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_library_option
@_policy_option
def mirror(pairs: Path, library_path: Path, policy_path: Path | None) -> None:
    """Judge pairs that differ only in viewpoint, identity or name; prints verdicts that flip, and wrong ones."""
    _, screening = _screening(library_path, policy_path)
    evenness = Evenness()
    broken: list[int] = []
    for pair in _read(pairs, batch.Pair, broken):
        one, other = pair.judged(screening)
        evenness.add(str(pair.id), pair.dimension, pair.expected, (one.outcome, other.outcome))
    for text in evenness.lines():
        click.echo(text)
    sys.exit(1 if broken or evenness.flipped else 0)


def _screening(library_path: Path, policy_path: Path | None) -> tuple[Policy, Screening]:
    policy = toml.read(policy_path or SAMPLES / "policy.toml", Policy)
    library = read_context(library_path) if library_path.suffix == ".json" else toml.read(library_path, Library)
    return policy, Screening(policy, library, Classifier())


def _read(cases: Path, kind: type[batch.Kind], broken: list[int]) -> Iterator[batch.Kind]:
    """The cases of a file, with a progress bar where somebody watches; names broken lines and notes their numbers."""

    def say(number: int, why: str) -> None:
        broken.append(number)
        click.echo(f"{cases}:{number}: {why}. The line is left out.", err=True)

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=Progressing(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with cases.open("rb") as file, bar:
        task = bar.add_task("Screening", total=cases.stat().st_size or None)
        yield from batch.rows(file, kind, lambda size: bar.advance(task, size), say)
