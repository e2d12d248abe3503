"""The command line, and the only wiring: settings to library and policy, those to a desk, the desk to its chats."""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
import io
import secrets
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError
from rich.console import Console as Progressing
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from adapters import batch, closed_days, discord, heads, logs, pack, session, slack
from adapters.doctor import examine
from bot import backup, database, record, retention, toml
from bot.chat import storable
from bot.library import Library, Role, read_context
from bot.policy import Policy
from bot.privacy import Mask, Pseudonyms
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.screening.score import Evenness, Score
from bot.store import Store
from config.settings import NAMES, SAMPLES, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


class Trouble(click.ClickException):
    """Something a person has to mend; each line is one thing. Exit status 1."""

    def show(self, file: object = None) -> None:  # noqa: ARG002 - the signature is click's
        """Say it on standard error."""
        click.echo(self.message, err=True)


class _Speaking(click.Group):
    """Says what the desk can not work with in words, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (database.Unavailable, toml.ConfigurationError) as error:
            raise Trouble(str(error)) from None


@click.group(cls=_Speaking, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comment-desk", prog_name="commentdesk")
def main() -> None:
    """Comment Desk: a library's comment guidelines, applied with care.

    Exit status: 0 done, 1 something has to be mended (said in a line each), 2 the command was mistyped.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the letters shows a sign in their place


@main.command()
def demo() -> None:
    """Try the desk in this terminal, or through a pipe, with a sample library."""
    settings = _settings()
    library = toml.read(settings.library_file or SAMPLES / "library.toml", Library)
    policy = toml.read(settings.policy_file or SAMPLES / "policy.toml", Policy)
    speaker = next((m for m in library.people if m.role is Role.STAFF and m.adult), library.director)
    refused = asyncio.run(session.run(_database(settings, "demo"), library, policy, "demo", speaker.name))
    sys.exit(1 if refused else 0)


@main.command()
def run() -> None:
    """Run the desk for a real library: starts each chat that is set up."""
    settings = _settings()
    problems: list[str] = []
    library = _configured(settings.library_file, "LIBRARY_FILE", Library, problems)
    policy = _configured(settings.policy_file, "POLICY_FILE", Policy, problems)
    if library and settings.console_person and not ((m := library.member(settings.console_person)) and m.adult):
        problems.append(
            f"CONSOLE_PERSON: {settings.console_person!r} is no adult among the people of {settings.library_file}."
        )
    chats = _chats(settings, library, problems)
    try:
        asyncio.run(_hold_to_kind(_database(settings, "live"), "live"))
    except database.Unavailable as error:
        problems.append(str(error))
    if problems or library is None or policy is None:
        raise Trouble("\n".join(problems))
    for said in closed_days.long(library, dt.datetime.now(library.zone).date()):
        click.echo(said, err=True)
    key = settings.log_key.get_secret_value().encode() if settings.log_key else secrets.token_bytes(32)
    names = Pseudonyms(key, Mask(library.privacy))
    logs.discreet(names)
    noted = heads.HeadFile(settings.record_head_file, library) if settings.record_head_file else None
    refused = asyncio.run(
        session.run(
            _database(settings, "live"),
            library,
            policy,
            "live",
            settings.console_person,
            chats,
            heads=noted,
            names=names,
        )
    )
    sys.exit(1 if refused else 0)


@main.command()
def doctor() -> None:
    """Look at the files, the database and each chat, and say in a line each what to mend; status 1 if anything."""
    checks = asyncio.run(examine(_settings()))
    for check in checks:
        click.echo(f"{'ok    ' if check.ok else 'MEND  '}{check.said}")
    sys.exit(0 if all(check.ok for check in checks) else 1)


@main.command()
@click.argument("year", metavar="[YEAR]", required=False, type=click.IntRange(2000, 2100))
def holidays(year: int | None) -> None:
    """Propose closed days for library.toml from the holidays of the library's state; what you paste there decides."""
    settings = _settings()
    library = toml.read(settings.library_file or SAMPLES / "library.toml", Library)
    today = dt.datetime.now(library.zone).date()
    click.echo(closed_days.proposed(library, year or closed_days.next_to_confirm(today)))


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Copy the sample configuration to DIR, to be edited. Nothing is overwritten."""
    there = [str(folder / name) for name in NAMES.values() if (folder / name).exists()]
    if there:
        raise Trouble(f"{', '.join(there)}: is there already, and stays as it is. Choose an empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample, name in NAMES.items():
            shutil.copyfile(SAMPLES / sample, folder / name)
    except OSError as error:
        raise Trouble(f"{folder}: can not be written: {error.strerror}.") from None
    click.echo(f"Edit {folder / 'library.toml'} first, then {folder / 'policy.toml'} and {folder / '.env'}.")
    click.echo(f"Then: cd {folder} && commentdesk run")


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


@main.command()
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


@main.command()
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


@main.command()
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


@main.group("record")
def record_group() -> None:
    """The public record: check it, or write it out."""


@main.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def back_up(file: Path) -> None:
    """Copy the desk's database to FILE, checked, also while the desk runs."""
    source = backup.sqlite_file(_database(_settings(), "live"))
    backup.back_up(source, file.absolute())
    click.echo(f"{source} is copied to {file}.")


@main.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in the place of the desk's database. Stop the desk first; what stood there is moved aside."""
    target = backup.sqlite_file(_database(_settings(), "live"))
    with session.alone(_database(_settings(), "live")):
        aside = backup.restore(file.absolute(), target)
    click.echo(f"{target} is as it was in {file}." + (f" What stood there is in {aside}." if aside else ""))


_kind_option = click.option(
    "--demo", "kind", flag_value="demo", default="live", help="The demo's record instead of the desk's."
)
_one_library_option = click.option(
    "--library", "library", metavar="ID", help="Where the database holds several libraries."
)


@record_group.command("verify")
@_kind_option
@_one_library_option
@click.option(
    "--head",
    "head_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that RECORD_HEAD_FILE names: shows a record that was cut off or written anew.",
)
def verify(kind: str, library: str | None, head_file: Path | None) -> None:
    """Check that no entry of the record was changed, taken out, put in, swapped or cut off."""

    async def check() -> tuple[int, str | None]:
        async with _reading(kind, library) as (store, name), store.look(name) as view:
            noted = heads.read(head_file, name) if head_file else ()
            return await record.verify(view.record(), *await view.record_head(), noted)

    count, problem = asyncio.run(check())
    if problem:
        raise Trouble(f"The record does NOT fit: {problem}. {count} entries before it fit.")
    click.echo(f"The record fits: {count} entries.")


@record_group.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="By default: standard output."
)
@_kind_option
@_one_library_option
def export(form: str, output: Path | None, kind: str, library: str | None) -> None:
    """Write the whole record, in order."""

    async def write() -> int:
        async with _reading(kind, library) as (store, name), store.look(name) as view:
            if output is None:
                return await record.export(view.record(), form, sys.stdout)
            with output.open("w", encoding="utf-8", newline="") as out:
                return await record.export(view.record(), form, out)

    try:
        count = asyncio.run(write())
    except OSError as error:
        raise Trouble(f"{output}: can not be written: {error.strerror}.") from None
    click.echo(f"{count} entries.", err=True)


_day = click.DateTime(formats=["%Y-%m-%d"])


@record_group.command("pack")
@click.option("--from", "since", metavar="DAY", type=_day, help="Comments forwarded on this day or later: 2026-11-01.")
@click.option("--to", "until", metavar="DAY", type=_day, help="Comments forwarded on this day or earlier.")
@click.option(
    "--author", "authors", metavar="NAME", multiple=True, help="Only comments by this author; may be repeated."
)
@click.option("--case", "cases", metavar="NUMBER", multiple=True, help="Only this case; may be repeated.")
@click.option(
    "--redact",
    "masked",
    metavar="WORDS WHY",
    nargs=2,
    multiple=True,
    help="Mask these words everywhere, or a capture (2026-0042/1), and list why; may be repeated.",
)
@click.option("--out", metavar="FILE.zip", required=True, type=click.Path(dir_okay=False, path_type=Path))
@_kind_option
@_one_library_option
def pack_(
    since: dt.datetime | None,
    until: dt.datetime | None,
    authors: tuple[str, ...],
    cases: tuple[str, ...],
    masked: tuple[tuple[str, str], ...],
    out: Path,
    kind: str,
    library: str | None,
) -> None:
    """Answer a records request: cases and their record as a page, tables and captures, in one file."""
    if any(not words.strip() or not why.strip() for words, why in masked):
        raise Trouble("--redact takes the words to mask and the reason, each in quotation marks; none may be empty.")
    if out.exists():
        raise Trouble(f"{out}: is there already, and stays as it is. Name another file.")
    wanted = pack.Wanted(since.date() if since else None, until.date() if until else None, authors, cases)
    masks = pack.Masked(masked)

    async def write() -> int:
        async with _reading(kind, library) as (store, name), store.look(name) as view:
            return await pack.write(view, out, wanted, masks, dt.datetime.now(dt.UTC))

    try:
        count = asyncio.run(write())
    except pack.Unwritten as error:
        raise Trouble(str(error)) from None
    for number, one in enumerate(masks.each, 1):
        click.echo(f"[masked {number}]: {one.times} places." + ("" if one.times else " Nothing fits those words."))
    click.echo(f"{count} cases are in {out}.")


_case_option = click.option("--case", "number", metavar="NUMBER", required=True, help="The case: 2026-0042.")
_reason_option = click.option("--reason", metavar="WHY", required=True, help="Why; it stays on record.")


@record_group.command("due")
@_kind_option
@_one_library_option
def due(kind: str, library: str | None) -> None:
    """List the closed cases that are older than library.toml keeps them. Nothing is disposed of by itself."""

    async def look() -> tuple[int | None, list[str]]:
        async with _reading(kind, library) as (store, name), store.look(name) as view:
            files = [edition.text for edition in await view.editions() if edition.kind == "library"]
            years = retention.keep_years(files[-1]) if files else None
            before = retention.years_before(dt.datetime.now(dt.UTC), years) if years else None
            return years, await view.due(before) if before else []

    years, numbers = asyncio.run(look())
    if years is None:
        click.echo("Everything is kept: library.toml sets no keep_years under [record].")
        return
    for number in numbers:
        click.echo(number)
    click.echo(f"{len(numbers)} closed cases are older than {years} years and not on hold.", err=True)


def _keep(number: str, reason: str, kind: str, library: str | None, act: str) -> int:
    """Hold, release or dispose of a case, on record; gives how many entries lost their content."""

    async def change() -> int:
        async with _reading(kind, library) as (store, name):
            async with store.change(name, dt.datetime.now(dt.UTC)) as step:
                said: dict[str, object] = {"by": f"{getpass.getuser()} at the command line", "reason": storable(reason)}
                entries: list[int] = []
                match act:
                    case "hold":
                        await step.retention.hold(number, storable(reason))
                    case "release":
                        await step.retention.release(number)
                    case _:
                        entries = await step.retention.dispose(number)
                        said["entries"] = entries
                step.note(act, number, said)
            await store.forget()
            return len(entries)

    if not reason.strip():
        raise Trouble("--reason may not be empty.")
    try:
        return asyncio.run(change())
    except retention.Kept as why:
        raise Trouble(str(why)) from None


@record_group.command("hold")
@_case_option
@_reason_option
@_kind_option
@_one_library_option
def hold(number: str, reason: str, kind: str, library: str | None) -> None:
    """Keep a case whatever its age, for example while a records request or a claim is open."""
    _keep(number, reason, kind, library, "hold")
    click.echo(f"{number} is on hold and can not be disposed of.")


@record_group.command("release")
@_case_option
@_reason_option
@_kind_option
@_one_library_option
def release(number: str, reason: str, kind: str, library: str | None) -> None:
    """End a hold."""
    _keep(number, reason, kind, library, "release")
    click.echo(f"{number} is no longer on hold.")


@record_group.command("dispose")
@_case_option
@_reason_option
@_kind_option
@_one_library_option
def dispose(number: str, reason: str, kind: str, library: str | None) -> None:
    """Destroy what a closed case says, for good; the record still verifies, and says that and why it went."""
    count = _keep(number, reason, kind, library, record.DISPOSAL)
    click.echo(f"{number}: its texts, attachments and the content of {count} entries are destroyed.")
    click.echo(retention.NOT_REACHED)


def _settings() -> Settings:
    try:
        return Settings()
    except (ValidationError, UnicodeDecodeError) as error:
        raise Trouble(f"A setting in the environment or in .env is not usable: {error}") from None


def _database(settings: Settings, kind: str) -> str:
    try:
        return settings.database(kind)
    except OSError as error:
        raise Trouble(
            f"{error.filename}: can not be made: {error.strerror}. Set DATABASE_URL to another place."
        ) from None


def _chats(settings: Settings, library: Library | None, problems: list[str]) -> list[session.Connection]:
    """Each chat that is set up; what is wrong with one is added to the problems."""
    if not (settings.console_person or settings.slack_bot_token or settings.discord_token):
        problems.append(
            "No chat is set up, so nobody could reach the desk. Set SLACK_BOT_TOKEN, DISCORD_TOKEN or, for a terminal, "
            "CONSOLE_PERSON in the environment or in .env; the README says how to install each."
        )
    chats: list[session.Connection] = []
    if library is None:
        return chats
    for token, open_chat in (
        (settings.slack_bot_token, slack.open_chat),
        (settings.discord_token, discord.open_chat),
    ):
        if token is not None:
            try:
                chats.append(open_chat(settings, library))
            except toml.ConfigurationError as error:
                problems += error.problems
    return chats


def _configured(path: Path | None, name: str, kind: type[toml.Checked], problems: list[str]) -> toml.Checked | None:
    """A configuration file as its setting names it; what is wrong with it is added to the problems."""
    if path is None:
        problems.append(f"{name} is not set. `commentdesk init DIR` makes the files to edit; then run it there.")
        return None
    try:
        return toml.read(path, kind)
    except toml.ConfigurationError as error:
        problems += error.problems
        return None


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


async def _hold_to_kind(url: str, kind: str) -> None:
    """Refuse an existing database of the other kind before anything else; one that does not exist is not made."""
    file = database.file_of(url)
    if file is not None and file.exists():
        store = await Store.read(url)
        try:
            database.hold_to_kind(url, await store.mark("kind"), kind)
        finally:
            await store.close()


@asynccontextmanager
async def _reading(kind: str, library: str | None) -> AsyncIterator[tuple[Store, str]]:
    settings = _settings()
    url = _database(settings, kind)
    if kind == "live" and not database.is_there(url) and database.is_there(_database(settings, "demo")):
        raise Trouble(f"There is no database at {database.named(url)}. For the demo's record add --demo.")
    store = await Store.read(url)
    try:
        libraries = await store.libraries()
        if library is None and len(libraries) == 1:
            library = libraries[0]
        if library not in libraries:
            known = f"It has: {', '.join(libraries)}. Name one with --library." if libraries else "It has none yet."
            raise Trouble(f"The database has no library {library!r}. {known}" if library else known)
        yield store, library
    finally:
        await store.close()
