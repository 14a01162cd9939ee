"""What is kept of the last answers about a car, so that its values can be explained."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from datetime import datetime
from typing import NamedTuple

from .explanation import Cause
from .source import Origin
from .value_class import mutable


class _Answer(NamedTuple):
    """When it was asked for, and the paths whose values could not be used."""

    asked: datetime
    unusable: frozenset[str]


@mutable
class LastAnswers:
    """The last answers about a car, by part.

    `failed` are the parts whose last request failed, `unsupported` those that the car does not
    have. `reported` is when the car sent its state to the service.
    """

    reported: datetime | None = None
    failed: set[str] = field(default_factory=set)
    unsupported: set[str] = field(default_factory=set)
    _by_part: dict[str, _Answer] = field(default_factory=dict)

    @contextmanager
    def reading(self, part: str, asked: datetime, problems: Mapping[str, int]) -> Iterator[None]:
        """Note an answer, and which problems are counted while it is read."""
        before = dict(problems)
        yield
        unusable = {path for path, count in problems.items() if count != before.get(path)}
        self._by_part[part] = _Answer(asked, frozenset(unusable))
        self.failed.discard(part)

    def origin(self, part: str, paths: tuple[str, ...], *, fitted: bool = True) -> Origin:
        """Return how a value at any of these paths comes."""
        asked, unusable = self._by_part.get(part, (None, frozenset[str]()))
        cause = Cause.FAILED if part in self.failed else None
        cause = Cause.NOT_SENT if part in self.unsupported else cause
        return Origin(
            names=paths,
            came=any(
                path == item or item.startswith(f"{path}.") for path in paths for item in unusable
            ),
            asked=asked,
            fitted=fitted,
            polled=True,
            reported=self.reported,
            cause=cause,
        )
