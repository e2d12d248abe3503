"""What a library's facts look like in a text: names become marks, so that unseen libraries read like known ones.

A mark is one token of the classifier's vocabulary, such as `[candidate]`. A person's name is never passed on: what the
name resembles is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.library import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.library import Library

MARKS: dict[str, str] = {
    # what a text names
    "[library]": "library",
    "[town]": "town",
    "[director]": "library director",
    "[staff]": "librarian staff",
    "[board]": "board trustee",
    "[candidate]": "candidate election",
    "[official]": "politician office",
    "[measure]": "ballot measure tax",
    "[partner]": "partner organization",
    "[programme]": "library program",
    "[party]": "political party members",
    "[faith]": "religious people",
    "[people]": "foreign nation people",
    "[orientation]": "gender orientation",
    # how parts are told apart
    "[no-post]": "unknown",
    "[post]": "post",
    "[author]": "author",
    "[attachment]": "attached picture",
    "[reads]": "means",
    "[caps]": "shouting",
    # what an author's name resembles
    "[account]": "official library account",
    "[like-account]": "fake library account",
    "[some-library]": "library",
    "[is-director]": "library director",
    "[is-staff]": "librarian staff",
    "[is-board]": "board trustee",
    "[is-candidate]": "candidate election",
    "[is-official]": "politician office",
    "[is-partner]": "partner organization",
    "[campaign]": "campaign election",
    "[agency]": "government agency",
    "[business]": "business company",
    "[group]": "club church school",
    "[news]": "news",
    "[support]": "support help desk prize",
    "[parody]": "parody joke",
    "[plus]": "extra",
    "[handle]": "user name",
    "[digits]": "number",
    "[person]": "person",
    "[nobody]": "unknown",
    # an earlier comment and its relation to this one
    "[earlier]": "earlier comment",
    "[same-author]": "same person",
    "[alike-author]": "similar person",
    "[other-author]": "another person",
    "[identical]": "identical copy",
    "[near]": "nearly identical copy",
    "[similar]": "similar",
    "[different]": "different",
}
"""Every mark, and the plain words whose embeddings it starts from when training begins."""

_NAME_WORDS = {
    "[campaign]": """
        vote votes voter elect election campaign committee yes no pac recall forward democrats republicans gop dems voto
        vota ballot levy bond coalition citizens taxpayers neighbors action""",
    "[agency]": """
        irs fbi police sheriff mayor county city state federal government gov medicare dmv court judge chief supt
        superintendent senator rep governor dept department usps fema consulate embassy clerk""",
    "[business]": """
        llc inc co corp ltd company shop store salon spa roofing plumbing realty realtor homes insurance agency boutique
        bakery cafe café coffee grill bar pizza catering cleaning lawn landscaping tree auto motors repair services
        service solutions consulting marketing media digital studio studios photography photo design designs crafts
        tutoring tutors tutor academy fitness gym yoga wellness health nutrition dental clinic law attorney legal tax
        notary notario loans loan lending credit capital finance financial invest investing crypto bitcoin forex trader
        trading signals deals sale sales merch tees printing press books bookshop farm farms ranch nursery daycare
        childcare puppies kennel pet pets grooming travel tours rentals rental moving storage solar windows painting
        contractor contracting construction heating hvac electric handyman supply vintage antiques jewelry candles soap
        soaps keto hemp cbd vape psychic tarot promo promotions seo essays essay homework""",
    "[group]": """
        club church ministry ministries school pta pto scouts troop lions rotary foundation friends society association
        league union local parents moms dads families network community rescue shelter pantry charity relief fund chorus
        choir band team museum historical veterans legion vfw temple mosque parish baptist lutheran methodist catholic
        iglesia escuela""",
    "[news]": "news times gazette herald tribune daily weekly radio tv press watch report reporter",
    "[support]": """
        support help helpdesk official admin service customer care team desk account accounts prize prizes winner
        winners reward rewards giveaway giveaways gift gifts giftz alert alerts security verification verify hr hiring
        careers jobs survey backup real page free""",
    "[parody]": "parody parodia fake not unofficial ghost satire definitely totally notreally bot",
}
_LIBRARY_WORDS = frozenset({
    "library", "libary", "librarry", "libray", "libraries", "biblioteca", "bibloteca", "lib", "librarian", "pl",
})  # fmt: skip
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "rev", "hon", "supt", "sr", "jr", "the", "and", "of", "for", "with",
})  # fmt: skip
_FOLD = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "|": "l", "3": "e", "5": "s", "4": "a", "7": "t", "$": "s", "@": "a"}
)


def skeleton(name: str) -> str:
    """A name as the eye takes it in: no case, accents, spaces or punctuation, look-alike letters folded together."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_FOLD)
    return "".join(c for c in plain if c.isalnum())


class Marks:
    """One library's facts, ready to mark texts and names with. Building it costs a few milliseconds: keep it."""

    def __init__(self, library: Library) -> None:
        self._names: list[tuple[str, str]] = []
        named: dict[str, str] = {}

        def whole(name: str, mark: str) -> None:
            bare = re.sub(r"\s*\(.*?\)", "", name).strip()
            if len(bare) > 2:
                named.setdefault(bare.casefold(), mark)

        def person(name: str, mark: str, *, first: bool) -> None:
            whole(name, mark)
            self._names.append((re.sub(r"\s*\(.*?\)", "", name).strip(), "[is-" + mark[1:]))
            words = [
                w
                for w in re.findall(r"[\w'\u2019-]+", name.split("(", 1)[0])
                if w.casefold() not in _TITLES and len(w) > 2
            ]
            for word in words if first else words[-1:]:
                self._single.setdefault(word, mark)

        self._single: dict[str, str] = {}
        for measure in library.ballot.measures:
            for name in re.split(r"\s+/\s+|\s+\u2013\s+|,\s+|\s+\(", measure.name):
                whole(name.rstrip(")"), "[measure]")
        for candidate in library.ballot.candidates:
            person(candidate.name, "[candidate]", first=False)
        for official in library.officials:
            person(official.name, "[official]", first=False)
        for member in library.people:
            person(member.name, "[director]" if member.role is Role.DIRECTOR else "[staff]", first=True)
        for name in library.board:
            person(name, "[board]", first=False)
        for name in library.partners:
            whole(name, "[partner]")
        for name in library.programmes:
            whole(name.split(":")[0], "[programme]")
        accounts = [library.name, *(n for a in library.accounts for n in (a.display_name, a.handle.lstrip("@")) if n)]
        for name in accounts:
            whole(name, "[library]")
        if library.town:
            whole(library.town.split(",")[0], "[town]")
        self._named = named
        self._any = _alternation(named, re.IGNORECASE)
        self._one = _alternation(self._single, re.NOFLAG)
        self._one_lower = _alternation([w for w in self._single if len(w) > 4], re.IGNORECASE)
        self._lower = {word.casefold(): mark for word, mark in self._single.items()}
        self._accounts = {skeleton(name) for name in accounts}
        self._partners = {skeleton(re.sub(r"\s*\(.*?\)", "", name)) for name in library.partners}
        words = [w for w in re.findall(r"\w+", library.name) if w.casefold() not in _TITLES]
        self._initials = "".join(w[0] for w in words).casefold()
        self._proper = [
            w.casefold() for w in words if w.casefold() not in _LIBRARY_WORDS | {"public", "free", "county"}
        ]
        self._campaigned = {w.casefold() for w, mark in self._single.items() if mark == "[candidate]"}

    def text(self, text: str) -> str:
        """`text` with the library's people, accounts, partners and ballot as marks; programmes stay readable."""
        marked = self._any.sub(self._whole_name, text)
        if marked.islower():
            return self._one_lower.sub(lambda m: self._lower[m[0].casefold()], marked)
        return self._one.sub(lambda m: self._single[m[0]], marked)

    def author(self, name: str | None) -> str:
        """The marks of what an author's name resembles, never the name itself: `[like-account] [support]`."""
        if name is None or not name.strip():
            return "[nobody]"
        found = [*self._known(name), *_worded(name)]
        if "@" in name or " " not in name.strip():
            found.append("[handle]")
        if sum(c.isdigit() for c in name) > 2:
            found.append("[digits]")
        if not found:
            found.append("[person]")
        return " ".join(dict.fromkeys(found))

    def _known(self, name: str) -> list[str]:
        bones = skeleton(name)
        if bones in self._accounts:
            return ["[account]"]
        words = [w.casefold() for w in re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))]
        close = any(
            fuzz.partial_ratio(bones, account) >= 90 for account in self._accounts if min(len(account), len(bones)) > 6
        )
        libraryish = any(w in _LIBRARY_WORDS for w in words) or "llb" in bones or "blbl" in bones
        ours = libraryish and any(w in bones for w in map(skeleton, self._proper))
        initials = any(w.startswith(self._initials) for w in words) and len(self._initials) > 2
        found = ["[like-account]"] if close or ours or initials else ["[some-library]"] if libraryish else []
        for known, mark in self._names:
            if bones == skeleton(known):
                found.append(mark)
            elif (
                len(known) > 6
                and fuzz.partial_ratio(skeleton(known), bones) >= 88
                and len(bones) >= len(skeleton(known)) - 2
            ):
                found += [mark, "[plus]"]
        for partner in self._partners:
            if bones == partner:
                found.append("[is-partner]")
            elif len(partner) > 6 and len(bones) > 6 and fuzz.partial_ratio(partner, bones) >= 90:
                found += ["[is-partner]", "[plus]"]
        firsts = {w.casefold() for w, mark in self._single.items() if mark in {"[staff]", "[director]"}}
        if not found and firsts & set(words) and _LIBRARY_WORDS & set(words):
            found += ["[is-staff]", "[plus]"]
        if self._campaigned & set(words) and not any(m == "[is-candidate]" for m in found):
            found.append("[campaign]")
        return found

    def _whole_name(self, match: re.Match[str]) -> str:
        mark = self._named[match[0].casefold()]
        return f"{mark} {match[0]}" if mark == "[programme]" else mark


def _worded(name: str) -> list[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.\d]+", " ", name)
    words = {w.casefold() for w in re.findall(r"[^\W\d_]+", split)}
    return [mark for mark, known in _NAME_WORDS.items() if not words.isdisjoint(known.split())]


def _alternation(names: Iterable[str], flags: re.RegexFlag) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    body = "|".join(re.escape(name) for name in longest) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)", flags)
