"""The locks: every package by version and hash, within pyproject's bounds, wherever it may come from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MACHINES = [
    {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.7", "platform_machine": machine}
    for minor in (11, 12, 13)
    for machine in ("x86_64", "aarch64")
]
UNBOUNDED = {"tzdata"}
"""Its number is a year, and time zones change by law."""
EXTRAS = {"requirements.lock": ("postgres",), "requirements-test.lock": ("postgres", "test", "check")}


def lock(name: str) -> list[tuple[Requirement, list[str]]]:
    """Each package of a lock, and its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [line.split(" --hash=") for line in text.splitlines() if line.strip()]
    return [(Requirement(row[0].strip()), [one.strip() for one in row[1:]]) for row in rows]


def wanted(name: str) -> list[Requirement]:
    """What pyproject asks for in the place of a lock."""
    more = [one for extra in EXTRAS[name] for one in PROJECT["project"]["optional-dependencies"][extra]]
    return [Requirement(one) for one in [*PROJECT["project"]["dependencies"], *more]]


def applies(one: Requirement, machine: dict[str, str]) -> bool:
    """Is it installed on a Linux machine of this kind?"""
    linux = {"sys_platform": "linux", "platform_system": "Linux", "implementation_name": "cpython"}
    return one.marker is None or one.marker.evaluate({**linux, **machine})


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_names_versions_and_hashes_and_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")
    for one, hashes in lock(name):
        assert re.fullmatch(r"==[^*,]+", str(one.specifier)), one
        assert one.url is None
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: f"{m['python_version']} {m['platform_machine']}")
@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_fits_what_pyproject_asks_for(name: str, machine: dict[str, str]) -> None:
    pinned: dict[str, Version] = {}
    for one, _ in lock(name):
        if applies(one, machine):
            assert canonicalize_name(one.name) not in pinned, f"{one.name} is there twice"
            pinned[canonicalize_name(one.name)] = Version(str(one.specifier).removeprefix("=="))
    for one in wanted(name):
        assert pinned[canonicalize_name(one.name)] in one.specifier, one


def test_the_tests_run_with_what_the_desk_runs_with() -> None:
    desk, tested = ({(str(one), *hashes) for one, hashes in lock(name)} for name in EXTRAS)
    assert desk <= tested


def test_every_dependency_has_an_upper_bound() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    every = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *(o for e in extras for o in e)]
    for one in map(Requirement, every):
        bounded = any(part.operator in {"<", "<=", "==", "~="} for part in one.specifier)
        assert bounded or one.name in UNBOUNDED, one


def test_no_release_that_sends_usage_data_is_let_in() -> None:
    (onnx,) = (one for one in wanted("requirements.lock") if one.name == "onnxruntime")
    assert "1.27.5" in onnx.specifier
    assert "1.28.0" not in onnx.specifier
