"""Some of the simulation's seeds, the faults they bring, and that a seed tells the same story each time."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.play import SHARED, play, prepare

SEEDS = 60
HAPPEN = (
    *("stopped before a statement", "stopped before a commit", "stopped after a commit"),
    *("stopped before a send", "stopped after a send", "stopped before a look-up", "stopped after an acknowledgement"),
    *("database, statement: disk full", "database, commit: locked", "database, commit: taken, but not said"),
    *("chat, send: 429", "chat, send: 5xx, taken", "chat, send: time-out, not taken", "chat, find: 5xx, not taken"),
    *("event: delivered twice", "event: delayed", "event: lost on its way", "event: pressed twice"),
    *("clock: put back", "clock: put forward", "(a doubtful notice was looked up)"),
    *(f"out of order for a while: {what}" for what in ("database", "chat", "direct", "thread", "find")),
)


def test_every_law_holds_whatever_goes_wrong() -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), prepare) as pool:
        runs = list(pool.map(play, range(SEEDS), chunksize=SHARED))
    assert {run.seed: run.broken for run in runs if run.broken} == {}
    counts = sum((run.counts for run in runs), Counter[str]())
    assert [fault for fault in HAPPEN if not counts[fault]] == []


def test_a_seed_tells_the_same_story_each_time() -> None:
    assert [line for line in play(3).story if "desk.db" not in line] == [
        line for line in play(3).story if "desk.db" not in line
    ]
