"""Every parser takes what nobody would write: it says what is wrong or lets it be, and never breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.__main__ import feed
from tests.fuzz.parsers import Parser, finish, parsers

if TYPE_CHECKING:
    from collections.abc import Iterator

INPUTS = 200


@pytest.fixture(autouse=True, scope="module")
def tidy() -> Iterator[None]:
    yield
    finish()


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.name)
def test_no_input_breaks_a_parser(
    parser: Parser, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.getbasetemp())
    broken = feed(parser, max(round(INPUTS * min(parser.share * 4, 1)), 5))
    assert broken is None, broken
