"""The border between libraries, watched: each statement that the desk sends has to say whose rows it means.

In a statement every table is *tied* to the library: by a condition on its own `library` column, or by an equation of
its case or row with a tied table's. A near-duplicate's key is made with the library's name in it and counts as such a
condition. Conditions within an OR tie nothing.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Delete, Engine, Insert, Join, ScalarSelect, Select, Subquery, Update, event
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    Grouping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHOLE = frozenset({"mark", "alembic_version"})
"""Tables of the whole database."""
OWN = {"library": "id", "likeness": "key"}
"""The column that says whose a row is, where it is not called `library`."""
WAYS = frozenset({"id", "case_id"})
"""Columns by which one tied table ties another."""
OVER_ALL = "SELECT library.id \nFROM library"
"""How the one statement begins that may look at all libraries: which there are."""


class Crossed(AssertionError):
    """A statement reads or writes a table of the libraries and does not say whose rows."""


class Watch:
    """What was sent while it watched: how many statements, and the libraries that they named."""

    def __init__(self) -> None:
        self.statements = 0
        self.libraries: Counter[str] = Counter()

    def see(self, statement: Any, given: Mapping[str, Any]) -> None:
        """Raises Crossed."""
        if isinstance(statement, (Select, Update, Delete, Insert)):
            self.statements += 1
            if getattr(statement, "whereclause", None) is not None or not str(statement).startswith(OVER_ALL):
                self.libraries.update(_Reading(given).named(statement))


@contextmanager
def watched() -> Iterator[Watch]:
    """Every statement of every engine is looked at while the block runs."""
    watch = Watch()

    def before(_: object, statement: Any, many: list[dict[str, Any]], given: dict[str, Any], __: object) -> None:
        for one in many or [given]:
            watch.see(statement, one)

    event.listen(Engine, "before_execute", before)
    try:
        yield watch
    finally:
        event.remove(Engine, "before_execute", before)


class _Reading:
    """One statement with the values given beside it."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._found: set[str] = set()

    def named(self, statement: Any) -> set[str]:
        if isinstance(statement, Insert):
            self._insert(statement)
        elif isinstance(statement, Select):
            self._select(statement, frozenset())
        else:
            self._tie(statement, {statement.table}, _parts(statement.whereclause), frozenset())
        return self._found

    def _insert(self, statement: Insert) -> None:
        given = self._given or statement.compile().params
        name = statement.table.name
        if name not in WHOLE and name != "likeness":  # whose case_id was asked for a moment before
            self._found.add(str(given[OWN.get(name, "library")]))
        for select in _selects(statement):
            self._select(select, frozenset())

    def _select(self, select: Select[Any], outer: frozenset[Any]) -> None:
        tables: set[Any] = set()
        conditions = _parts(select.whereclause)
        for source in select.get_final_froms():
            _leaves(source, tables, conditions)
        own = tables - outer or tables  # a subquery shares its outer statement's tables, unless it had none left
        for subquery in [table for table in own if isinstance(table, Subquery)]:
            for inside in _selects(subquery.element):
                self._select(inside, frozenset())
        self._tie(select, {table for table in own if not isinstance(table, Subquery)}, conditions, outer)

    def _tie(self, statement: Any, tables: set[Any], conditions: list[Any], outer: frozenset[Any]) -> None:
        tied = {table for table in tables if _name(table) in WHOLE}
        inner = frozenset(tables) | outer
        for select in {s for condition in conditions for s in _selects(condition)} | _shown(statement):
            self._select(select, inner)
        while more := {t for t in tables - tied if any(self._ties(c, t, tied | outer) for c in conditions)}:
            tied |= more
        if lost := tables - tied:
            raise Crossed(f"{sorted(map(_name, lost))} of any library in: {statement}")

    def _ties(self, condition: Any, table: Any, tied: frozenset[Any] | set[Any]) -> bool:
        if not isinstance(condition, BinaryExpression) or condition.operator not in {operators.eq, operators.in_op}:
            return False
        left, right = condition.left, condition.right
        if getattr(right, "table", None) is table and condition.operator is operators.eq:
            left, right = right, left
        if getattr(left, "table", None) is not table:
            return False
        if left.name == OWN.get(_name(table), "library") and isinstance(right, BindParameter):
            if left.name != "key":
                self._found.add(str(self._given.get(right.key, right.value)))
            return True
        if left.name not in WAYS:
            return False
        if isinstance(right, (ScalarSelect, Grouping)):
            return True  # it was looked at as a statement of its own
        other = getattr(right, "table", None)
        return (other in tied or isinstance(other, Subquery)) and right.name in WAYS


def _parts(clause: Any) -> list[Any]:
    """What holds at once: the members of an AND."""
    if clause is None:
        return []
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        return [part for one in clause.clauses for part in _parts(one)]
    return [clause]


def _leaves(source: Any, tables: set[Any], conditions: list[Any]) -> None:
    if isinstance(source, Join):
        _leaves(source.left, tables, conditions)
        _leaves(source.right, tables, conditions)
        conditions += _parts(source.onclause)
    else:
        tables.add(source)


def _selects(clause: Any) -> set[Select[Any]]:
    """The outermost SELECTs within a clause."""
    if isinstance(clause, Select):
        return {clause}
    return {found for child in clause.get_children() for found in _selects(child)}


def _shown(statement: Any) -> set[Select[Any]]:
    """SELECTs among the columns that a SELECT gives back."""
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    return {found for column in columns if not hasattr(column, "table") for found in _selects(column)}


def _name(table: Any) -> str:
    return str(getattr(table, "element", table).name)
