"""Reading a TOML file into a checked table, and saying what is wrong with it in words its editor understands."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Checked = TypeVar("Checked", bound="Table")


class ConfigurationError(Exception):
    """A configuration file can not be used. `problems` has a sentence for each mistake: file, key, what is right."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class Table(BaseModel):
    """A table of a configuration file: unknown keys are mistakes, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def read(path: Path, kind: type[Checked]) -> Checked:
    """Read `path` as `kind`. Raises ConfigurationError that names every mistake at once."""
    try:
        text = path.read_bytes().decode("utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigurationError(
            [f"{path}: there is no such file. `commentdesk init DIR` makes one to edit."]
        ) from None
    except OSError as error:
        raise ConfigurationError([f"{path}: can not be read: {error.strerror}."]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{path}: is not UTF-8 text. Save it again as UTF-8."]) from None
    except ValueError as error:  # TOMLDecodeError, and a number of more digits than Python reads
        raise ConfigurationError([f"{path}: is not valid TOML: {error}."]) from None
    return check(data, kind, str(path))


def check(data: dict[str, Any], kind: type[Checked], name: str) -> Checked:
    """Check `data` as `kind`; `name` is how the file is called in error messages."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError([f"{name}: {_sentence(kind, dict(e))}" for e in error.errors()]) from None


def text(table: Table) -> str:
    """What the table says, as JSON, independent of comments and layout in its file."""
    return table.model_dump_json(by_alias=True)


def fingerprint(table: Table) -> str:
    """SHA-256 of what the table says; kept with each verdict."""
    return hashlib.sha256(text(table).encode()).hexdigest()


def _sentence(kind: type[Table], error: dict[str, Any]) -> str:
    where = _path(error["loc"])
    match error["type"]:
        case "missing":
            return f"{where}: is missing; add it."
        case "extra_forbidden":
            close = difflib.get_close_matches(str(error["loc"][-1]), _known_keys(kind), n=1)
            return f"{where}: is no key of this file." + (f" Do you mean {close[0]!r}?" if close else " Take it out.")
        case _:
            message = str(error["msg"]).removeprefix("Value error, ")
            given = error.get("input")
            shown = "" if isinstance(given, dict | list) or given is None else f" (it says {str(given)[:60]!r})"
            return f"{where}: {message}{shown}."


def _path(location: tuple[str | int, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"


def _known_keys(kind: type[BaseModel]) -> list[str]:
    keys: list[str] = []
    todo: list[type[BaseModel]] = [kind]
    for model in todo:
        for name, field in model.model_fields.items():
            keys.append(field.alias or name)
            for argument in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(argument, type) and issubclass(argument, BaseModel) and argument not in todo:
                    todo.append(argument)
    return keys
