"""Every pattern of the desk takes time in line with its text, whatever the text is."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import adapters
import bot
import config
from adapters.pack import _words as page_words
from adapters.slack.incoming import plain
from bot.chat import Comment, Earlier
from bot.library import Account, Ballot, Candidate, Library, Measure, Privacy
from bot.privacy import Mask, Pseudonyms
from bot.screening.evidence import gather
from bot.screening.model import groups
from bot.screening.model.marks import Marks
from bot.screening.scene import Scene
from tests.hostile.patterns import BEGINNING, SEARCH, WHOLE, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PACKAGES = (bot, adapters, config)
_TRAINING = {"breadth", "card", "export", "final", "fit", "network", "stack", "train"}
"""They need what only training installs, and read the corpus alone."""

LET_BE = {
    ("bot.screening.reading", "_SPACED"): "a round that has to be given back is the last, and the one before it fits",
    ("bot.screening.model.features", "_SPACED"): "as in the reading: only the last round can be given back",
    ("bot.screening.model.features", "_STARRED"): "it is held against pieces of at most 40 characters",
    ("bot.screening.model.augment", "_WORD"): "it reads the corpus, when training",
    ("adapters.discord.markup", "_ADDRESS"): "an address within an address ends it well",
}
"""Patterns that the check refuses without need, and why they are let be."""

OF_THE_LIBRARY = {"bot/screening/model/marks.py"}
"""Their patterns inside functions read the names in library.toml and the first words of an author's name."""

BUILT = {
    ("adapters/pack.py", "_words"),
    ("adapters/slack/incoming.py", "plain"),
    ("bot/library.py", "_readable"),
    ("bot/privacy.py", "_card"),
    ("bot/privacy.py", "_with_author"),
    ("bot/privacy.py", "hide"),
    ("bot/screening/model/groups.py", "_words"),
    ("bot/screening/model/marks.py", "_alternation"),
    ("bot/screening/repetition.py", "_flood"),
    ("bot/screening/signs.py", "words"),
}
"""Where patterns are built while the desk runs, from names and words that are escaped; each has an example below."""


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in found.name and found.name.rpartition(".")[2] not in _TRAINING:
                yield importlib.import_module(found.name)


def _held(value: Any) -> Iterator[re.Pattern[str]]:
    """The patterns in a module's value, however deep it holds them."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, dict):
        yield from (pattern for one in value.values() for pattern in _held(one))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from (pattern for one in value for pattern in _held(one))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (pattern for field in dataclasses.fields(value) for pattern in _held(getattr(value, field.name)))


def _uses(tree: ast.Module, name: str) -> str:
    """How a module holds one of its patterns against a text: by its widest use."""
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
    return WHOLE if used == {WHOLE} else BEGINNING if used and used <= {WHOLE, BEGINNING} else SEARCH


def _standing() -> Iterator[tuple[str, str, re.Pattern[str], str]]:
    for module in _modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for name, value in vars(module).items():
            for pattern in _held(value):
                yield module.__name__, name, pattern, _uses(tree, name)


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        root = Path(package.__path__[0])
        for file in sorted(root.rglob("*.py")):
            if file.stem not in _TRAINING:
                yield file.relative_to(root.parent).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def _called(tree: ast.Module) -> Iterator[tuple[str, str, ast.expr]]:
    """Each call of `re.something(pattern, …)`: the function it stands in, what is called, and the pattern."""
    for outer in ast.walk(tree):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(outer):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "re"
                    and node.func.attr != "escape"
                ):
                    yield outer.name, node.func.attr, node.args[0]


HOSTILE = (
    "(((a+)+)+",
    "a" * 60,
    "a a a a",
    "a\\s+a\\s+",
    "…(x)*",
    "\u0627\u0627",
    "Mary (Mary (Mary",
    "x' x' x'",
    "@a @a",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_patterns_built_from_names_are_linear(name: str, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in library.toml or in a comment is taken letter by letter, whatever it looks like."""
    built: list[tuple[str, int]] = []
    compiled = re._compile  # type: ignore[attr-defined]  # noqa: SLF001 - every pattern passes here

    def noting(pattern: Any, flags: Any) -> Any:
        if isinstance(pattern, str):
            built.append((pattern, int(flags)))
        return compiled(pattern, flags)

    monkeypatch.setattr(re, "_compile", noting)
    named = library.model_copy(
        update={
            "name": f"{name} Public Library",
            "town": name,
            "programmes": [name],
            "partners": [name],
            "board": [name],
            "officials": [Candidate(name=name)],
            "ballot": Ballot(measures=[Measure(name=name)], candidates=[Candidate(name=name, office=name)]),
            "accounts": [Account(platform=name, handle=name, display_name=name)],
        }
    )
    Marks(named).text(name)
    gather(Scene(Comment(f"{name} aaa bbb aaa bbb aaa bbb", name, name), (Earlier(name, name),), named))
    Mask(Privacy(mask_authors=True, card_number="2\\d{13}")).text(f"{name} 22345678901234 @", name)
    names = Pseudonyms(b"key", Mask(Privacy()))
    names.of(name)
    names.hide(name)
    plain(name, name)
    page_words(name)
    assert len(built) >= 6
    monkeypatch.undo()
    standing = {str(a.value) for _, tree in _sources() for _, _, a in _called(tree) if isinstance(a, ast.Constant)}
    for pattern, flags in {one for one in built if one[0] not in standing}:
        assert trouble(pattern, flags) is None, pattern


def test_the_desks_patterns_are_linear() -> None:
    seen = 0
    for module, name, pattern, use in _standing():
        seen += 1
        if (module, name) not in LET_BE:
            flags = pattern.flags & ~re.UNICODE
            assert trouble(pattern.pattern, flags, use) is None, f"{module}.{name}: {pattern.pattern[:200]}"
    assert seen > 200


def test_what_is_let_be_would_be_refused() -> None:
    refused = {(m, n) for m, n, p, use in _standing() if (m, n) in LET_BE and trouble(p.pattern, p.flags & ~32, use)}
    assert refused == set(LET_BE)


def test_patterns_inside_functions_are_linear_or_known() -> None:
    built = set()
    for file, tree in _sources():
        for function, use, argument in _called(tree):
            if isinstance(argument, ast.Constant):
                if file not in OF_THE_LIBRARY:
                    held = use if use in {WHOLE, BEGINNING} else SEARCH
                    assert trouble(str(argument.value), 0, held) is None, (file, function, argument.value)
            else:
                built.add((file, function))
    assert built == BUILT


def test_the_pattern_of_the_words_for_groups_is_linear() -> None:
    assert trouble(groups._words().pattern, re.IGNORECASE, SEARCH) is None  # noqa: SLF001 - it is built when first used


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a|a)*b",
        r"(?:\w{1,30}\s?){0,8}x",
        r"(?<!\w)\w+\s*\s*x",
        r"a*a*b",
        r"\w+@",
        r"\s+$",
        r"(?<![a-z])scrawl\w*(?: [a-z]+){0,3} x",
        r"po box(?:\s*#?\s*\w{1,6})*x",
        r"(?=a+b)",
    ],
)
def test_the_check_refuses_what_is_not_linear(pattern: str) -> None:
    assert trouble(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\S+",
        r"(?<!\w)\w+@",
        r"\bleak\w*\b",
        r"#[a-z0-9]*(?:for|4)[a-z0-9]*",
        r"(?<![a-z])saw(?: [a-z]+){0,4} x",
        r'"[^"]{1,600}"',
    ],
)
def test_the_check_passes_what_is_linear(pattern: str) -> None:
    assert trouble(pattern) is None


@pytest.mark.parametrize("pattern", [r"2\d+", r"(\d{1,9}){9}", r"\d{4,}", r"[0-9]*1", r"(?:a|a)+"])
def test_a_card_number_of_no_length_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="write how long it is"):
        Privacy(card_number=pattern)


@pytest.mark.parametrize("pattern", [r"2\d{13}", r"[DW]\d{7}", r"\d{4}-\d{4,6}", r"1\+\d{5}", r"(?:2|3)\d{6}"])
def test_a_card_number_of_some_length_is_taken(pattern: str) -> None:
    assert Privacy(card_number=pattern).card_number == pattern
