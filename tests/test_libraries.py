"""Several libraries in one deployment: each has its own folder, and one that does not fit is named and left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from adapters import libraries
from adapters.doctor import examine_all
from adapters.health import Health, of_all
from bot import toml
from bot.library import Library
from bot.store import Store
from config.settings import Settings
from tests.conftest import CONFIG, MONDAY
from tests.test_cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

SLACK = "SLACK_BOT_TOKEN=xoxb-{0}\nSLACK_APP_TOKEN=xapp-{0}\n"


def make(place: Path, name: str, env: str | None = None, library: str | None = None) -> None:
    """A library's folder, as `commentdesk init` and an operator make it."""
    folder = place / name
    folder.mkdir(parents=True)
    text = (CONFIG / "library.toml").read_text(encoding="utf-8").replace("# [slack]\n# channel", "[slack]\nchannel")
    (folder / "library.toml").write_text(library or text.replace('"alder-creek"', f'"{name}"'), encoding="utf-8")
    (folder / "policy.toml").write_bytes((CONFIG / "policy.toml").read_bytes())
    sample = (CONFIG / "example.env").read_text(encoding="utf-8")
    (folder / ".env").write_text(sample + (SLACK.format(name) if env is None else env), encoding="utf-8")


def settings(place: Path) -> Settings:
    return Settings(_env_file=None, libraries_dir=place, database_url=SecretStr(f"sqlite:///{place / 'desk.db'}"))  # type: ignore[call-arg]


def test_each_folder_is_a_library_with_its_own_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "everybody's")
    for name in ("birch", "cedar"):
        make(tmp_path, name)
    (tmp_path / ".git").mkdir()
    (tmp_path / "desk.db").touch()
    served, problems = libraries.read(settings(tmp_path))
    assert problems == []
    assert [(one.folder, one.library.id) for one in served] == [("birch", "birch"), ("cedar", "cedar")]
    assert [[chat.name for chat in one.chats] for one in served] == [["slack"], ["slack"]]


BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "a token of another": ({"env": SLACK.format("birch")}, "SLACK_BOT_TOKEN is also that of birch"),
    "no token": ({"env": ""}, "No chat is set up"),
    "no library": ({"library": "id = 3"}, "library.toml"),
    "a database of its own": ({"env": "DATABASE_URL=sqlite:///x.db\n" + SLACK.format("odd")}, "DATABASE_URL is"),
    "a port that is none": ({"env": "SLACK_HTTP_PORT=many\n"}, ".env is not usable"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_that_does_not_fit_is_named_and_the_others_are_served(tmp_path: Path, name: str) -> None:
    how, words = BROKEN[name]
    for good in ("birch", "cedar"):
        make(tmp_path, good)
    make(tmp_path, "odd", **how)
    served, problems = libraries.read(settings(tmp_path))
    shares = "token of" in name
    assert [one.folder for one in served] == (["cedar"] if shares else ["birch", "cedar"])
    assert any(said.startswith("odd: ") and words in said for said in problems), problems
    assert all(said.startswith(("odd: ", "birch: ") if shares else "odd: ") for said in problems)


def test_two_with_one_id_would_share_their_rows_so_neither_is_served(tmp_path: Path) -> None:
    for name in ("birch", "cedar"):
        make(tmp_path, name)
    text = (tmp_path / "birch" / "library.toml").read_text(encoding="utf-8")
    make(tmp_path, "copy", library=text)
    served, problems = libraries.read(settings(tmp_path))
    assert [one.folder for one in served] == ["cedar"]
    assert sorted(said.split(": ")[0] for said in problems) == ["birch", "copy"]
    assert all('id = "birch" is also that of' in said for said in problems)


def test_a_place_without_libraries_is_said(tmp_path: Path) -> None:
    assert "holds no folder" in libraries.read(settings(tmp_path))[1][0]
    assert "holds no folder" in libraries.read(settings(tmp_path / "missing"))[1][0]


def test_run_says_what_is_wrong_where_nobody_can_be_served(tmp_path: Path) -> None:
    make(tmp_path / "libraries", "birch", env="")
    shell = Shell(tmp_path)
    shell.environment |= {"LIBRARIES_DIR": "libraries", "DATABASE_URL": "sqlite:///desk.db"}
    done = shell.run("run")
    assert done.returncode == 1
    assert "birch: No chat is set up" in done.stderr
    checked = shell.run("doctor", "--library", "birch")
    assert (checked.returncode, "birch: No chat is set up" in checked.stdout) == (1, True), checked
    assert "no folder 'oak'" in shell.run("doctor", "--library", "oak").stderr


async def test_doctor_names_each_librarys_troubles_and_leaves_tokens_out(tmp_path: Path) -> None:
    for name in ("birch", "cedar"):
        make(tmp_path, name, env=SLACK.format("one") + "SLACK_API_BASE_URL=http://127.0.0.1:9/\n")
    said = [str(check) for check in await examine_all(settings(tmp_path))]
    assert any("birch: SLACK_BOT_TOKEN is also that of cedar" in line for line in said)
    assert any(line.startswith("MEND  cedar: Slack") for line in said)
    assert not any("xoxb-one" in line or "xapp-one" in line for line in said)


async def test_the_health_page_says_once_what_is_so_of_all(tmp_path: Path, library: Library) -> None:
    store = await Store.open(url := f"sqlite:///{tmp_path / 'desk.db'}", "live")
    other = toml.check({**library.model_dump(by_alias=True), "id": "birch", "closed": []}, Library, "birch")
    each = {one.id: Health(url, store, one, [], lambda: MONDAY) for one in (library, other)}
    said = [str(check) for check in await of_all(each, ["odd: library.toml: there is no such file."])()]
    await store.close()
    assert said[0] == "MEND  Not served: odd: library.toml: there is no such file."
    assert sum("The desk has run since" in line for line in said) == 1
    assert any(line.startswith("ok    birch: library.toml has no closed day of 2026") for line in said)
    assert not any(line.startswith("ok    alder-creek: library.toml has no closed day of 2026") for line in said)
