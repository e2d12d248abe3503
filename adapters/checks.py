"""What `commentdesk doctor` finds, a line each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `said` is a sentence; where it is not `ok`, it says how to mend it."""

    ok: bool
    said: str


def good(said: str) -> Check:
    """Something that is as it should be."""
    return Check(ok=True, said=said)


def mend(said: str) -> Check:
    """Something to mend; the sentence says how."""
    return Check(ok=False, said=said)
