"""What `commentdesk doctor` and the health page find, a line each."""

from __future__ import annotations

from dataclasses import dataclass

_OK, _MEND = "ok    ", "MEND  "


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `said` is a sentence; where it is not `ok`, it says how to mend it."""

    ok: bool
    said: str

    def __str__(self) -> str:
        return f"{_OK if self.ok else _MEND}{self.said}"


def good(said: str) -> Check:
    """Something that is as it should be."""
    return Check(ok=True, said=said)


def mend(said: str) -> Check:
    """Something to mend; the sentence says how."""
    return Check(ok=False, said=said)


def read(lines: str) -> list[Check]:
    """The checks that were written out as lines; what is no such line is left out."""
    signs = {_OK: good, _MEND: mend}
    return [signs[line[: len(_OK)]](line[len(_OK) :]) for line in lines.splitlines() if line[: len(_OK)] in signs]
