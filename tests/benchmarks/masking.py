"""Measure the masking on a file of texts with labelled spans: `python -m tests.benchmarks.masking FILE.jsonl`.

What is promised: every phone number, e-mail address and card number, and street addresses as written in the United
States (a house number and a word for street, or a numbered box). A span is found where every digit of it, or all of an
e-mail address, is masked; a mask is right where it touches a span that is labelled as personal data of any kind below.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import click

from bot.library import Privacy
from bot.privacy import Mask

PROMISED = {"PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "e-mail", "CREDIT_CARD": "card", "STREET_ADDRESS": "street"}
PERSONAL = {*PROMISED, "IBAN_CODE", "US_SSN", "US_DRIVER_LICENSE", "ZIP_CODE"}
STREET = re.compile(
    r"^\D{0,3}\d[\w/-]*(?: \d+)?(?: [^\s,]+){1,4} (?:street|st|avenue|ave|road|rd|drive|lane|court|place|boulevard|way|"
    r"terrace|square)\b|^(?:psc|unit|cmr) \d+,? box \d+",
    re.IGNORECASE,
)
"""How a street address of the promised kind begins."""


def main() -> None:
    """Print recall by kind and together, precision, and what was missed or wrongly masked."""
    mask = Mask(Privacy())
    labelled, found, right = Counter[str](), Counter[str](), Counter[bool]()
    streets = Counter[bool]()
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text, spans = row["text"], mask.spans(row["text"])
        hidden = {at for span in spans for at in range(span.start, span.end)}
        for span in row["spans"]:
            start, end, kind = span["start_position"], span["end_position"], span["entity_type"]
            if kind not in PROMISED:
                continue
            if text[start:end] != span["entity_value"]:  # some rows were edited after they were labelled
                start = text.find(span["entity_value"])
                end = start + len(span["entity_value"])
            if start < 0:
                continue
            whole = kind == "EMAIL_ADDRESS"
            seen = all(at in hidden for at in range(start, end) if whole or text[at].isdigit())
            if kind == "STREET_ADDRESS":
                streets[seen] += 1
                if not STREET.search(span["entity_value"]):
                    continue
            labelled[PROMISED[kind]] += 1
            found[PROMISED[kind]] += seen
            if not seen:
                click.echo(f"missed   {kind}: {span['entity_value']!r} in {text[max(start - 40, 0) : end + 10]!r}")
        personal = {
            at
            for span in row["spans"]
            if span["entity_type"] in PERSONAL
            for at in range(span["start_position"], span["end_position"])
        }
        for one in spans:
            good = any(at in personal for at in range(one.start, one.end))
            right[good] += 1
            if not good:
                click.echo(
                    f"wrongly  {one.what}: {text[one.start : one.end]!r} in {text[max(one.start - 40, 0) :][:90]!r}"
                )
    for kind, total in labelled.items():
        click.echo(f"recall   {kind}: {found[kind] / total:.3f} ({found[kind]} of {total})")
    click.echo(f"recall   all that is promised: {found.total() / labelled.total():.3f}")
    click.echo(f"recall   street addresses of the whole world, fragments too: {streets[True] / streets.total():.3f}")
    click.echo(f"precision: {right[True] / right.total():.3f} ({right[True]} of {right.total()})")


if __name__ == "__main__":
    main()
