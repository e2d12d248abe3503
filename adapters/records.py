"""The commands of the record: verify, export, pack, and what becomes of old entries."""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
import sys
from pathlib import Path

import click

from adapters import heads, pack
from adapters.configured import Trouble, reading
from bot import record, retention
from bot.chat import storable


@click.group("record")
def record_commands() -> None:
    """The public record: check it, or write it out."""


_kind_option = click.option(
    "--demo", "kind", flag_value="demo", default="live", help="The demo's record instead of the desk's."
)
_one_library_option = click.option(
    "--library", "library", metavar="ID", help="Where the database holds several libraries."
)


@record_commands.command("verify")
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
        async with reading(kind, library) as (store, name), store.look(name) as view:
            noted = heads.read(head_file, name) if head_file else ()
            return await record.verify(view.record(), *await view.record_head(), noted)

    count, problem = asyncio.run(check())
    if problem:
        raise Trouble(f"The record does NOT fit: {problem}. {count} entries before it fit.")
    click.echo(f"The record fits: {count} entries.")


@record_commands.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="By default: standard output."
)
@_kind_option
@_one_library_option
def export(form: str, output: Path | None, kind: str, library: str | None) -> None:
    """Write the whole record, in order."""

    async def write() -> int:
        async with reading(kind, library) as (store, name), store.look(name) as view:
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


@record_commands.command("pack")
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
        async with reading(kind, library) as (store, name), store.look(name) as view:
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


@record_commands.command("due")
@_kind_option
@_one_library_option
def due(kind: str, library: str | None) -> None:
    """List the closed cases that are older than library.toml keeps them. Nothing is disposed of by itself."""

    async def look() -> tuple[int | None, list[str]]:
        async with reading(kind, library) as (store, name), store.look(name) as view:
            files = [edition.text for edition in await view.editions() if edition.kind == "library"]
            years = retention.keep_years(files[-1]) if files else None
            before = retention.years_before(dt.datetime.now(dt.UTC), years) if years else None
            return years, await view.outdated(before) if before else []

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
        async with reading(kind, library) as (store, name):
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


@record_commands.command("hold")
@_case_option
@_reason_option
@_kind_option
@_one_library_option
def hold(number: str, reason: str, kind: str, library: str | None) -> None:
    """Keep a case whatever its age, for example while a records request or a claim is open."""
    _keep(number, reason, kind, library, "hold")
    click.echo(f"{number} is on hold and can not be disposed of.")


@record_commands.command("release")
@_case_option
@_reason_option
@_kind_option
@_one_library_option
def release(number: str, reason: str, kind: str, library: str | None) -> None:
    """End a hold."""
    _keep(number, reason, kind, library, "release")
    click.echo(f"{number} is no longer on hold.")


@record_commands.command("dispose")
@_case_option
@_reason_option
@_kind_option
@_one_library_option
def dispose(number: str, reason: str, kind: str, library: str | None) -> None:
    """Destroy what a closed case says, for good; the record still verifies, and says that and why it went."""
    count = _keep(number, reason, kind, library, record.DISPOSAL)
    click.echo(f"{number}: its texts, attachments and the content of {count} entries are destroyed.")
    click.echo(retention.NOT_REACHED)
