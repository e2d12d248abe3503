"""The library's own facts, read from `library.toml`: its people, its accounts, its hours, the ballot."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations at run time
import json
import re
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from bot.hours import ClosedDay, Hours, ReplyTimes, Season, Weekday
from bot.toml import ConfigurationError, Table, check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Role(StrEnum):
    """What a person may do: staff act, the director rules, the deputy rules while the director is away."""

    DIRECTOR = "director"
    DEPUTY = "deputy"
    STAFF = "staff"


class Absence(Table):
    """Days on which a person is away, both ends included, in the library's time zone."""

    since: Annotated[dt.date, Field(alias="from")]
    until: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError("until must not be before from")
        return self


class Member(Table):
    """A person who works here. Only adults act for the library (policy, part I); no birth date is kept."""

    name: Annotated[str, Field(min_length=1)]
    role: Role = Role.STAFF
    title: str = ""
    adult: bool = False
    slack: str | None = None
    discord: str | None = None
    away: list[Absence] = []


class Account(Table):
    """One of the library's own accounts, and the director's approval of it (policy, part I)."""

    platform: str
    handle: str
    display_name: str = ""
    approved_by: str = ""
    approved_on: dt.date | None = None


class Platform(Table):
    """A platform the director approved, with a link to the platform's own rules (policy, best practice 1)."""

    name: str
    rules: str = ""


class Measure(Table):
    """A measure on the current ballot."""

    name: str
    about: str = ""


class Candidate(Table):
    """A person who seeks an office, or holds one."""

    name: str
    office: str = ""


class Ballot(Table):
    """What people vote on now; guideline 6 looks at nothing else."""

    date: dt.date | None = None
    measures: list[Measure] = []
    candidates: list[Candidate] = []


class Call(Table):
    """Whom to call where somebody may be harmed: shown to the director and the deputy when they are paged."""

    name: Annotated[str, Field(min_length=1)]
    number: Annotated[str, Field(min_length=1)]
    when: str = ""


class Privacy(Table):
    """What is masked on cards and in logs."""

    mask_authors: bool = False
    """Cards show no author's name."""
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """The country whose phone numbers need no country code."""
    card_number: str = ""
    """How the library's own card numbers look, as a regular expression."""
    card_check: Literal["luhn", "none"] = "luhn"
    """Whether a card number ends in a check digit; with it, other numbers of that length are left alone."""
    public: list[str] = []
    """The library's own phone numbers and addresses, which everybody may see."""

    @field_validator("card_number")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            matches_nothing = re.compile(value).fullmatch("") is not None
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        if re.search(r"(?<!\\)(?:[*+]|\{\d*,\}|\)[{])", value):
            raise ValueError('has no end, or repeats a group; write how long it is, for example "2\\d{13}"')
        if value and matches_nothing:
            raise ValueError('fits an empty text; write for example "2\\d{13}"')
        return value


class Keeping(Table):
    """How long cases are kept."""

    keep_years: Annotated[int, Field(ge=1, le=100)] | None = None
    """Years after its forward in which a case is kept; without it, forever. Nothing is ever disposed of by itself."""


class Reply(Table):
    """A wording that the library likes to answer with, offered beside the look at a draft."""

    name: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(min_length=1)]


class Room(Table):
    """Where staff talk in a chat: the id of the one channel in which the desk listens."""

    channel: Annotated[str, Field(min_length=1)]


class DiscordRoom(Room):
    """The same in Discord, where `role` may name the role, by its id, that everyone who uses the desk has to hold."""

    role: str | None = None


class Library(Table):
    """Everything the desk knows of one library. `id` marks its rows in the database and never changes."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: str
    town: str = ""
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """The two letters of the state whose holidays are proposed as closed days."""
    timezone: str
    people: list[Member]
    accounts: list[Account] = []
    platforms: list[Platform] = []
    programmes: list[str] = []
    partners: list[str] = []
    board: list[str] = []
    officials: list[Candidate] = []
    ballot: Ballot = Ballot()
    hours: Hours
    seasons: list[Season] = []
    workdays: list[Weekday]
    closed: list[ClosedDay] = []
    call: list[Call] = []
    reply: ReplyTimes = ReplyTimes()
    privacy: Privacy = Privacy()
    record: Keeping = Keeping()
    replies: list[Reply] = []
    slack: Room | None = None
    discord: DiscordRoom | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError('write a time zone such as "America/Chicago"') from None
        return value

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        directors = [m.name for m in self.people if m.role is Role.DIRECTOR]
        if len(directors) != 1:
            raise ValueError(f'exactly one of the people has role = "director"; here {len(directors)} have')
        if not self.director.adult:
            raise ValueError(f"the director, {directors[0]}, needs adult = true to act for the library")
        names = [m.name.casefold() for m in self.people]
        if twice := {n for n in names if names.count(n) > 1}:
            raise ValueError(f"two people are called {', '.join(sorted(twice))}; tell them apart by a middle initial")
        for chat, ids in (
            ("slack", [m.slack for m in self.people if m.slack]),
            ("discord", [m.discord for m in self.people if m.discord]),
        ):
            if twice := {i for i in ids if ids.count(i) > 1}:
                raise ValueError(f"two people have the {chat} id {', '.join(sorted(twice))}; each person has their own")
        if not any(self.hours.values()):
            raise ValueError('hours: the library is never open; give at least one weekday a span such as "10:00-18:00"')
        seasons = sorted(self.seasons, key=lambda season: season.since)
        if any(later.since <= earlier.until for earlier, later in pairwise(seasons)):
            raise ValueError("seasons: two of them share a day; let one end before the next begins")
        if not self.workdays:
            raise ValueError('workdays: there is none; write for example ["monday", "tuesday"]')
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The library's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def director(self) -> Member:
        """The one who rules."""
        return next(m for m in self.people if m.role is Role.DIRECTOR)

    @cached_property
    def deputy(self) -> Member | None:
        """The one who rules while the director is away, where the library names one."""
        return next((m for m in self.people if m.role is Role.DEPUTY), None)

    def away(
        self, said: Mapping[str, tuple[dt.datetime, dt.datetime | None]], today: dt.date, now: dt.datetime
    ) -> frozenset[str]:
        """The names of who is away: planned in this file for `today`, or `said` in a chat to be so, since and until."""
        planned = {m.name for m in self.people if any(a.since <= today <= a.until for a in m.away)}
        return frozenset(planned | {name for name, (_, until) in said.items() if until is None or now <= until})

    def decider(self, away: frozenset[str]) -> Member:
        """Who rules: the director, or the deputy while she is away."""
        deputy = self.deputy
        stands_in = self.director.name in away and deputy and deputy.adult and deputy.name not in away
        return deputy if stands_in and deputy else self.director

    def called(self, name: str) -> Member | None:
        """The adult whom people mean by a name or its beginning, in any case of letters; None where that is unclear."""
        wanted = " ".join(name.split()).casefold()
        adults = [m for m in self.people if m.adult]
        found = [m for m in adults if m.name.casefold() == wanted]
        found = found or [m for m in adults if wanted and m.name.casefold().startswith(wanted)]
        return found[0] if len(found) == 1 else None

    def channel(self, chat: str) -> str | None:
        """The channel of a chat where the desk speaks to everyone; None where the chat is not set up."""
        match chat:
            case "slack":
                return self.slack.channel if self.slack else None
            case "discord":
                return self.discord.channel if self.discord else None
            case _:
                return "terminal"

    def member(self, name: str) -> Member | None:
        """The person of that name, in any case of letters; None for a stranger."""
        wanted = " ".join(name.split()).casefold()
        return next((m for m in self.people if m.name.casefold() == wanted), None)

    def speaker(self, chat: str, person: str) -> Member | None:
        """Who speaks in a chat under this id; in a terminal the id is the name. None for a stranger."""
        match chat:
            case "slack":
                return next((m for m in self.people if m.slack == person), None)
            case "discord":
                return next((m for m in self.people if m.discord == person), None)
            case _:
                return self.member(person)


def read_context(path: Path) -> Library:
    """A library from the bench's `*.context.json`. Raises ConfigurationError."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError([f"{path}: can not be read: {error.strerror}."]) from None
    except ValueError as error:
        raise ConfigurationError([f"{path}: is no JSON: {error}."]) from None
    return from_context(data, str(path))


def from_context(data: dict[str, Any], name: str) -> Library:
    """A library from the bench's `*.context.json`, which knows no hours and nobody's age; good for screening only.

    Raises ConfigurationError where the file lacks what the bench's format promises.
    """
    try:
        director = {"name": data["director"]["name"], "title": data["director"].get("title", ""), "role": "director"}
        staff = {p["name"]: {"name": p["name"], "title": p.get("role", "")} for p in data.get("staff", [])}
        people = [{**person, "adult": True} for person in (staff | {director["name"]: director}).values()]
        officials = [
            *data.get("officials", []),
            *data.get("sitting_officials_not_on_ballot", []),
            *data.get("ballot", {}).get("sitting_officials", []),
        ]
        ballot = {key: value for key, value in data.get("ballot", {}).items() if key in Ballot.model_fields}
        facts = {
            "id": "bench",
            "name": data["library"],
            "town": data.get("town", ""),
            "timezone": data.get("timezone", "UTC"),
            "people": people,
            "accounts": [
                {key: value for key, value in account.items() if key in Account.model_fields}
                for account in data.get("official_accounts", [])
            ],
            "programmes": data.get("programmes", []),
            "partners": data.get("partners", []),
            "board": [_name(person) for person in [*data.get("board", []), *data.get("trustees", [])]],
            "officials": [
                {"name": _name(o), "office": o.get("office", "") if isinstance(o, dict) else ""} for o in officials
            ],
            "ballot": ballot,
            "hours": {"monday": ["9:00-17:00"]},
            "workdays": ["monday"],
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            [f"{name}: is no library context: {error!r} is missing or of the wrong kind."]
        ) from None
    return check(facts, Library, name)


def _name(person: object) -> str:
    return str(person["name"]) if isinstance(person, dict) else str(person)
