"""Which patterns can take more than linear time, told from their structure and not from a clock.

A backtracking search takes as many steps as its automaton has ways to read the text. Those grow faster than the text
only where two unbounded repeats (the search's own moving start is one of them) can share out the same text between
them in more than one way; and they explode where one repeat can read the same text in two ways (Weideman, van der
Merwe, Berglund, Watson: "Analyzing matching time behavior of backtracking regular expression matchers by using
ambiguity of NFA", 2016). A repeat after which nothing can fail is let be: the first search that reaches it succeeds.

Where something has to be simplified (look-around in the middle, back references) the automaton reads more than the
pattern does, so that a pattern may be refused without need and is never passed without reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# The standard library's own reading of a pattern; typeshed does not know these two.
sre: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

ALPHABET = [*map(chr, range(128)), *"éñßİаα٣²’“«–©€😀ーก\u200b\u00a0\u2028\u0301"]
"""Every ASCII sign, and one or two of each other kind that patterns tell apart."""
EVERY = (1 << len(ALPHABET)) - 1
SEARCH, BEGINNING, WHOLE = "search", "match", "fullmatch"
"""How a pattern is held against a text: anywhere, at its beginning, or against all of it."""
_MANY = 4
"""Repeats up to this many times count as a choice of so many, in the search for explosions."""


def _mask(fits: Callable[[str], Any]) -> int:
    return sum(1 << at for at, char in enumerate(ALPHABET) if fits(char))


WORD = _mask(re.compile(r"\w").match)
_LINE = _mask(lambda char: char == "\n")
_CATEGORY = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


def _anything(_: int) -> int:
    return EVERY


@dataclass(slots=True)
class _Part:
    """A piece of a pattern: whether it may be empty, the positions it may begin and end with."""

    empty: bool
    first: dict[int, int] = field(default_factory=dict)
    """Position to the signs that may stand before it."""
    last: set[int] = field(default_factory=set)
    sure: set[int] = field(default_factory=set)
    """The positions in `last` from which nothing more can fail."""
    before: Callable[[int], int] = _anything
    """Where the piece may be empty: which signs it lets stand before a position of this mask."""
    passes: Callable[[int], bool] = lambda _: True
    """Where the piece may be empty: whether a greedy repeat of this mask gets past it for certain."""


class Automaton:
    """A pattern's positions (one for each place where it reads a sign), and which may follow which."""

    def __init__(self, pattern: str, flags: int = 0, use: str = SEARCH, *, explosions: bool = False) -> None:
        self._explosions = explosions
        self.masks: list[int] = []
        self.follow: Counter[tuple[int, int]] = Counter()
        tree = parser.parse(pattern, flags)
        self._flags = tree.state.flags
        part = self._sequence(tree)
        self.sure = set() if use == WHOLE else part.sure
        self.start: int | None = None
        if use == SEARCH:
            self._search(part)
        self.next: list[list[int]] = [[] for _ in self.masks]
        for one, other in self.follow:
            self.next[one].append(other)
        self.home = _components(self.next)

    def _search(self, part: _Part) -> None:
        """A search begins anywhere: a loop over every sign, left by a sign that may stand before the pattern."""
        self.start = self._position(EVERY)
        self.follow[self.start, self.start] = 1
        gates: dict[int, int] = {}
        for position, before in part.first.items():
            if before not in gates:
                gates[before] = self._position(before)
                self.follow[self.start, gates[before]] = 1
            self.follow[gates[before], position] = 1

    def _position(self, mask: int) -> int:
        self.masks.append(mask)
        return len(self.masks) - 1

    def _letter(self, mask: int) -> _Part:
        one = self._position(mask)
        return _Part(empty=False, first={one: EVERY}, last={one}, sure={one})

    def _sequence(self, tree: Iterable[tuple[Any, Any]]) -> _Part:
        whole = _Part(empty=True)
        for op, argument in tree:
            whole = self._joined(whole, self._node(op, argument))
        return whole

    def _joined(self, one: _Part, other: _Part) -> _Part:
        for a in one.last:
            for b in other.first:
                self.follow[a, b] += 1
        first = dict(one.first)
        if one.empty:
            for position, before in other.first.items():
                allowed = before & one.before(self.masks[position])
                first[position] = first.get(position, 0) | allowed
        sure, last = set(other.sure), set(other.last)
        if other.empty:
            sure |= {a for a in one.sure if other.passes(self.masks[a])}
            last |= one.last
        both = one.empty and other.empty
        return _Part(
            empty=both,
            first=first,
            last=last,
            sure=sure,
            before=(lambda m: one.before(m) & other.before(m)) if both else _anything,
            passes=(lambda m: one.passes(m) and other.passes(m)) if both else (lambda _: True),
        )

    def _node(self, op: Any, argument: Any) -> _Part:
        match op:
            case sre.LITERAL | sre.NOT_LITERAL | sre.IN | sre.ANY:
                return self._letter(self._signs(op, argument))
            case sre.SUBPATTERN:
                return self._sequence(argument[3])
            case sre.ATOMIC_GROUP:
                return self._sequence(argument)
            case sre.BRANCH:
                return _either([self._sequence(branch) for branch in argument[1]])
            case sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT:
                return self._repeat(*argument)
            case sre.AT | sre.ASSERT | sre.ASSERT_NOT:
                return self._gate(op, argument)
            case sre.GROUPREF:
                return self._letter(EVERY)
            case _:
                raise ValueError(f"{op} is not known here")

    def _repeat(self, least: int, most: int, tree: Any) -> _Part:
        unbounded = most is sre.MAXREPEAT or most == sre.MAXREPEAT or (self._explosions and most >= _MANY)
        whole = _Part(empty=True)
        for number in range(min(least, 2) or 1) if unbounded else range(min(most, 2)):
            body = self._sequence(tree)
            looped = unbounded and number == (min(least, 2) or 1) - 1
            if looped:
                for a in body.last:
                    for b in body.first:
                        self.follow[a, b] += 1
            if number >= least:
                body.empty = True
                body.before, body.passes = _anything, lambda _: True
            whole = self._joined(whole, body)
        return whole

    def _gate(self, op: Any, argument: Any) -> _Part:
        """A place where nothing is read: an anchor, or a look around of one sign; of others, nothing is known."""
        part = _Part(empty=True, passes=lambda _: False)
        if op is sre.AT:
            if argument in {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}:
                start = _LINE if self._flags & re.MULTILINE else 0
                part.before = lambda _: start
            elif argument is sre.AT_BOUNDARY:
                part.before = lambda m: EVERY & ~WORD if not m & ~WORD else WORD if not m & WORD else EVERY
                part.passes = lambda m: m == WORD
            return part
        direction, tree = argument
        seen = self._one_sign(tree)
        if seen is None:
            if direction > 0:
                self._sequence(tree)  # what it reads is read, too; its own loops count
                return _Part(empty=True, first=self._first_of(tree), passes=lambda _: False)
            return part
        if op is sre.ASSERT_NOT and direction < 0:
            part.before = lambda _: EVERY & ~seen
        elif op is sre.ASSERT and direction < 0:
            part.before = lambda _: seen
        elif op is sre.ASSERT_NOT:
            part.passes = lambda m: not seen & ~m  # a greedy repeat that reads all of them stops before none
        return part

    def _first_of(self, tree: Any) -> dict[int, int]:
        return self._sequence(tree).first

    def _one_sign(self, tree: Any) -> int | None:
        items = list(tree)
        if len(items) == 1 and items[0][0] in {sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY}:
            return self._signs(*items[0])
        return None

    def _signs(self, op: Any, argument: Any) -> int:
        ignoring = bool(self._flags & re.IGNORECASE)
        if op is sre.ANY:
            return EVERY if self._flags & re.DOTALL else EVERY & ~_LINE
        return _mask(lambda char: _fits(op, argument, char, ignoring=ignoring))


def _fits(op: Any, argument: Any, char: str, *, ignoring: bool) -> bool:
    forms = {char, char.lower(), char.upper()} if ignoring else {char}
    if op is not sre.IN:
        return any(form == chr(argument) for form in forms) is (op is sre.LITERAL)
    negated = bool(argument) and argument[0][0] is sre.NEGATE
    inside = any(_stands_in(kind, value, form) for kind, value in argument for form in forms)
    return inside is not negated


def _stands_in(kind: Any, value: Any, char: str) -> bool:
    match kind:
        case sre.LITERAL:
            return char == chr(value)
        case sre.RANGE:
            return len(char) == 1 and value[0] <= ord(char) <= value[1]
        case sre.CATEGORY:
            return re.match(_CATEGORY[value], char) is not None
        case _:
            return False


def _either(parts: list[_Part]) -> _Part:
    whole = _Part(empty=any(part.empty for part in parts))
    for part in parts:
        for position, before in part.first.items():
            whole.first[position] = whole.first.get(position, 0) | before
        whole.last |= part.last
        whole.sure |= part.sure
    empty = [part for part in parts if part.empty]
    whole.before = lambda m: _union(part.before(m) for part in empty) if empty else EVERY
    whole.passes = lambda m: any(part.passes(m) for part in empty) if empty else True
    return whole


def _union(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


def _components(following: list[list[int]]) -> dict[int, frozenset[int]]:
    """For each position that lies on a loop, the positions it can go to and come back from (Tarjan's algorithm)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    home: dict[int, frozenset[int]] = {}
    for root in range(len(following)):
        work: list[tuple[int, Iterator[int]]] = []
        if root not in index:
            index[root] = low[root] = len(index)
            stack.append(root)
            work.append((root, iter(following[root])))
        while work:
            at, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(following[other])))
                    break
                if other in stack:
                    low[at] = min(low[at], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    cut = stack.index(at)
                    group = frozenset(stack[cut:])
                    del stack[cut:]
                    if len(group) > 1 or at in following[at]:
                        home.update(dict.fromkeys(group, group))
    return home


def _explodes(automaton: Automaton) -> bool:
    """Can a loop read the same text in two ways?"""
    for (one, other), ways in automaton.follow.items():
        if ways > 1 and automaton.home.get(one) and automaton.home.get(one) is automaton.home.get(other):
            return True
    for group in set(automaton.home.values()):
        if len(group) > 1 and any(_parts_and_meets(automaton, at, group) for at in group):
            return True
    return False


def _parts_and_meets(automaton: Automaton, at: int, group: frozenset[int]) -> bool:
    todo, seen = [(at, at, False)], {(at, at, False)}
    while todo:
        one, other, apart = todo.pop()
        for a in automaton.next[one]:
            for b in automaton.next[other]:
                if a in group and b in group and automaton.masks[a] & automaton.masks[b]:
                    step = (a, b, apart or a != b)
                    if step == (at, at, True):
                        return True
                    if step not in seen:
                        seen.add(step)
                        todo.append(step)
    return False


def _shared(automaton: Automaton) -> tuple[int, int] | None:
    """Two loops that can share out the same text in more than one way, where what comes after may fail."""
    loops = [next(iter(group)) for group in set(automaton.home.values())]
    reach = [_reached(automaton.next, loop) for loop in loops]
    for p, there in zip(loops, reach, strict=True):
        for q in loops:
            if p == q or q not in there or _succeeds(automaton, automaton.home[q]):
                continue
            for begin in automaton.home[p]:
                for end in automaton.home[q]:
                    if _drifts(automaton, begin, end):
                        return begin, end
    return None


def _succeeds(automaton: Automaton, loop: frozenset[int]) -> bool:
    """Does every round of a loop come by a place from which nothing can fail?"""
    left = loop - automaton.sure
    following = [[other for other in automaton.next[at] if other in left] for at in range(len(automaton.masks))]
    return not any(at in left for at in _components(following))


def _reached(following: list[list[int]], start: int) -> set[int]:
    todo, seen = [start], {start}
    while todo:
        for other in following[todo.pop()]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def _drifts(automaton: Automaton, p: int, q: int) -> bool:
    """Is there a text that leads from p to p, from p to q, and from q to q?"""
    masks, following = automaton.masks, automaton.next
    inner, outer = automaton.home[p], automaton.home[q]
    todo, seen = [(p, p, q)], {(p, p, q)}
    while todo:
        one, middle, other = todo.pop()
        ones = [a for a in following[one] if a in inner]
        others = [c for c in following[other] if c in outer]
        for b in following[middle]:
            for a in ones:
                both = masks[a] & masks[b]
                if not both:
                    continue
                for c in others:
                    step = (a, b, c)
                    if both & masks[c] and step not in seen:
                        if step == (p, q, q):
                            return True
                        seen.add(step)
                        todo.append(step)
    return False


@cache
def trouble(pattern: str, flags: int = 0, use: str = SEARCH) -> str | None:
    """What makes a pattern take more than linear time in a use, or None."""
    if _explodes(Automaton(pattern, flags, use, explosions=True)):
        return "a repeat can read the same text in two ways"
    automaton = Automaton(pattern, flags, use)
    if found := _shared(automaton):
        return "the search starts over in a repeat" if found[0] == automaton.start else "two repeats share a text"
    return None
