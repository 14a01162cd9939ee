"""Read JSON by a table of path → attribute, converter; unusable values are counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import Any, Final, NamedTuple

from .attributes import AnyReading, Attribute, Reading
from .convert import Converter, UnknownWordError, note_unknown_word
from .value_class import mutable

_UNUSABLE: Final = (ValueError, TypeError, OverflowError)
_ROOT: Final[tuple[str, ...]] = ()


@cache
def _split(path: str) -> tuple[tuple[str, ...], str]:
    """Return the steps to an object (one tuple shared by all paths into it) and the last key."""
    parent, _, name = path.rpartition(".")
    return _steps(parent), name


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


class _Absence(Enum):
    """Why there is no value: missing or null, a word such as INVALID, or unusable."""

    MISSING = auto()
    NULL_WORD = auto()
    UNKNOWN_WORD = auto()
    UNUSABLE = auto()


class Row[T](NamedTuple):
    """One row of a source's mapping; `parent` are the steps to the object that contains `name`.

    With `null_ends`, a word such as INVALID ends the value, as the car does not know it any more;
    without it, the word is ignored.
    """

    path: str
    parent: tuple[str, ...]
    name: str
    attribute: Attribute[T]
    convert: Converter[T]
    null_ends: bool = False

    def ends(self, absence: _Absence, *, complete: bool) -> bool:
        """Return whether the absence of a value ends the stored one."""
        match absence:
            case _Absence.UNKNOWN_WORD:
                return True
            case _Absence.UNUSABLE:
                return False
            case _Absence.NULL_WORD if self.null_ends:
                return True
        return complete and self.attribute.transient


type AnyRow = Row[Any]


def row[T](
    path: str, attribute: Attribute[T], convert: Converter[T], *, null_ends: bool = False
) -> Row[T]:
    """Return a row; the steps of `path` are separated by dots."""
    parent, name = _split(path)
    return Row(path, parent, name, attribute, convert, null_ends)


@mutable
class Reader:
    """Reads one response, measured at `time`.

    In a `complete` response, a missing transient attribute ends. `within` is the prefix of all
    paths in the response; problems are counted by the full path.
    """

    source: str
    time: datetime
    problems: Counter[str]
    complete: bool = False
    within: str = ""

    def inside(self, name: str) -> Reader:
        """Return a reader for one part of the response."""
        within = f"{self.within}{name}."
        return Reader(self.source, self.time, self.problems, self.complete, within)

    def take[T](self, node: object, path: str, convert: Converter[T]) -> T | None:
        """Return the value at a path, None if it is missing, null or unusable."""
        name = path
        if "." in path:
            parent, name = _split(path)
            node = _object(node, parent)
        if not isinstance(node, dict):
            self._without(node, path)
            return None
        found = node.get(name)
        if found is None:
            return None
        try:
            return convert(found)
        except _UNUSABLE as error:
            self._note(path, error)
            return None

    def items[T](self, items: Iterable[object], name: str, convert: Converter[T]) -> Iterator[T]:
        """Yield the converted items of a list, without unusable ones; `name` is its path."""
        for item in items:
            try:
                value = convert(item)
            except _UNUSABLE as error:
                self._note(name, error)
                continue
            if value is not None:
                yield value

    def rows(self, node: object, rows: Iterable[AnyRow]) -> list[AnyReading]:
        """Return the readings of all rows; rows of the same object should be adjacent."""
        time, source = self.time, self.source
        readings: list[AnyReading] = []
        parent, holder = _ROOT, node
        for line in rows:
            if line.parent is not parent:
                parent, holder = line.parent, _object(node, line.parent)
            value: object = None
            absence = _Absence.MISSING
            if not isinstance(holder, dict):
                absence = self._without(holder, line.path)
            elif (found := holder.get(line.name)) is not None:
                absence = _Absence.NULL_WORD
                try:
                    value = line.convert(found)
                except _UNUSABLE as error:
                    absence = self._note(line.path, error)
            if value is not None:
                readings.append(Reading(line.attribute, value, time, source))
            elif line.ends(absence, complete=self.complete):
                readings.append(line.attribute.ended(time, source))
        return readings

    def problem(self, path: str) -> None:
        """Count an unusable value."""
        self.problems[self.within + path] += 1

    def _without(self, node: object, path: str) -> _Absence:
        """Count a node that is neither an object nor null; return the kind of absence."""
        if node is None:
            return _Absence.MISSING
        self.problem(path)
        return _Absence.UNUSABLE

    def _note(self, path: str, error: Exception) -> _Absence:
        """Count an unusable value; return the kind of absence."""
        if isinstance(error, UnknownWordError):
            note_unknown_word(self.problems, self.within + path, error)
            return _Absence.UNKNOWN_WORD
        self.problem(path)
        return _Absence.UNUSABLE


def _object(node: object, steps: tuple[str, ...]) -> object:
    """Return the node at the end of the steps, or the first one that is not an object."""
    for step in steps:
        if not isinstance(node, dict):
            break
        node = node.get(step)
    return node
