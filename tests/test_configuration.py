"""Every mistake in the configuration is named at start, by file and key, with what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import toml
from bot.library import Library, from_context
from bot.policy import Policy
from tests.conftest import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY_MISTAKES = {
    'timezone = "America/Chicago"': ('timezone = "Chicago"', 'timezone: write a time zone such as "America/Chicago"'),
    'role = "director"': ('role = "head"', "people[1].role: Input should be 'director', 'deputy' or 'staff'"),
    'role = "deputy"': ('role = "director"', 'exactly one of the people has role = "director"; here 2 have'),
    'name = "Judy Ferris"': ('name = "amir haddad"', "two people are called amir haddad"),
    'monday = ["10:00-20:00"]': ('monday = ["10 to 8"]', 'hours.monday[1]: write a span such as "10:00-20:00"'),
    'tuesday = ["10:00-20:00"]': ('tuesday = ["20:00-10:00"]', "hours.tuesday[1]: a span ends after it begins"),
    'wednesday = ["10:00-20:00"]': ('wedensday = ["10:00-20:00"]', "wedensday"),
    'office_closes = "17:00"': ('office_closes = "5 pm"', 'reply.office_closes: write a time of day such as "17:30"'),
    "until = 2026-11-27": ("until = 2026-11-20", "closed[1]: until must not be before on"),
    'id = "alder-creek"': ("", "id: is missing; add it."),
    "[ballot]": ("[balot]", "balot: is no key of this file. Do you mean 'ballot'?"),
    "target_open_hours = 4": ("target_open_hours = 0", "reply.target_open_hours: Input should be greater than 0"),
    "[hours]": ("[hours", "is not valid TOML"),
}


SUMMER = '\n[[seasons]]\nfrom = 2027-06-01\nuntil = 2027-08-31\nhours = { monday = ["9:00-12:00"] }\n'
LIBRARY_MISTAKES |= {
    "\n[[closed]]": (SUMMER + SUMMER + "\n[[closed]]", "seasons: two of them share a day"),
    "\n\n[[closed]]": (
        SUMMER.replace("2027-08-31", "2026-08-31") + "[[closed]]",
        "seasons[1]: until must not be before",
    ),
    'state = "WI"': ('state = "Wisconsin"', "state: String should match pattern"),
}


@pytest.mark.parametrize(("right", "wrong", "said"), [(r, w, s) for r, (w, s) in LIBRARY_MISTAKES.items()])
def test_mistakes_in_the_library_file_are_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    text = (CONFIG / "library.toml").read_text(encoding="utf-8")
    assert right in text
    file = tmp_path / "library.toml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(toml.ConfigurationError) as caught:
        toml.read(file, Library)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{file}: ")


POLICY_MISTAKES = {
    "number = 2": ("number = 1", "two guidelines share the number 1"),
    'key = "abuse"': ('key = "off-topic"', "two guidelines share the key off-topic"),
    "refer = 0.35": ("refer = 0.95", "thresholds: refer must be smaller than remove"),
    "keep = 0.53": ("keep = 0.90", "prior: keep, refer and remove must add up to 1"),
    "remove = 0.85": ("remove = 85", "thresholds.remove: Input should be less than or equal to 1"),
}


@pytest.mark.parametrize(("right", "wrong", "said"), [(r, w, s) for r, (w, s) in POLICY_MISTAKES.items()])
def test_mistakes_in_the_policy_file_are_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    text = (CONFIG / "policy.toml").read_text(encoding="utf-8")
    file = tmp_path / "policy.toml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(toml.ConfigurationError, match=r"policy\.toml: ") as caught:
        toml.read(file, Policy)
    assert said in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("title = 3\n[prior]\nkeep = 2\n", encoding="utf-8")
    with pytest.raises(toml.ConfigurationError) as caught:
        toml.read(file, Policy)
    named = [problem.split(": ")[1] for problem in caught.value.problems]
    assert named == ["title", "guideline", "prior.keep", "prior.refer", "prior.remove"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"= 3"])
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "library.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(toml.ConfigurationError, match=r"library\.toml: "):
        toml.read(file, Library)


def test_a_fingerprint_follows_what_a_file_says_not_how(tmp_path: Path) -> None:
    text = (CONFIG / "policy.toml").read_text(encoding="utf-8")
    plain = toml.fingerprint(toml.read(CONFIG / "policy.toml", Policy))
    file = tmp_path / "policy.toml"
    file.write_text("# another comment\n" + text, encoding="utf-8")
    assert toml.fingerprint(toml.read(file, Policy)) == plain
    file.write_text(text.replace("refer = 0.35", "refer = 0.40"), encoding="utf-8")
    assert toml.fingerprint(toml.read(file, Policy)) != plain


def test_a_context_may_name_its_director_among_the_staff() -> None:
    context = {"library": "X", "director": {"name": "Ruth"}, "staff": [{"name": "Ruth", "role": "Director"}]}
    assert [member.role for member in from_context(context, "x.json").people] == ["director"]


def test_a_context_of_the_wrong_shape_is_named() -> None:
    with pytest.raises(toml.ConfigurationError, match=r"x\.json: is no library context"):
        from_context({"library": "No Director Library"}, "x.json")
