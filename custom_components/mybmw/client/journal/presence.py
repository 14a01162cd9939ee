"""Whether a car is at home, and how far from home it is."""

from datetime import datetime
from typing import Any, Final

from ..core.attributes import POSITION
from ..core.convert import mapping
from ..core.value_class import mutable
from .forms import columns_of, read_valid, write
from .log import Settings
from .movement import distance
from .observation import Observation

_WIDER: Final = 1.2
_MARGIN: Final = 0.05
_FIXES: Final = 2


@mutable
class _State:
    at_home: bool | None = None
    outside: int = 0
    fixed: datetime | None = None


class Presence:
    """A car is at home within the radius; it leaves a little farther out.

    One position of a parked car shows that it has left, or two of a car that is driven. The
    distance is in km.
    """

    def __init__(self) -> None:
        self.distance: float | None = None
        self._state = _State()

    @property
    def at_home(self) -> bool | None:
        """Whether the car is at home, None if no position is known."""
        return self._state.at_home

    def look(self, seen: Observation, settings: Settings, *, parked: bool) -> None:
        """Take in the position of the car."""
        state, reading = self._state, seen.reading(POSITION)
        if reading is None or settings.home is None:
            self.distance, self._state = None, _State()
            return
        if state.fixed == reading.time and self.distance is not None:
            return
        self.distance = round(distance(reading.value, settings.home), 1)
        away = distance(reading.value, settings.home)
        radius = settings.home_radius / 1000
        is_new, state.fixed = state.fixed != reading.time, reading.time
        if away <= radius:
            state.at_home, state.outside = True, 0
        elif away > _WIDER * radius + _MARGIN:
            state.outside += is_new
            if parked or state.outside >= _FIXES or state.at_home is None:
                state.at_home = False

    def dump(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return write(_COLUMNS, self._state)

    def load(self, saved: object) -> None:
        """Restore the state; what cannot be read is ignored."""
        self._state = _State(**read_valid(_COLUMNS, mapping(saved)))


_COLUMNS: Final = columns_of(_State, {})
