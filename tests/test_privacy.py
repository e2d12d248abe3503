"""Nothing leaves the house."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import onnxruntime
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import database

if TYPE_CHECKING:
    from tests.conftest import Talk

UPLOAD = b"events.data.microsoft"
"""Stands in the builds of the classifier's runtime that send usage data to their maker, and in no other."""


def test_the_classifiers_runtime_has_nowhere_to_send_to() -> None:
    libraries = [path for path in Path(onnxruntime.__file__).parent.rglob("*.so*") if path.is_file()]
    assert libraries
    assert [path.name for path in libraries if UPLOAD in path.read_bytes()] == []


async def test_a_talk_opens_no_connection(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the desk opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    heard = await talk.say("See http://example.org/now for cheap watches!", "/as director", "/keep 1 harmless")
    assert "KEEP, ruled by Ruth Engstrom" in heard


async def test_an_error_of_the_database_does_not_repeat_what_was_stored(tmp_path: Path) -> None:
    """Whoever logs it would log what people said."""
    engine = database.connect(f"sqlite:///{tmp_path / 'desk.db'}")
    async with engine.connect() as connection:
        with pytest.raises(SQLAlchemyError) as caught:
            await connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "Wilhelmina borrowed it"})
    await engine.dispose()
    assert "nowhere" in str(caught.value)
    assert "Wilhelmina" not in str(caught.value)
