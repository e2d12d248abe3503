"""Feed every parser: `python -m tests.fuzz 1000000 [NAME]`; a line each, and what broke one."""

from __future__ import annotations

import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor

import click
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.parsers import Parser, finish, folder, parsers


def feed(parser: Parser, count: int, start: int = 0) -> str | None:
    """Give a parser so many inputs; the traceback and the input that broke it, or None."""
    os.chdir(folder())
    fed = settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )

    @seed(start)
    @fed
    @given(parser.inputs)
    def run(given_input: object) -> None:
        parser.read(given_input)

    try:
        run()
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return traceback.format_exc()
    return None


def _line(number: int, count: int) -> tuple[str, int, float, str | None]:
    parser = parsers()[number]
    begun = time.perf_counter()
    broken = feed(parser, count, start=count)
    finish()
    return parser.name, count, time.perf_counter() - begun, broken


@click.command()
@click.argument("inputs", type=int, default=1_000_000)
@click.argument("name", default="")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
def main(inputs: int, name: str, processes: int) -> None:
    """Feed so many inputs to all parsers together, or to those whose name holds NAME."""
    chosen = [(n, parser) for n, parser in enumerate(parsers()) if name in parser.name]
    whole = sum(parser.share for _, parser in chosen)
    broken = 0
    with ProcessPoolExecutor(processes) as pool:
        work = [pool.submit(_line, n, max(round(inputs * parser.share / whole), 1)) for n, parser in chosen]
        for one in work:
            what, count, seconds, trouble = one.result()
            broken += trouble is not None
            click.echo(f"{what:<22}{count:>9,} inputs {seconds:>8.1f} s  {'BROKEN' if trouble else 'ok'}")
            if trouble:
                click.echo(trouble, err=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
