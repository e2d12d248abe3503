"""What makes two texts near-duplicates, and two forwards two comments.

Texts are compared as sets of their own words, disguises undone, so that a new order changes nothing and an edit little.
MinHash in bands finds the few that are worth comparing among millions (Broder 1997, "On the resemblance and containment
of documents"; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3).
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz

from bot.screening.reading import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.chat import Comment

READ = 4_000
"""Characters of a text that are compared."""
FEWEST = 3
"""A text with fewer words of its own is like no other: anybody may write “Thank you so much!”."""
SHORT = 6
"""Two people may come upon so few words by themselves; only by the same author they are the same note again."""
BANDS, ROWS = 16, 3
"""Texts that share three words in five are found 98 times in 100, those that share one in ten, twice."""
ALIKE, ALIKE_SHORT, LONG = 0.6, 0.75, 10
"""The share of own words that near-duplicates have in common; more of texts with fewer than ten own words."""
LETTERS = 80
"""How alike near-duplicates are letter by letter, their words sorted; 0..100."""
TYPO = 80
"""From so alike on, 0..100, two words are one with a slip in it."""

_RUN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2,}")
_DOUBLED = re.compile(r"(.)\1+")
_FOLD = str.maketrans("0134578i", "oleastbl")
_NUMBER = "0"
_ANYBODYS = """
    a about after again all also always am an and any are as at be because been before being but by can could did do
    does doing don down for from get go going got had has have having he her here hers him his how if in into is it its
    just let like ll me more most much my no not now of off on once one only or our out over own re really said same she
    should so some such than that the their them then there these they thing this those though through to too under
    until up us ve very was way we well were what when where which while who why will with would yes you your yours
    amazing awesome beautiful best bless bravo congrats congratulations cool cute dear enjoy enjoyed everybody everyone
    everything excellent exciting fantastic fun glad good great guys happy hello hey hi hope lol love loved lovely miss
    nice omg please pretty super sweet thank thanks thankyou today wonderful wow yay yeah
    al algo ante antes aqui asi aun aunque bien cada como con cual cuando de del desde donde dos el ella ellas ellos en
    entre era eres es esa ese eso esta estan estas este esto estos fue ha hace hacer han has hasta hay la las le les lo
    los mas me mi mis mucho muchos muy nada ni nos nosotros nuestra nuestro otra otro para pero poco por porque pues que
    quien se sea ser si sin sobre solo son soy su sus tambien tan te tengo ti tiene tienen todo todos tu tus un una unas
    uno unos usted ustedes va ya yo
    adios amigos bendiciones bonita bonito buen buena buenas bueno buenos dias encanta encanto excelente felicidades
    felicitaciones feliz gracias hermosa hermoso hola linda lindo muchas muchisimas saludos tardes noches
"""
"""Function words and courtesies of English and Spanish: what is no comment's own."""


class Likeness:
    """One text as it is compared with others."""

    def __init__(self, text: str) -> None:
        words = _words(text)
        self.own = frozenset(words) - _anybodys()
        """The words that are the text's own, spelt alike however they are written; numbers count as one."""
        self._sorted = " ".join(sorted(words))

    @property
    def telling(self) -> bool:
        """Does it say enough for a likeness to mean anything?"""
        return len(self.own) >= FEWEST

    def bands(self, library: str) -> list[int]:
        """Sixteen keys, each a signed 32-bit number; near-duplicates in the same library share at least one.

        None where the text is not telling. The keys stand in the database: whoever changes how they are made has to
        make those of the comments on file anew, in a migration.
        """
        if not self.telling:
            return []
        hashes = np.array([int.from_bytes(_digest(word.encode(), 8)) for word in self.own], np.uint64)
        least = _mixed(hashes[:, None] ^ _seeds()).min(axis=0).reshape(BANDS, ROWS)
        start = f"{library}\0".encode()
        keys = (_digest(start + bytes([band]) + row.tobytes(), 4) for band, row in enumerate(least.astype("<u8")))
        return [int.from_bytes(key, signed=True) for key in keys]

    def near(self, other: Likeness) -> bool:
        """Do the two say much the same?"""
        mine, theirs = self.own - other.own, other.own - self.own
        slips = _slips(mine, theirs)
        shared = len(self.own) - len(mine) + slips
        united = len(self.own) + len(theirs) - slips
        enough = ALIKE if min(len(self.own), len(other.own)) >= LONG else ALIKE_SHORT
        return shared >= enough * united and fuzz.ratio(self._sorted, other._sorted) >= LETTERS

    @cached_property
    def short(self) -> bool:
        """Is it so short that two people may write it without knowing of each other?"""
        return len(self.own) < SHORT


def different(one: Comment, other: Comment) -> bool:
    """Are these surely two comments, not one forwarded twice? Only a known fact that differs tells."""
    if one.posted_at and other.posted_at and one.posted_at != other.posted_at:
        return True
    return any(
        mine is not None and theirs is not None and _flat(mine) != _flat(theirs)
        for mine, theirs in (
            (one.permalink, other.permalink),
            (one.post, other.post),
            (one.platform, other.platform),
            (one.author, other.author),
        )
    )


def repeated(one: Comment, other: Comment) -> bool:
    """Of two near-duplicates: are they surely two comments, and no words that two people just happen to write?"""
    by_one = one.author is not None and other.author is not None and _flat(one.author) == _flat(other.author)
    return different(one, other) and (by_one or not Likeness(one.text).short)


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def _words(text: str) -> list[str]:
    """The words of a text, disguises undone; of scripts without spaces, pairs of neighbouring letters."""
    bare = Reading(text[:READ]).bare.text
    spaced = _UNSPACED.sub(lambda run: " ".join(a + b for a, b in zip(run[0], run[0][1:], strict=False)), bare)
    return [_fold(run) for run in _RUN.findall(spaced) if len(run) > 1 or run.isdigit() or not run.isascii()]


def _fold(word: str) -> str:
    """A word without what is easily put in place of its letters; every number is the same."""
    return _NUMBER if word.isdigit() else _DOUBLED.sub(r"\1", word.translate(_FOLD))


def _slips(mine: frozenset[str], theirs: frozenset[str]) -> int:
    """How many words of one side are words of the other with a slip in them."""
    left, found = set(theirs), 0
    if len(mine) * len(theirs) <= 400:  # of more, the texts are unlike anyway
        for word in sorted(mine):
            like = next((other for other in sorted(left) if len(word) > 3 and fuzz.ratio(word, other) >= TYPO), None)
            if like is not None:
                left.remove(like)
                found += 1
    return found


@cache
def _anybodys() -> frozenset[str]:
    return frozenset({_NUMBER, *(_fold(word) for word in _ANYBODYS.split())})


@cache
def _seeds() -> NDArray[np.uint64]:
    return _mixed(np.arange(1, BANDS * ROWS + 1, dtype=np.uint64))


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers scattered over 64 bits (the finaliser of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _digest(data: bytes, size: int) -> bytes:
    return blake2b(data, digest_size=size).digest()
