"""The policy of an account: whether commands are allowed, and which readings are kept."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from . import attributes as a
from .attributes import AnyAttribute, AnyReading
from .descriptors import attribute_of

_LOCATION: Final = frozenset(
    {
        a.POSITION,
        a.HEADING,
        a.ADDRESS,
        a.CHARGING_PLACES,
        a.DESTINATIONS,
        a.RANGE_MAP,
        attribute_of("vehicle.cabin.infotainment.navigation.currentLocation.altitude"),
    }
)
_NO_PLACE: Final[dict[str, None]] = {"place": None, "position": None, "public": None}


class Policy(NamedTuple):
    """What the user allows; without `track_position`, no kind of location is kept."""

    read_only: bool = False
    track_position: bool = True
    ignored: frozenset[AnyAttribute] = frozenset()

    def keeps(self, attribute: AnyAttribute) -> bool:
        """Return whether readings of an attribute are kept."""
        tracked = self.track_position or attribute not in _LOCATION
        return tracked and attribute not in self.ignored

    @property
    def keeps_all(self) -> bool:
        """Whether all readings of sources are kept as they are; others are those of the journal."""
        return self.track_position and self.ignored <= a.JOURNAL

    def filter(self, readings: Iterable[AnyReading]) -> Iterator[AnyReading]:
        """Yield the readings that are kept; the place of charging sessions is a location too."""
        for reading in readings:
            sessions = reading.attribute is a.CHARGING_SESSIONS and not self.track_position
            if sessions and reading.value is not None:
                value = tuple(replace(item, **_NO_PLACE) for item in reading.value)
                yield replace(reading, value=value)
            elif self.keeps(reading.attribute):
                yield reading
