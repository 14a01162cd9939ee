"""Trees of the JSON paths whose values may stay in recordings.

Each source defines its own. Most paths follow from the rows of its mapping, without those of
private attributes. Values under all other paths are removed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from .json_reader import AnyRow

type Paths = Mapping[str, Paths]
"""A tree of keys; the last key of a path has the child `END`."""

END: Final = ""
ANY: Final = "*"
"""A step that matches any key."""

NOTHING: Final[Paths] = {}
_INVISIBLE: Final = "\u200b"


def path_tree(paths: Iterable[Sequence[str]]) -> Paths:
    """Return the tree of paths; lists and texts that contain JSON are no steps of a path."""
    root: dict[str, Paths] = {}
    for path in paths:
        node = root
        for step in (*path, END):
            node = node.setdefault(step, {})  # type: ignore[assignment]
    return root


def table_paths(table: str) -> Iterator[Sequence[str]]:
    """Yield the paths of a table with lines of the form `prefix: path path ...`."""
    for line in table.strip().splitlines():
        start, _, ends = line.partition(":")
        yield from ((*_steps(start), *_steps(end)) for end in ends.split())


def row_paths(prefix: str, rows: Iterable[AnyRow]) -> Iterator[Sequence[str]]:
    """Yield the paths of the rows of a mapping, without those of private attributes."""
    return ((*_steps(prefix), *_steps(row.path)) for row in rows if not row.attribute.private)


def _steps(path: str) -> Sequence[str]:
    return path.split(".") if path else ()


def child(paths: Paths, key: str) -> Paths:
    """Return the subtree of a key."""
    return paths.get(key.replace(_INVISIBLE, "") or ANY) or paths.get(ANY) or NOTHING


def is_step(paths: Paths, key: str) -> bool:
    """Return whether the tree contains this key itself, not just `ANY`."""
    return key.replace(_INVISIBLE, "") in paths and key not in (END, ANY)
