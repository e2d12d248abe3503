"""Cases, verdicts and settled notices as the database's rows hold them, and back."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from bot.case import Case, Done, Ruling
from bot.chat import Attachment, Comment, Place
from bot.screening.finding import Finding, Outcome, Verdict, Where

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import RowMapping

STATE = tuple(
    field.name
    for field in fields(Case)
    if field.name not in {"number", "place", "comment", "verdict", "ruling", "forwarded_by", "forwarded_at"}
)
COMMENT = tuple(field.name for field in fields(Comment) if field.name != "attachments")


def spoken_number(year: int, serial: int) -> str:
    """A case number as people say it: `2026-0042`."""
    return f"{year}-{serial:04}"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON values."""
    return {
        **asdict(verdict),
        "guidelines": list(verdict.guidelines),
        "findings": [asdict(f) for f in verdict.findings],
    }


def settled(state: str, now: dt.datetime) -> dict[str, Any]:
    """What changes in the row of a notice that is "sent", "dropped" or "dead": it waits for no time any more."""
    return {"state": state, "try_at": None, "closed_at": now}


def verdict_of(said: dict[str, Any]) -> Verdict:
    """A verdict from its JSON values."""
    findings = tuple(Finding(**{**one, "where": Where(one["where"])}) for one in said["findings"])
    return Verdict(
        **{**said, "outcome": Outcome(said["outcome"]), "guidelines": tuple(said["guidelines"]), "findings": findings}
    )


def state_of(case: Case) -> dict[str, Any]:
    """The columns that change with a case."""
    duties = case.duties
    comment = {name: getattr(case.comment, name) for name in COMMENT}
    return {
        **{name: getattr(case, name) for name in STATE},
        **comment,
        "attachments": [asdict(attachment) for attachment in case.comment.attachments],
        "is_open": bool(duties),
        "reply_due": "reply" in duties,
    }


def case_of(row: RowMapping) -> Case:
    """A case from its row, joined with its last verdict and its last ruling."""
    ruling = row["ruling_at"] and Ruling(
        row["ruling_at"],
        row["ruling_by"],
        Outcome(row["ruling_outcome"]),
        tuple(row["ruling_guidelines"]),
        row["ruling_reason"],
    )
    attachments = tuple(Attachment(**one) for one in row["attachments"])
    state = {name: row[name] for name in STATE}
    state["done"] = Done(row["done"]) if row["done"] else None
    return Case(
        number=spoken_number(row["year"], row["serial"]),
        place=Place(row["chat"], row["channel"], row["message"]),
        comment=Comment(**{name: row[name] for name in COMMENT}, attachments=attachments),
        forwarded_by=row["forwarded_by"],
        forwarded_at=row["forwarded_at"],
        verdict=verdict_of(row["said"]),
        ruling=ruling or None,
        **state,
    )
