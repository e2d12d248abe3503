"""Every parser of the desk, what it is fed, and what may come of it: a value, or a refusal in words."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import json
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import discord
from click.testing import CliRunner
from hypothesis import strategies as st

from adapters import batch, dates, heads, pack, page
from adapters.cli import main
from adapters.configured import Trouble, settings_of_this_place
from adapters.console import Clock, Console
from adapters.discord import cards, forms, incoming, markup
from adapters.slack import blocks
from adapters.slack import forms as slack_forms
from adapters.slack import incoming as slack
from adapters.terminal import PlainScreen
from bot import backup, record, toml
from bot.actions import ACTIONS
from bot.case import number_said
from bot.chat import Card, Line
from bot.database import Unavailable
from bot.delivery import media_type
from bot.desk import Desk
from bot.library import Library, Privacy
from bot.policy import Policy
from bot.privacy import Mask
from bot.screening import Screening
from bot.screening.finding import Outcome, Verdict
from bot.screening.model.classifier import Classifier
from bot.store import Store
from tests.fuzz import mutation, samples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

CONFIG = Path(__file__).parents[2] / "config"
NOW = dt.datetime(2026, 11, 16, 17, tzinfo=dt.UTC)
ZONES = tuple(map(ZoneInfo, ("America/Chicago", "Pacific/Kiritimati", "UTC")))
MARK = re.compile(r"\[masked \d+\]")
VERDICT = Verdict(Outcome.KEEP, (), (), "It is fine.", needs_reply=False, urgent=False, confidence=0.9)


@dataclass(frozen=True)
class Parser:
    """Something that reads what people, chats or files bring. `read` raises where an input breaks it."""

    name: str
    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], object]
    share: float = 1.0
    """Of the inputs that a fast parser gets; slow ones get fewer."""


@cache
def folder() -> Path:
    """A folder for this run's files."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


@cache
def library() -> Library:
    """The sample library."""
    return toml.read(CONFIG / "library.toml", Library)


@cache
def policy() -> Policy:
    """The sample policy."""
    return toml.read(CONFIG / "policy.toml", Policy)


def _file(name: str, content: bytes) -> Path:
    path = folder() / name
    path.write_bytes(content)
    return path


def _message(payload: dict[str, Any]) -> None:
    event = payload.get("event") or payload["message"]
    if forward := slack.forward_of(event, "C1", "U0DESK"):
        forward.comment.storable()
        card = Card(forward.comment.text, (Line(forward.comment.text, "It says", quoted=True),))
        for shown in (blocks.message(card), blocks.reading("Case", card), blocks.home([card])):
            json.dumps(shown)


def _slack_form(view: dict[str, Any]) -> None:
    slack_forms.comment_in(view).storable()
    slack_forms.action_in(view, ZONES[0])
    slack_forms.opened_from(view)


def _discord_form(data: dict[str, Any]) -> None:
    name, _, _, filled = forms.read(data)
    forms.comment(filled).storable()
    forms.typed(filled)
    for action in (name, *ACTIONS):
        with suppress(forms.UnknownTime):
            forms.parts(action, filled, NOW, ZONES[0])


@cache
def _state() -> tuple[Any, Any]:
    client = discord.Client(intents=discord.Intents.none())
    return client._connection, client.get_partial_messageable(200)  # noqa: SLF001 - what builds its messages


def _discord_message(data: dict[str, Any]) -> None:
    state, channel = _state()
    message = discord.Message(state=state, channel=channel, data=data)  # type: ignore[arg-type]
    incoming.is_spoken(message)
    incoming.calls(message, 300)
    comment, _ = incoming.comment_in(message, 300)
    comment.storable()
    incoming.long_texts(message)


def _times(words: str) -> None:
    for zone in ZONES:
        for found in (
            dates.past_time(words, NOW, zone),
            dates.coming_time(words, NOW, zone),
            dates.end_of_day(words, NOW, zone),
        ):
            if found:
                assert found.tzinfo
                found.astimezone(zone)
    dates.span(words)
    number_said(words)


def _table(kind: type[toml.Table]) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        try:
            toml.fingerprint(toml.read(_file(f"{kind.__name__}.toml", content), kind))
        except toml.ConfigurationError as refused:
            problems = refused.problems
        else:
            problems = ["none"]
        assert all(problem.strip() for problem in problems)

    return read


def _env(content: bytes) -> None:
    _file(".env", content)
    with suppress(Trouble):
        settings_of_this_place()


def _rows(content: bytes) -> None:
    def broken(number: int, why: str) -> None:
        assert number > 0
        assert why

    for row in batch.rows(io.BytesIO(content), batch.Row, lambda _: None, broken):
        row.case()
        with suppress(ValueError):
            row.label()
        batch.line(row, VERDICT, policy()).encode()
    assert all(
        pair.dimension is not None for pair in batch.rows(io.BytesIO(content), batch.Pair, lambda _: None, broken)
    )


def _heads(content: bytes) -> None:
    with suppress(toml.ConfigurationError):
        heads.read(_file("heads.txt", content), "alder-creek")


def _backup(content: bytes) -> None:
    with suppress(Unavailable):
        backup.check(_file("backup.db", content))


def _chain(payloads: list[str]) -> list[record.Entry]:
    """A record in which everything fits, whatever its entries say."""
    chain: list[record.Entry] = []
    for number, payload in enumerate(payloads, 1):
        one = record.entry("lib", number, chain[-1].link if chain else record.GENESIS, NOW, kind="x", case=None, said=0)
        kind = record.DISPOSAL if number % 2 else "comment"
        digest = hashlib.sha256((one.salt or b"") + payload.encode("utf-8", "replace")).digest()
        header = ("lib", number, NOW, kind, None)
        link = record._link(chain[-1].link if chain else record.GENESIS, digest, header)  # noqa: SLF001
        chain.append(replace(one, kind=kind, payload=payload, digest=digest, link=link))
    return chain


def _verify(given: tuple[list[str], int, str | None]) -> None:
    payloads, drop, other = given
    chain = _chain([payload.encode("utf-8", "replace").decode() for payload in payloads])
    if chain and other is not None:
        at = drop % len(chain)
        chain[at] = replace(chain[at], payload=other or None, salt=chain[at].salt if drop % 3 else None)

    async def entries() -> AsyncIterator[record.Entry]:
        for one in chain:
            yield one

    async def check() -> None:
        count, trouble = await record.verify(entries(), len(chain), chain[-1].link if chain else record.GENESIS)
        assert 0 <= count <= len(chain)
        assert trouble is None or trouble.strip()
        for form in ("jsonl", "csv"):
            await record.export(entries(), form, io.StringIO())

    asyncio.run(check())


def _redact(given: tuple[list[tuple[str, str]], str]) -> None:
    pairs, text = given
    masked = pack.Masked([(words, why) for words, why in pairs if words.strip() and why.strip()])
    said = MARK.sub("\ufffe", masked.value({"a": [text, {"b": text}]})["a"][0]).casefold()
    assert all(one.words.casefold() not in said for one in masked.each)
    assert page.end([(one.why, one.times) for one in masked.each])


def _shown(text: str) -> None:
    card = Card(text, (Line(text, "It says", quoted=True), Line(text, text)))
    shown = cards.show(card)
    shown.to_send()
    markup.own(text)
    Mask(Privacy(mask_authors=True)).text(text, text[:20])


class _Terminal:
    """One demo desk, and somebody who types at it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._out = io.StringIO()
        self._loop.run_until_complete(self._open())

    async def _open(self) -> None:
        self._store = store = await Store.open(f"sqlite:///{folder() / 'console.db'}", "demo")
        people = library()
        judy = people.member("Judy Ferris")
        assert judy
        self._chat = Console(people, PlainScreen(self._out), Clock(lambda: NOW), judy)
        desk = Desk(store, Screening(policy(), people, Classifier()), [self._chat])
        self._chat.join(desk)
        await desk.start(NOW, alone=True)
        for line in ("/as director", "Is this open on Sundays?", "You stupid cow."):
            await self._chat.handle(line)

    def type(self, line: str) -> None:
        """Type a line; something is answered."""
        self._out.seek(0)
        self._out.truncate()
        self._loop.run_until_complete(self._chat.handle(line))
        assert self._out.getvalue().strip() or not line.strip() or line.strip() == "/quit"

    def close(self) -> None:
        """Nobody types any more."""
        self._loop.run_until_complete(self._store.close())
        self._loop.close()


_terminal = cache(_Terminal)


def finish() -> None:
    """Close what stays open from one input to the next."""
    if _terminal.cache_info().currsize:
        _terminal().close()
        _terminal.cache_clear()


def _type(line: str) -> None:
    _terminal().type(line)


def _command(arguments: list[str]) -> None:
    env = {"DATABASE_URL": f"sqlite:///{folder() / 'cli.db'}", "LIBRARY_FILE": str(CONFIG / "library.toml")}
    result = CliRunner().invoke(main, [argument.replace("\0", "") for argument in arguments], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.exit_code == 0 or result.output.strip() or result.exit_code == 1


def _shipped(name: str) -> tuple[str, ...]:
    return ((CONFIG / name).read_text(encoding="utf-8"),)


@cache
def _database() -> bytes:
    path = folder() / "sound.db"

    async def make() -> None:
        await (await Store.open(f"sqlite:///{path}", "live")).close()

    asyncio.run(make())
    return path.read_bytes()


def _ids() -> st.SearchStrategy[str]:
    """Ids as Discord keeps them, of at most 100 signs."""
    return mutation.texts(("remove:2026-0001:1", "home::", "case:2026-0001:")).map(lambda text: text[:100])


def _arguments() -> st.SearchStrategy[list[str]]:
    changed = st.lists(
        st.one_of(mutation.scraps, st.sampled_from([word for words in samples.ARGUMENTS for word in words])), max_size=3
    )
    harmless = st.sampled_from(samples.ARGUMENTS)
    return st.tuples(harmless, changed, st.booleans()).map(lambda t: [*t[0], *t[1]] if t[2] else [*t[0][:1], *t[1]])


def parsers() -> list[Parser]:
    """All of them."""
    said = mutation.texts(
        ("=1+1", "@everyone https://a.example/x", "You cow.\n1. a\n- b", "Call 608-555-0123 at 12 Elm St")
    )
    jsonl = st.one_of(
        mutation.lines((json.dumps(samples.ROW), json.dumps(samples.PAIR))),
        mutation.values((samples.ROW, samples.PAIR), wild=True).map(lambda value: json.dumps(value).encode()),
    )
    payloads = st.lists(mutation.texts(('{"entries":[1,2]}', '{"by":"x"}', '{"entries":5}', "[]", "null")), max_size=4)
    pairs = st.lists(st.tuples(mutation.scraps, mutation.scraps), max_size=3)
    return [
        Parser("Slack messages", mutation.values(samples.SLACK, samples.KEPT), _message, 0.5),
        Parser("Slack forms", mutation.values([samples.VIEW], samples.KEPT, samples.OURS), _slack_form),
        Parser(
            "Discord messages",
            mutation.values([samples.DISCORD], frozenset(samples.DISCORD) | {"type", "username"}, samples.OURS),
            _discord_message,
            0.5,
        ),
        Parser(
            "Discord forms",
            mutation.values([samples.FORM], frozenset({"components", "component"}), samples.OURS),
            _discord_form,
            0.5,
        ),
        Parser("Discord ids", _ids(), cards.read_id),
        Parser("cards on Discord", said, _shown, 0.3),
        Parser("dates and times", mutation.texts(samples.TIMES), _times),
        Parser("library.toml", mutation.lines(_shipped("library.toml")), _table(Library), 0.05),
        Parser("policy.toml", mutation.lines(_shipped("policy.toml")), _table(Policy), 0.1),
        Parser(
            ".env", mutation.lines((*_shipped("example.env"), "SLACK_HTTP_PORT=3000\nDISCORD_TOKEN=x\n")), _env, 0.1
        ),
        Parser("cases as JSON lines", jsonl, _rows),
        Parser("record heads", mutation.lines((samples.HEAD, samples.HEAD * 2)), _heads),
        Parser("records to verify", st.tuples(payloads, st.integers(0, 9), st.none() | mutation.scraps), _verify, 0.2),
        Parser("words to mask", st.tuples(pairs, said), _redact),
        Parser("files", mutation.bytes_like(samples.FILES), media_type),
        Parser("backups", st.deferred(lambda: mutation.bytes_like([_database(), _database()[:5000]])), _backup, 0.02),
        Parser("command line", _arguments(), _command, 0.02),
        Parser("console lines", mutation.texts(samples.CONSOLE), _type, 0.005),
    ]
