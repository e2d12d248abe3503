"""A text read for meaning: disguises undone, each place traced back to the raw text, so that a quote is verbatim."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Letters of other scripts, and marks, that pass for Latin letters and plain quotation marks.
_LOOKALIKES = str.maketrans(
    "асеорхуікјѕтмнвгԁԛѡһпαβεικνορτυχωɑɡıłøđß’‘‛´`“”„‟«»‐‑‒–—−",
    'aceopxyikjstmhbrdqwhnabeiknoptuxwagilods\'\'\'\'\'""""""------',
)
# Digits and signs that stand for letters inside a word.
_LEET = str.maketrans("01345789@$!|€+", "oieastbgasilet")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z](?:[ .*_-][a-z]){2,}(?![a-z0-9])")
_WORD = re.compile(r"[a-z0-9@$!|€+]+")
_PLAIN_NUMBER = re.compile(r"[1-9][0-9]*[a-z]{1,5}|[a-z]{1,3}[1-9][0-9]*|[a-z]+[!+]*|[@$!|€+][a-z]*")
_STRETCHED = re.compile(r"([a-z])\1\1+")
_SPEECH = re.compile(r'"[^"]{1,600}"|(?<![a-z0-9])\'(?:[^\'"]|(?<=[a-z])\'(?=[a-z])){2,300}\'(?![a-z0-9])')


@dataclass(frozen=True, slots=True)
class Layer:
    """One way to read the text: `text` is what rules search, `at[i]` the place in the raw text that character i has."""

    text: str
    at: array[int]


class Reading:
    """One text in two layers: `plain` (case, accents, lookalikes and hidden characters undone) and `bare` (also leet,
    spaced-out and stretched letters). Rules search a layer; `quote` gives back the raw text of what they found.
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw

    @cached_property
    def plain(self) -> Layer:
        """Lower case, accents off (NFKD), lookalike letters as Latin ones, zero-width and bidirectional marks gone."""
        if self.raw.isascii():
            return Layer(self.raw.lower(), array("l", range(len(self.raw))))
        text: list[str] = []
        at = array("l")
        for place, char in enumerate(self.raw):
            if char.isascii():
                text.append(char.lower())
                at.append(place)
                continue
            # A ligature has two or three letters; the few signs that unfold into a sentence are cut short.
            for part in unicodedata.normalize("NFKD", char)[:3].casefold().translate(_LOOKALIKES):
                # Mn: accents; Cf: zero-width, bidirectional and tag characters.
                if unicodedata.category(part) not in {"Mn", "Cf"}:
                    text.append(part)
                    at.append(place)
        return Layer("".join(text), at)

    @cached_property
    def bare(self) -> Layer:
        """The plain layer with leet, spaced-out and stretched letters undone."""
        plain, at = self.plain.text, self.plain.at
        text: list[str] = list(plain)
        drop: set[int] = set()
        for word in _WORD.finditer(plain):
            if word[0].lower() != word[0].upper() and not _PLAIN_NUMBER.fullmatch(word[0]):
                end = word.end() - (len(word[0]) - len(word[0].rstrip("!|+")))
                start = word.start() + (plain[word.start()] == "@")
                text[start:end] = plain[start:end].translate(_LEET)
        joined = "".join(text)
        for run in _SPACED.finditer(joined):
            drop.update(range(run.start() + 1, run.end(), 2))
        for run in _STRETCHED.finditer(joined):
            drop.update(range(run.start() + 1, run.end()))
        if drop:
            kept = [i for i in range(len(joined)) if i not in drop]
            return Layer("".join(joined[i] for i in kept), array("l", (at[i] for i in kept)))
        return Layer(joined, at)

    def quote(self, layer: Layer, start: int, end: int) -> str:
        """The raw text behind `layer.text[start:end]`, verbatim, without blanks around it."""
        if end <= start or not layer.at:
            return ""
        return self.raw[layer.at[start] : layer.at[end - 1] + 1].strip()

    def find(self, pattern: re.Pattern[str], *, bare: bool = False) -> Iterator[tuple[int, int, str]]:
        """Where a pattern stands: start and end in the layer, and the raw quote."""
        layer = self.bare if bare else self.plain
        for match in pattern.finditer(layer.text):
            if quote := self.quote(layer, match.start(), match.end()):
                yield match.start(), match.end(), quote

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether the plain layer holds the pattern."""
        return pattern.search(self.plain.text) is not None

    def first(self, pattern: re.Pattern[str], *, bare: bool = False) -> str:
        """The raw quote of the first match, or an empty string."""
        return next((quote for _, _, quote in self.find(pattern, bare=bare)), "")

    @cached_property
    def speech(self) -> tuple[tuple[int, int], ...]:
        """Spans of the raw text between quotation marks: somebody else's words, or a title."""
        at = self.plain.at
        return tuple((at[m.start()], at[m.end() - 1]) for m in _SPEECH.finditer(self.plain.text))

    def is_speech(self, start: int, end: int, *, bare: bool = False) -> bool:
        """Whether a span of a layer lies between quotation marks."""
        at = (self.bare if bare else self.plain).at
        before = bisect(self.speech, (at[start], len(self.raw))) - 1
        return before >= 0 and at[end - 1] <= self.speech[before][1]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The plain layer's words, in order."""
        return tuple(re.findall(r"[^\W_]+(?:'[a-z]+)?", self.plain.text))
