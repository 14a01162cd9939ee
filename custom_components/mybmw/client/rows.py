"""Reading JSON by table: path → attribute, converter. What cannot be used is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from .attributes import AnyReading, Attribute
from .convert import Converter

_UNUSABLE: Final = (ValueError, TypeError, OverflowError)


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


@dataclass(frozen=True, slots=True)
class Row[T]:
    """One line of a source's table."""

    path: tuple[str, ...]
    attribute: Attribute[T]
    convert: Converter[T]


type AnyRow = Row[Any]


def row[T](path: str, attribute: Attribute[T], convert: Converter[T]) -> Row[T]:
    """Make a line; `path` has dots between its steps."""
    return Row(_steps(path), attribute, convert)


@dataclass(frozen=True, slots=True)
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
        return self._value(node, _steps(path), convert)[0]

    def rows(self, node: object, rows: Iterable[AnyRow]) -> Iterator[AnyReading]:
        """Read all lines of a table."""
        for line in rows:
            value, usable = self._value(node, line.path, line.convert)
            if value is not None:
                yield line.attribute.at(value, self.time, self.source)
            elif usable and self.complete and line.attribute.transient:
                yield line.attribute.over(self.time, self.source)

    def problem(self, path: str) -> None:
        """Count something that cannot be used."""
        self.problems[self.within + path] += 1

    def _value[T](
        self, node: object, path: tuple[str, ...], convert: Converter[T]
    ) -> tuple[T | None, bool]:
        for step in path:
            if node is None:
                return None, True
            if not isinstance(node, dict):
                self.problem(".".join(path))
                return None, False
            node = node.get(step)
        if node is None:
            return None, True
        try:
            return convert(node), True
        except _UNUSABLE:
            self.problem(".".join(path))
            return None, False
