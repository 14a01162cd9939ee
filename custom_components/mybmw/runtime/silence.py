"""The repair issues of cars that have sent nothing though the stream is connected."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from homeassistant.core import callback

from ..client import SILENT_AFTER, Status, Vehicle
from ..client.core.values import Brand
from .issues import Issues

ISSUE: Final = "stream_silent"
_OTHERS_SEND: Final = "stream_silent_others"
SILENT_ISSUES: Final = (ISSUE, _OTHERS_SEND)
_END_OF_VIN: Final = 7


class SilentCars:
    """Creates an issue for each silent car, worded by what the others do, and deletes it."""

    def __init__(
        self, issues: Issues, vehicles: Mapping[str, Vehicle], sends: Callable[[str], bool]
    ) -> None:
        """Create it; `sends` is asked whether a car could send."""
        self._issues = issues
        self._vehicles = vehicles
        self._sends = sends
        self._shown: set[str] = set()

    @callback
    def update(self, status: Status, now: datetime) -> None:
        """Update the issues."""
        silent = {
            vin
            for vin, since in status.silent_cars.items()
            if now - since >= SILENT_AFTER and vin in self._vehicles and self._sends(vin)
        }
        text = ISSUE if status.silent_since is not None else _OTHERS_SEND
        for vin in silent | self._shown:
            vehicle = self._vehicles.get(vin)
            self._issues.update(
                ISSUE,
                wrong=vin in silent,
                source=vin[-_END_OF_VIN:].lower(),
                text=text,
                brand=vehicle.brand if vehicle else Brand.BMW,
                car=vehicle.name if vehicle else "",
            )
        self._shown = silent

    @staticmethod
    def due(status: Status, now: datetime) -> list[datetime]:
        """Return when cars will have been silent for too long."""
        times = (since + SILENT_AFTER for since in status.silent_cars.values())
        return [time for time in times if time > now]
