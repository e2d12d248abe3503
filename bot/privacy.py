"""What is masked before it is shown or logged: phone numbers, e-mail and street addresses, numbers of cards.

The original stands in the record and nowhere else. Numbers are masked for what they are, not for how they look: a phone
number is one that a numbering plan knows (phonenumbers), a card number has a check digit that fits. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import phonenumbers

from bot.addresses import street_addresses
from bot.screening.finding import Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.case import Case
    from bot.library import Privacy
    from bot.screening.finding import Finding, Verdict

EMAIL = "e-mail address"
PHONE = "phone number"
ADDRESS = "street address"
CARD = "card number"
LIBRARY_CARD = "library card number"
AUTHOR = "author"
MASKED_AUTHOR = "[author]"

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}\s?@\s?(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_CARD = re.compile(r"(?<![\w.,$-])(?:\d[ -]?){11,18}\d(?![\w-])")
_BOOK = re.compile(r"97[89]")
_NUMBER = re.compile(
    r"(?<![\w.$#/:])(?<!\d,)(?:\+|\(|\d)[\d ().\-–/]{5,24}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w$%:])", re.IGNORECASE
)
_LOCAL = re.compile(r"[2-9]\d{2}[-.]\d{4}")
_TELEPHONE = re.compile(
    r"\b(?:tel(?:ephone|[ée]fono)?|phone|call(?:ing|ed)?|text(?:ing)?|fax|mobile|cell|desk|office|sms|whatsapp|ring|dial|"
    r"reach(?:ed)?|answering|messages? (?:to|on)|contact|number is|ll[áa]m[ea]\w*|n[úu]mero|registered)\b",
    re.IGNORECASE,
)
_BEFORE, _AFTER = 40, 12
"""Characters; this near to a word for telephone, any seven digits and more are one."""
_OTHER = re.compile(
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|"
    r"(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d(?: ?[-–/] ?(?:19|20)\d\d)*|(?:\d{1,3}\.){3}\d{1,3}|"
    r"97[89][- ]?(?:\d[- ]?){9}\d|(?:19|20)\d\d-\d{4}"
)
"""Dates, years, addresses of computers, numbers of books and of cases: nobody is called by them."""


_SAID = ("question", "staff_question", "staff_answer", "reply_text", "withdrawn_why")
"""What people write about a case, by its fields."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text, end exclusive, and what stands there."""

    start: int
    end: int
    what: str


class Mask:
    """What one library masks."""

    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy
        self.spans = lru_cache(maxsize=512)(self._spans)
        """Where a text holds what is masked, in order, none overlapping."""

    def text(self, text: str, author: str | None = None) -> str:
        """A text as it may be shown; with `author`, whose name is not to be shown either."""
        return _masked(text, self._with_author(text, author))

    def case(self, case: Case) -> Case:
        """A case as it may be shown: what strangers and staff wrote is masked, what the desk knows by itself is not."""
        hidden = case.comment.author if self._privacy.mask_authors else None
        comment = case.comment
        masked = replace(
            comment,
            text=self.text(comment.text, hidden),
            post=comment.post and self.text(comment.post, hidden),
            author=MASKED_AUTHOR if hidden else comment.author and self.text(comment.author),
            attachments=tuple(replace(a, description=self.text(a.description, hidden)) for a in comment.attachments),
        )
        said: dict[str, Any] = {name: self.text(words, hidden) for name in _SAID if (words := getattr(case, name))}
        ruling = case.ruling and replace(case.ruling, reason=self.text(case.ruling.reason, hidden))
        verdict = self.verdict(case.verdict, comment.text, hidden)
        return replace(case, comment=masked, ruling=ruling, verdict=verdict, **said)

    def verdict(self, verdict: Verdict, text: str, author: str | None = None) -> Verdict:
        """A verdict on the comment `text` as it may be shown: a quote is masked as it is where it stands."""
        return replace(verdict, findings=tuple(self._finding(f, text, author) for f in verdict.findings))

    def _finding(self, finding: Finding, text: str, author: str | None) -> Finding:
        if author and finding.where is Where.AUTHOR:
            return replace(finding, quote=MASKED_AUTHOR)
        start = text.find(finding.quote) if finding.where is Where.COMMENT and finding.quote else -1
        if start < 0:
            return replace(finding, quote=self.text(finding.quote, author))
        end = start + len(finding.quote)
        inside = [
            Span(max(span.start - start, 0), min(span.end, end) - start, span.what)
            for span in self._with_author(text, author)
            if span.start < end and start < span.end
        ]
        return replace(finding, quote=_masked(finding.quote, inside))

    def _with_author(self, text: str, author: str | None) -> list[Span]:
        spans = list(self.spans(text))
        if author and author.strip():
            name = re.compile(rf"(?<!\w){re.escape(author.strip())}(?!\w)", re.IGNORECASE)
            spans += [Span(*match.span(), AUTHOR) for match in name.finditer(text)]
        return _apart(spans)

    def _spans(self, text: str) -> tuple[Span, ...]:
        if not (any(c.isdigit() for c in text) or "@" in text):
            return ()
        links = [match.span() for match in _LINK.finditer(text)]
        found = [Span(*match.span(), EMAIL) for match in _EMAIL.finditer(text)]
        numbers = [*self._library_cards(text), *_cards(text), *self._phones(text), *street_addresses(text, ADDRESS)]
        # A number inside a link leads somewhere; it is nobody's to call.
        found += [s for s in map(_as_span, numbers) if not any(a <= s.start < b for a, b in links)]
        return tuple(s for s in _apart(found) if self._reading(text[s.start : s.end]) not in self._public)

    def _library_cards(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._card:
            for match in self._card.finditer(text):
                if self._privacy.card_check == "none" or luhn(match[0]):
                    yield match.start(), match.end(), LIBRARY_CARD

    def _phones(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _NUMBER.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            if not 7 <= len(digits) <= 20 or _OTHER.fullmatch(match[0].strip()):
                continue
            near = text[max(match.start() - _BEFORE, 0) : match.start()], text[match.end() : match.end() + _AFTER]
            if (
                _LOCAL.fullmatch(match[0])
                or _callable(match[0], self._privacy.region)
                or any(_TELEPHONE.search(words) for words in near)
            ):
                yield match.start(), match.end(), PHONE

    @cached_property
    def _card(self) -> re.Pattern[str] | None:
        pattern = self._privacy.card_number
        return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if pattern else None

    @cached_property
    def _public(self) -> frozenset[str]:
        return frozenset(self._reading(text) for text in self._privacy.public)

    @staticmethod
    def _reading(text: str) -> str:
        """What two ways of writing the same number or address share."""
        return "".join(c for c in text.casefold() if c.isalnum())


class Pseudonyms:
    """What authors are called in logs and error reports: a name that says nothing to whoever lacks the key."""

    MOST = 5000

    def __init__(self, key: bytes, mask: Mask) -> None:
        self._key = key
        self._mask = mask
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """By the name in small letters: as it was last written, and the pseudonym."""
        self._by_word: defaultdict[str, set[str]] = defaultdict(set)
        """The names that begin with a word, so that a line of the log is not held against all of them."""

    def of(self, author: str) -> str:
        """The pseudonym of an author; from then on their name is hidden wherever it stands in a log."""
        written = " ".join(author.split())
        name = written.casefold()
        said = f"author-{hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()[:10]}"
        if len(name) > 1:
            self._known[name] = written, said
            self._known.move_to_end(name)
            self._by_word[_first_word(name)].add(name)
            if len(self._known) > self.MOST:
                self._forget(next(iter(self._known)))
        return said

    def _forget(self, name: str) -> None:
        del self._known[name]
        word = _first_word(name)
        self._by_word[word].discard(name)
        if not self._by_word[word]:
            del self._by_word[word]

    def hide(self, text: str) -> str:
        """A text as it may stand in a log: without the authors known by now, and masked as cards are."""
        folded = text.casefold()
        words = {"", *_WORD.findall(folded)}
        names = (name for word in words for name in self._by_word.get(word, ()) if name in folded)
        for name in sorted(names, key=len, reverse=True):
            written, said = self._known[name]
            # Small letters may be more than those they stand for: Strauß is found as strauss.
            either = f"{re.escape(written)}|{re.escape(name)}"
            text = re.sub(rf"(?<!\w)(?:{either})(?!\w)", said, text, flags=re.IGNORECASE)
        return self._mask.text(text)


_WORD = re.compile(r"\w+")


def _first_word(name: str) -> str:
    found = _WORD.search(name)
    return found[0] if found else ""


def luhn(number: str) -> bool:
    """Does the check digit fit (ISO/IEC 7812-1, annex B)? Anything but digits is passed over."""
    digits = [int(c) for c in reversed(number) if c.isdecimal()]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * d, 10)) for d in digits[1::2]) % 10


def _cards(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        # A book's number has a check digit of its own, and belongs to nobody; no card begins with 0, 7, 8 or 9.
        if digits[0] in "123456" and len(set(digits)) > 1 and not _BOOK.match(digits) and luhn(digits):
            yield match.start(), match.end(), CARD


def _callable(number: str, region: str) -> bool:
    """Does the region's numbering plan, or with its country code that of another country, have this number?"""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(re.sub(r"^00", "+", number.strip()), region))
    except phonenumbers.NumberParseException:
        return False


def _as_span(found: tuple[int, int, str]) -> Span:
    return Span(*found)


def _apart(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap joined under the name of the longest."""
    joined: list[Span] = []
    for span in sorted(spans):
        last = joined[-1] if joined else None
        if last is None or span.start >= last.end:
            joined.append(span)
        else:
            what = max(span, last, key=lambda s: s.end - s.start).what  # of equals: the library card
            joined[-1] = Span(last.start, max(last.end, span.end), what)
    return joined


def _masked(text: str, spans: list[Span]) -> str:
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.start], f"[{span.what}]"]
        at = span.end
    return "".join([*pieces, text[at:]])
