"""Which paths of recorded JSON are known to hold nothing personal.

Each source says which those are, most of them by the tables that it reads by: a line for another
attribute is known as well, unless that attribute is private. Only under such paths do values stay.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from .json_reader import AnyRow

type Paths = Mapping[str, Paths]
"""What may follow a key, by that key; the one that ends a path has `END` after it."""

END: Final = ""
ANY: Final = "*"
"""A step that is any key."""

NOTHING: Final[Paths] = {}
_INVISIBLE: Final = "\u200b"


def known(paths: Iterable[Sequence[str]]) -> Paths:
    """Put paths together; a list is no step of a path, nor is a text that holds JSON."""
    root: dict[str, Paths] = {}
    for path in paths:
        node = root
        for step in (*path, END):
            node = node.setdefault(step, {})  # type: ignore[assignment]
    return root


def listed(table: str) -> Iterator[Sequence[str]]:
    """Yield the paths of a table: how they begin, a colon, and how they go on."""
    for line in table.strip().splitlines():
        start, _, ends = line.partition(":")
        yield from ((*_steps(start), *_steps(end)) for end in ends.split())


def of_rows(start: str, rows: Iterable[AnyRow]) -> Iterator[Sequence[str]]:
    """Yield the paths that lines of a table read by, those of private attributes left out."""
    return ((*_steps(start), *_steps(row.path)) for row in rows if not row.attribute.private)


def _steps(path: str) -> Sequence[str]:
    return path.split(".") if path else ()


def child(paths: Paths, key: str) -> Paths:
    """Return what may follow a key."""
    return paths.get(key.replace(_INVISIBLE, "") or ANY) or paths.get(ANY) or NOTHING


def is_step(paths: Paths, key: str) -> bool:
    """Return whether a path goes on with this very key."""
    return key.replace(_INVISIBLE, "") in paths and key not in (END, ANY)
