"""Showing cards in a terminal or a pipe, and reading lines from one."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import unicodedata
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from adapters.shown import TURNS
from bot.actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from typing import TextIO

    from bot.chat import Card, Line

LABEL = 12


def printable(text: str) -> str:
    """A stranger's text as one safe line: nothing in it can move the cursor, colour, ring, or turn writing around."""
    flat = " ".join(text.split("\n")) if "\n" in text else text
    return "".join("\ufffd" if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in TURNS else c for c in flat)


def typed(card: Card) -> str:
    """What to type for the actions that a card offers."""
    serial = str(int(card.case.partition("-")[2])) if card.case else "N"
    return "  ".join(ACTIONS[name].usage.replace("N", serial, 1) for name in card.actions)


class Screen(Protocol):
    """Where the console chat shows things."""

    def card(self, card: Card, sign: str = "") -> None:
        """Show a card; `sign` is the notice's visible id, empty for an answer."""

    def say(self, text: str) -> None:
        """Show one line of the desk's own."""


class PlainScreen:
    """For a pipe or a file: a line a line, never wrapped, no colour."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def card(self, card: Card, sign: str = "") -> None:
        """Show a card."""
        self.say(f"{card.title}  [{sign}]" if sign else card.title)
        for label, text in _rows(card):
            self.say(f"  {label:<{LABEL}}  {text}")
        self.say("")

    def say(self, text: str) -> None:
        """Show one line."""
        print(printable(text), file=self._out, flush=True)


class RichScreen:
    """For a person at a terminal: wrapped to its width, the verdict's word in bold; colour only repeats the words."""

    def __init__(self, console: Console | None = None) -> None:
        # Without a file rich looks up sys.stdout at each print, which is what lets a reminder print above the prompt.
        self._console = console or Console(highlight=False, markup=False, emoji=False)

    def card(self, card: Card, sign: str = "") -> None:
        """Show a card."""
        title = Text(printable(card.title), style="bold")
        for word, style in (("REMOVE", "red"), ("REFER", "yellow"), ("KEEP", "green"), ("URGENT", "bold red")):
            title.highlight_words([word], style=style)
        self._console.print(title.append(f"  [{sign}]" if sign else "", style="dim"))
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", max_width=28)
        table.add_column(overflow="fold")
        for label, text in _rows(card):
            table.add_row(label, Text(text))
        if card.lines or card.actions:
            self._console.print(Padding(table, (0, 0, 1, 2)))

    def say(self, text: str) -> None:
        """Show one line."""
        self._console.print(Text(printable(text)))


def _rows(card: Card) -> Iterator[tuple[str, str]]:
    for line in card.lines:
        yield printable(line.label), _shown(line)
    if card.actions:
        yield "Type", typed(card)


def _shown(line: Line) -> str:
    text = printable(line.text)
    return f"“{text}”" if line.quoted else text


async def piped_lines() -> AsyncIterator[str]:
    """Lines of standard input; bytes that are not UTF-8 become visible signs, the end of the pipe ends them."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=100)

    def pump() -> None:
        # os.read, for a thread that sits in sys.stdin's buffer holds a lock which the end of the program waits for.
        rest = b""
        while chunk := os.read(sys.stdin.fileno(), 65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for raw in lines:
                asyncio.run_coroutine_threadsafe(queue.put(raw), loop).result()
        for last in (rest, None) if rest else (None,):
            asyncio.run_coroutine_threadsafe(queue.put(last), loop).result()

    # A daemon: a desk that is told to stop does not wait for a line that may never come.
    threading.Thread(target=pump, daemon=True).start()
    encoding = "utf-8-sig"
    while (raw := await queue.get()) is not None:
        yield raw.decode(encoding, "replace").rstrip("\r")
        encoding = "utf-8"


async def typed_lines(toolbar: Callable[[], str], commands: Sequence[str]) -> AsyncIterator[str]:
    """Lines that a person types; a pasted block is one line. Ends with Ctrl-D."""
    session: PromptSession[str] = PromptSession(
        "> ",
        completer=WordCompleter(list(commands), sentence=True),
        complete_while_typing=False,
        bottom_toolbar=toolbar,
    )
    while True:
        try:
            yield await session.prompt_async()
        except KeyboardInterrupt:
            continue  # Ctrl-C clears the line
        except EOFError:
            return


@contextmanager
def above_prompt(*, live: bool) -> Iterator[None]:
    """While this holds, what is printed appears above the line that a person is typing, where one does."""
    with patch_stdout(raw=True) if live else nullcontext():
        yield
