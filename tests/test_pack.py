"""A records request: what a pack holds, what is masked in it, and that nothing in it runs."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import pack
from bot.chat import Attachment, Comment, Forward, Media, Place
from bot.desk import Desk
from tests.conftest import MONDAY
from tests.test_border import JUDY, PICTURE, Wire

if TYPE_CHECKING:
    from pathlib import Path

    from bot.screening import Screening
    from tests.conftest import Talk

SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)> & "quoted"'


async def packed(talk: Talk, folder: Path, *masked: tuple[str, str], **wanted: object) -> zipfile.ZipFile:
    out = folder / "pack.zip"
    async with talk.store.look(talk.library.id) as view:
        await pack.write(view, out, pack.Wanted(**wanted), pack.Masked(masked), MONDAY)  # type: ignore[arg-type]
    return zipfile.ZipFile(out)


def rows(file: zipfile.ZipFile, name: str = "cases.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read(name).decode(), newline="")))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def entries(file: zipfile.ZipFile) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read("record.jsonl").decode().splitlines()]


class Tags(HTMLParser):
    """Which tags a page has, and whatever would make it load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.reaching: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.reaching += [
            f"{name}={value}"
            for name, value in attrs
            if name.startswith("on") or (name in {"src", "href"} and not (value or "").startswith("data:image/"))
        ]


async def test_a_pack_holds_cases_record_policy_and_a_manifest_that_fits(talk: Talk, tmp_path: Path) -> None:
    await talk.say("/author Jane Roe", "What time do you open?", "You people are worthless pigs", "/ask 1 Hm?")
    await talk.say("/as director", "/keep 1 a plain question")
    with await packed(talk, tmp_path) as file:
        assert [row["case"] for row in rows(file)] == ["2026-0001", "2026-0002"]
        assert rows(file)[0]["reason"] == "a plain question"
        mine = [entry for entry in await talk.entries() if entry.case]
        assert sorted(str(e["digest"]) for e in entries(file)) == sorted(e.digest.hex() for e in mine)
        (policy,) = [name for name in file.namelist() if name.startswith("policy/")]
        made = json.loads((await talk.entries("verdict"))[0].payload or "")["made with"]["policy"]
        assert policy == f"policy/{made}.json"
        assert hashlib.sha256(file.read(policy)).hexdigest() == made
        sums = [line.split("  ") for line in file.read("MANIFEST.sha256").decode().splitlines() if line[0] != "#"]
        assert {name for _, name in sums} == set(file.namelist()) - {"MANIFEST.sha256"}
        assert all(hashlib.sha256(file.read(name)).hexdigest() == digest for digest, name in sums)
    assert [name for name in names(tmp_path) if name.startswith(".pack")] == []


async def test_cases_are_chosen_by_day_author_and_number(talk: Talk, tmp_path: Path) -> None:
    await talk.say("/author Jane Roe", "What time do you open?", "Is there parking?", "/clock +1d")
    await talk.say("/author jane roe", "Do you have seeds?")
    tuesday = dt.date(2026, 11, 17)
    for wanted, numbers in (
        ({"since": tuesday}, ["2026-0003"]),
        ({"until": dt.date(2026, 11, 16)}, ["2026-0001", "2026-0002"]),
        ({"authors": ("Jane Roe",)}, ["2026-0001", "2026-0003"]),
        ({"cases": ("2026-0002",)}, ["2026-0002"]),
        ({"until": dt.date(2026, 11, 15)}, []),
    ):
        with await packed(talk, tmp_path, **wanted) as file:
            assert [row["case"] for row in rows(file)] == numbers


async def test_what_the_director_had_masked_stands_nowhere_in_the_pack(talk: Talk, tmp_path: Path) -> None:
    text = "I saw Dana Whitlock check out three books about divorce last week."
    await talk.say("/author Dana Whitlock", text, "/ask 1 Is it about DANA  whitlock?")
    with await packed(talk, tmp_path, ("Dana Whitlock", "a patron"), authors=("Dana Whitlock",)) as file:
        everything = b"".join(file.read(name) for name in file.namelist()).lower()
        assert b"whitlock" not in everything
        assert rows(file, "masked.csv")[0]["why"] == "a patron"
        assert int(rows(file, "masked.csv")[0]["places"]) >= 4
        masked = [entry for entry in entries(file) if entry.get("masked")]
        assert masked
        assert {entry["salt"] for entry in masked} == {None}, "with its salt, a short text could be guessed"
        assert "a patron" in file.read("record.html").decode()


@given(st.integers(0, 60), st.integers(4, 60))
def test_a_piece_of_what_is_masked_is_masked_too(start: int, length: int) -> None:
    words = "Dana Whitlock of 12 Elm Street checked out three books on divorce"
    piece = words[start : start + length].strip()
    masks = pack.Masked([(words, "a patron")])
    assert masks.text(piece) == "[masked 1]" or len(piece) < pack.LEAST
    if start == 0:
        assert masks.text(f"She wrote: {piece}…") == "She wrote: [masked 1]…" or len(piece) < pack.LEAST


async def test_a_comment_can_not_run_anything_in_the_page_or_in_a_spreadsheet(talk: Talk, tmp_path: Path) -> None:
    await talk.say(
        f"/author {SCRIPT}", SCRIPT, "=HYPERLINK(1)", "@SUM(A1)", " +1 is what I say", "-1", f"/ask 1 {SCRIPT}"
    )
    with await packed(talk, tmp_path) as file:
        page = Tags(file.read("record.html").decode())
        assert not page.tags & {"script", "iframe", "object", "link", "a"}
        assert page.reaching == []
        cells = [cell for row in rows(file) for cell in row.values()]
        assert [cell for cell in cells if cell.lstrip()[:1] in set("=+-@") and cell.strip()] == []
        assert rows(file)[1]["comment"] == "'=HYPERLINK(1)"
        assert any(SCRIPT in json.dumps(e["payload"]).replace("\\", "") for e in entries(file))


async def test_captures_are_in_the_pack_unless_masked(talk: Talk, screening: Screening, tmp_path: Path) -> None:
    wire = Wire()
    wire.files["F1"] = Media("image/png", PICTURE)
    desk = Desk(talk.store, screening, [wire])
    comment = Comment("Look at this", attachments=(Attachment("image", "x.png", "F1"),))
    await desk.on_comment(Forward(Place("console", "staff", "1"), JUDY, comment), MONDAY)
    with await packed(talk, tmp_path) as file:
        assert file.read("captures/2026-0001-1.png") == PICTURE
        assert "data:image/png;base64," in file.read("record.html").decode()
    with await packed(talk, tmp_path, ("2026-0001/1", "shows a child")) as file:
        assert [name for name in file.namelist() if name.startswith("captures/")] == []
        assert "data:image" not in file.read("record.html").decode()


async def test_the_policy_of_each_time_is_kept(talk: Talk, screening: Screening, tmp_path: Path) -> None:
    await talk.say("What time do you open?")
    other = screening.policy.model_copy(update={"title": "Another policy"})
    for policy, days in ((other, 1), (screening.policy, 2), (screening.policy, 3)):
        desk = Desk(talk.store, type(screening)(policy, screening.library, screening.classifier), [])
        await desk.start(MONDAY + dt.timedelta(days=days), alone=False)
    async with talk.store.look(talk.library.id) as view:
        titles = [(json.loads(e.text)["title"], e.since) for e in await view.editions() if e.kind == "policy"]
    first = screening.policy.title
    later = [MONDAY + dt.timedelta(days=days) for days in (0, 1, 2)]
    assert titles == list(zip((first, "Another policy", first), later, strict=True))
    with await packed(talk, tmp_path) as file:
        assert len([name for name in file.namelist() if name.startswith("policy/")]) == 2
        assert "Another policy, from 2026-11-17 11:00 until 2026-11-18 11:00" in file.read("record.html").decode()


async def test_half_a_pack_never_stays(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    before = names(tmp_path)
    with pytest.raises(pack.Unwritten, match="No space"):
        await packed(talk, tmp_path)
    assert names(tmp_path) == before
