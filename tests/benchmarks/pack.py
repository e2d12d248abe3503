"""How long a pack of a thousand cases takes: `python -m tests.benchmarks.pack [CASES]`.

One case goes through the whole desk; its rows and its entries of the record are written again for every other case.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click

from adapters import pack
from bot import toml
from bot.chat import Comment, Forward, Person, Place, Press
from bot.desk import Desk
from bot.library import Library
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Marks, Store
from tests.conftest import CONFIG, MONDAY


async def main(number: int) -> None:
    """Print seconds, megabytes of the pack, and the peak of memory."""
    library, policy = toml.read(CONFIG / "library.toml", Library), toml.read(CONFIG / "policy.toml", Policy)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/desk.db", "live")
        desk = Desk(store, Screening(policy, library, Classifier()), [])
        judy, place = Person("Judy Ferris", "Judy"), Place("console", "staff", "0")
        forward = Forward(place, judy, Comment("What time do you open on Saturdays? " * 10, author="Jane Roe"))
        await desk.on_comment(forward, MONDAY)
        await desk.on_press(Press(place, judy, "claim", "1"), MONDAY)
        async with store.look(library.id) as view:
            case = await view.case(None, 1)
            entries = [(entry.kind, json.loads(entry.payload or "")) async for entry in view.record("2026-0001")]
        assert case is not None
        async with store.change(library.id, MONDAY) as change:
            for serial in range(2, number + 1):
                one = replace(case, number=f"2026-{serial:04}", place=replace(place, message=str(serial)))
                for kind, said in entries * 3:
                    change.note(kind, one.number, said)
                await change.add_case(one)
                await change.add_verdict(one, Marks("p", "l", "e"))
        start = time.perf_counter()
        async with store.look(library.id) as view:
            masks = pack.Masked([("Jane Roe", "a patron"), ("on Saturdays", "to see it masked")])
            cases = await pack.write(view, Path(folder) / "pack.zip", pack.Wanted(), masks, dt.datetime.now(dt.UTC))
        seconds = time.perf_counter() - start
        size = (Path(folder) / "pack.zip").stat().st_size / 1e6
        await store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(
        f"{cases} cases of {len(entries) * 3} entries: {seconds:.1f} s, {size:.1f} MB; memory {peak:.0f} MB at most"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
