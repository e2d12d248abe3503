"""What the classifier reads of a case: two marked texts, the comment and what surrounds it; when training and after."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.screening.model.groups import neutral
from bot.screening.model.marks import Marks, skeleton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat import Comment, Earlier
    from bot.library import Library

EARLIER_READ = 6
"""How many earlier comments are read, the newest."""
EMOJI_READ = 3
"""How many different emoji of a text are spelt out; the vocabulary knows none."""
_LEET = str.maketrans("013457@$!|", "oieastasil")
_DIGITS = str.maketrans("013457", "oieast")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufe00-\ufe0f\ufeff]")
_CONFUSABLE = str.maketrans("асеорхуіѕԁһјӏվοαерТНКМВАСЕОРХ", "aceopxyisdhjlvoaepTHKMBACEOPX")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .*_-]){3,}\w(?!\w)")
_PIECE = re.compile(r"(?<!\S)\S{3,40}(?!\S)")
_STARRED = re.compile(r"\w*[^\W\d_][*#@$!|0-9]+[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A case as the classifier reads it: the comment with its attachments, and the context that it is judged in."""

    comment: str
    context: str


def read(comment: Comment, earlier: Sequence[Earlier], library: Library | Marks) -> Reading:
    """The marked texts of one case. Pure: the same case of the same library always reads the same.

    `library` may be given as its `Marks`, which spares building them for each case.
    """
    marks = library if isinstance(library, Marks) else Marks(library)
    own = [_marked(comment.text, marks)]
    if unmasked := _unmasked(comment.text):
        own.append(f"[reads] {unmasked}")
    if _shouts(comment.text):
        own.append("[caps]")
    own += [f"[attachment] {a.kind}: {_marked(a.description, marks)}" for a in comment.attachments]
    around = [comment.platform or "", "[author]", marks.author(comment.author)]
    around.append(f"[post] {_marked(comment.post, marks)}" if comment.post else "[no-post]")
    around += [_relation(comment, other, marks) for other in earlier[-EARLIER_READ:]]
    return Reading(" ".join(own), " ".join(around).strip())


def plain(text: str) -> str:
    """`text` without invisible characters and look-alike letters; square brackets, which marks use, made round."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    if text.isascii():
        return text.replace("[", "(").replace("]", ")")
    latin = sum("a" <= c <= "z" for c in text)
    if latin >= sum("\u0370" <= c <= "\u04ff" for c in text):
        text = text.translate(_CONFUSABLE)
    return text.replace("[", "(").replace("]", ")")


def _marked(text: str, marks: Marks) -> str:
    return _emoji_named(neutral(marks.text(" ".join(plain(text).split()))))


def _emoji_named(text: str) -> str:
    if text.isascii():
        return text
    seen: list[str] = []
    out: list[str] = []
    for c in text:
        if unicodedata.category(c) not in {"So", "Sk"} or c.isascii():
            out.append(c)
        elif c not in seen and len(seen) < EMOJI_READ:
            seen.append(c)
            out.append(f" ({unicodedata.name(c, 'sign').casefold()}) ")
    return " ".join("".join(out).split())


def _unmasked(text: str) -> str:
    """The words of `text` that hide behind digits, stars or spaces, spelt out; empty where there are none."""
    text = plain(text)
    found = [re.sub(r"[ .*_-]", "", m[0]) for m in _SPACED.finditer(text)]
    # In short pieces only: over a word of a hundred thousand letters the pattern would start anew at each.
    for match in (match for piece in _PIECE.finditer(text) for match in _STARRED.finditer(piece[0])):
        word = match[0].casefold()
        letters = sum(c.isalpha() for c in word)
        if letters >= 2 and len(word) <= 20 and not re.fullmatch(r"\d+[a-z]{1,2}|[a-z]\d+", word):
            found.append(word.translate(_LEET).replace("*", "").replace("#", ""))
    return " ".join(found[:8])


def _shouts(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 12 and sum(c.isupper() for c in letters) > 0.7 * len(letters)


def _relation(comment: Comment, other: Earlier, marks: Marks) -> str:
    who = _who(comment.author, other.author)
    ours, theirs = _essence(comment.text), _essence(other.text)
    alike = fuzz.ratio(ours, theirs) if ours and theirs else 0.0
    loose = fuzz.token_sort_ratio(plain(comment.text).casefold(), plain(other.text).casefold())
    if ours == theirs:
        return f"[earlier] {who} [identical]"
    if max(alike, loose) >= 85:
        return f"[earlier] {who} [near]"
    text = " ".join(_marked(other.text, marks).split()[:24])
    teller = "" if other.author is None or "[account]" not in marks.author(other.author) else "[account] "
    return f"[earlier] {who} {'[similar]' if max(alike, loose) >= 60 else '[different]'} {teller}{text}"


def _who(author: str | None, other: str | None) -> str:
    if author is None or other is None:
        return "[other-author]"
    ours, theirs = skeleton(author), skeleton(other)
    if ours == theirs:
        return "[same-author]"
    return "[alike-author]" if fuzz.ratio(ours, theirs) >= 80 else "[other-author]"


def _essence(text: str) -> str:
    return "".join(c for c in plain(text).casefold().translate(_DIGITS) if c.isalnum())
