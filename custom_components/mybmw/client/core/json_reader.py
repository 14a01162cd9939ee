"""Reading JSON by table: path → attribute, converter. What cannot be used is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import Any, Final, NamedTuple

from .attributes import AnyReading, Attribute, Reading
from .convert import Converter, UnknownWordError, note_unknown_word

_UNUSABLE: Final = (ValueError, TypeError, OverflowError)
_ROOT: Final[tuple[str, ...]] = ()


@cache
def _split(path: str) -> tuple[tuple[str, ...], str]:
    """Return the steps to an object, one tuple for all paths into it, and the name inside it."""
    parent, _, name = path.rpartition(".")
    return _steps(parent), name


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


class _Absence(Enum):
    """Why there is no value: nothing was sent, the car does not know it, or it is no use."""

    MISSING = auto()
    NOT_KNOWN = auto()
    UNKNOWN_WORD = auto()
    UNUSABLE = auto()


class Row[T](NamedTuple):
    """One line of a source's table: `parent` are the steps to the object that `name` is in.

    With `forgets`, a word such as INVALID means that the car does not know the fact any more;
    without it the word says nothing.
    """

    path: str
    parent: tuple[str, ...]
    name: str
    attribute: Attribute[T]
    convert: Converter[T]
    forgets: bool = False

    def ends(self, absence: _Absence, *, complete: bool) -> bool:
        """Return whether the fact is over when there is no value in an answer."""
        match absence:
            case _Absence.UNKNOWN_WORD:
                return True
            case _Absence.UNUSABLE:
                return False
            case _Absence.NOT_KNOWN if self.forgets:
                return True
        return complete and self.attribute.transient


type AnyRow = Row[Any]


def row[T](
    path: str, attribute: Attribute[T], convert: Converter[T], *, forgets: bool = False
) -> Row[T]:
    """Make a line; `path` has dots between its steps."""
    parent, name = _split(path)
    return Row(path, parent, name, attribute, convert, forgets)


@dataclass(slots=True)
class Reader:
    """Reads one answer; `time` is when it was measured.

    In a `complete` answer, a transient attribute that is missing is over. `within` is the part of
    the answer that paths begin in; problems are counted by the whole path.
    """

    source: str
    time: datetime
    problems: Counter[str]
    complete: bool = False
    within: str = ""

    def inside(self, name: str) -> Reader:
        """Return the reader for one part of the answer."""
        within = f"{self.within}{name}."
        return Reader(self.source, self.time, self.problems, self.complete, within)

    def take[T](self, node: object, path: str, convert: Converter[T]) -> T | None:
        """Return one value, None if it is missing, null or unusable."""
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
        """Read the items of a list that are of use; `name` is what the list is called."""
        for item in items:
            try:
                value = convert(item)
            except _UNUSABLE as error:
                self._note(name, error)
                continue
            if value is not None:
                yield value

    def rows(self, node: object, rows: Iterable[AnyRow]) -> list[AnyReading]:
        """Read all lines of a table; those of one object should stand together."""
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
                absence = _Absence.NOT_KNOWN
                try:
                    value = line.convert(found)
                except _UNUSABLE as error:
                    absence = self._note(line.path, error)
            if value is not None:
                readings.append(Reading(line.attribute, value, time, source))
            elif line.ends(absence, complete=self.complete):
                readings.append(line.attribute.over(time, source))
        return readings

    def problem(self, path: str) -> None:
        """Count something that cannot be used."""
        self.problems[self.within + path] += 1

    def _without(self, node: object, path: str) -> _Absence:
        """Return why there is nothing to look into."""
        if node is None:
            return _Absence.MISSING
        self.problem(path)
        return _Absence.UNUSABLE

    def _note(self, path: str, error: Exception) -> _Absence:
        """Count a value that cannot be used; return why."""
        if isinstance(error, UnknownWordError):
            note_unknown_word(self.problems, self.within + path, error)
            return _Absence.UNKNOWN_WORD
        self.problem(path)
        return _Absence.UNUSABLE


def _object(node: object, steps: tuple[str, ...]) -> object:
    """Return the object at the end of some steps, or what is there instead of one."""
    for step in steps:
        if not isinstance(node, dict):
            break
        node = node.get(step)
    return node
