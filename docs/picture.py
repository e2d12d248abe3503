"""Draws docs/demo.svg: a short talk with the real demo desk, as its terminal shows it. Run: python docs/picture.py."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import re
import tempfile
from pathlib import Path

from rich.console import Console as Rich

from adapters.console import Clock, Console
from adapters.terminal import RichScreen
from bot import toml
from bot.desk import Desk
from bot.library import Library
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Store
from config.settings import SAMPLES

NOON = dt.datetime(2026, 11, 25, 18, 0, tzinfo=dt.UTC)
TALK = (
    "/post Our Saturday hours end at 1 pm from January on.",
    "So I pay taxes for a library I can never visit. Who decided this? Shameful.",
    "whoever came up with this is a brainless pig and should be ashamed to breathe",
    "/ask 1 How do we answer this kindly?",
)


async def draw() -> str:
    """Hold the talk on a throw-away database; gives the picture."""
    library = toml.read(SAMPLES / "library.toml", Library)
    policy = toml.read(SAMPLES / "policy.toml", Policy)
    paper = Rich(file=io.StringIO(), width=104, record=True, force_terminal=True)
    screen = RichScreen(paper)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/demo.db", "demo")
        chat = Console(library, screen, Clock(lambda: NOON), library.people[2])
        chat.join(Desk(store, Screening(policy, library, Classifier()), [chat]))
        for line in TALK:
            screen.say(f"> {line}")
            await chat.handle(line)
        await store.close()
    svg = paper.export_svg(title="commentdesk demo")
    # The picture fetches no font: whoever looks at it tells nobody.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    Path(__file__).with_name("demo.svg").write_text(asyncio.run(draw()), encoding="utf-8")
