"""`python -m tests.simulation 10000` plays the seeds 0 to 9999; `--seed N` plays one alone and tells its story."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.play import SHARED, play, prepare

TOLD = 1000
"""How far it has come is said after so many runs."""


def main() -> int:
    """Play; the exit status says whether every law held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=1000, help="how many seeds, from 0 (or --first) on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="play this one alone and tell its story")
    parser.add_argument("--processes", type=int, default=2)
    wish = parser.parse_args()
    if wish.seed is not None:
        return _alone(wish.seed)
    began = time.perf_counter()
    seeds = range(wish.first, wish.first + wish.runs)
    counts: Counter[str] = Counter()
    failed = 0
    with ProcessPoolExecutor(wish.processes, initializer=prepare) as pool:
        for played, (seed, found, faults) in enumerate(pool.map(_one, seeds, chunksize=SHARED), start=1):
            counts.update(faults)
            for words in found:
                say(f"seed {seed}: {words}")
            failed += bool(found)
            if played % TOLD == 0:
                say(f"{played} of {len(seeds)} played, {failed} failed")
    seconds = time.perf_counter() - began
    say(f"{len(seeds)} runs, {failed} in which a law did not hold; {seconds:.0f} s, {seconds / len(seeds):.3f} s each")
    for name, number in sorted(counts.items()):
        say(f"{number:9,} {name}")
    return 1 if failed else 0


def say(words: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _one(seed: int) -> tuple[int, list[str], Counter[str]]:
    run = play(seed)
    return seed, run.broken, run.counts


def _alone(seed: int) -> int:
    prepare()
    run = play(seed)
    say("\n".join([*run.story, *(run.broken or ["every law holds"])]))
    return 1 if run.broken else 0


if __name__ == "__main__":
    sys.exit(main())
