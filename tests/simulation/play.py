"""Playing seeds: a seed is a plan and the faults that befall it; seeds in a row share a plan and its quiet run."""

from __future__ import annotations

import asyncio
import gc
import logging
import tempfile
import traceback
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot import toml
from bot.library import DiscordRoom, Library, Room
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Store
from tests.conftest import CONFIG
from tests.simulation import plan
from tests.simulation.faults import Faults
from tests.simulation.laws import Ending, broken
from tests.simulation.world import CHANNEL, World

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from bot.chat import Comment, Earlier
    from bot.screening.finding import Verdict

SHARED = 10
"""How many seeds in a row play one plan."""
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has a name of its own
"""Where files need no disk, on Linux."""


@dataclass(frozen=True)
class Run:
    """A seed that was played: the laws that did not hold, its faults by name, and its story."""

    seed: int
    broken: list[str]
    counts: Counter[str]
    story: list[str]


def prepare() -> None:
    """Load, in a process that is to play many seeds, what all of them share; the collector need not look at it."""
    logging.disable()  # a run has its story
    _screening()
    _template()
    gc.collect()
    gc.freeze()


def play(seed: int) -> Run:
    """Play a seed and hold it to the laws."""
    number = seed // SHARED
    faults = Faults(seed)
    ending, trouble = _run(number, faults, quiet(number).world.done)
    found = trouble or broken(ending, quiet(number))
    return Run(seed, found, faults.counts, ending.world.story)


@lru_cache(maxsize=4)
def quiet(number: int) -> Ending:
    """How a plan ends where nothing goes wrong."""
    ending, trouble = _run(number, Faults(None), None)
    if found := trouble or broken(ending, None):
        raise AssertionError(f"plan {number} on a quiet day: {found}")
    return ending


def _run(number: int, faults: Faults, done: dict[tuple[int, int], bool] | None) -> tuple[Ending, list[str]]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "desk.db"
        file.write_bytes(_template())
        world = World(plan.draw(number), faults, file, _screening(), done)
        try:
            asyncio.run(world.run())
        except Exception:  # noqa: BLE001 - whatever it is, it is the desk's
            world.tell(traceback.format_exc())
            return Ending(world), [f"the desk broke: {traceback.format_exc().strip().splitlines()[-1]}"]
        return Ending(world), []


class Remembering(Screening):
    """The real screening, which is pure: each comment is screened once."""

    def screen(self, comment: Comment, earlier: Sequence[Earlier] = ()) -> Verdict:
        """The verdict on a comment."""
        return self._remembered(comment, tuple(earlier))

    @lru_cache(maxsize=1000)  # noqa: B019 - there is one in a process
    def _remembered(self, comment: Comment, earlier: tuple[Earlier, ...]) -> Verdict:
        return super().screen(comment, earlier)


@cache
def _screening() -> Remembering:
    library = toml.read(CONFIG / "library.toml", Library)
    people = [member.model_copy(update={"slack": member.name, "discord": member.name}) for member in library.people]
    rooms = {"slack": Room(channel=CHANNEL), "discord": DiscordRoom(channel=CHANNEL)}
    library = library.model_copy(update={"people": people, **rooms})
    return Remembering(toml.read(CONFIG / "policy.toml", Policy), library, Classifier())


@cache
def _template() -> bytes:
    """A database at the newest version, with nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "desk.db"

        async def make() -> None:
            store = await Store.open(f"sqlite:///{file}", "live")
            await store.close()

        asyncio.run(make())
        return file.read_bytes()
