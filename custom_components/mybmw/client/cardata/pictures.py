"""Pictures of cars; CarData has at most one of each car (docs/protocols/cardata.md#pictures)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ..core.convert import mapping
from ..core.errors import ClientError, NoPictureError
from .api import CardataApi
from .clock import saved_time
from .executor import is_refused
from .quota import Reason

VIEW: Final = "VehicleStatus"
"""The view that CarData's picture shows, by the name that the My BMW app uses."""

_RETRY_AFTER: Final = timedelta(days=30)


class Pictures:
    """Fetches pictures, and remembers which ones do not exist."""

    def __init__(self, api: CardataApi) -> None:
        """Create it without missing pictures."""
        self._api = api
        self._missing: dict[str, datetime] = {}

    async def get(self, vin: str, now: datetime) -> bytes:
        """Return a picture as PNG; raise `NoPictureError` for 30 days if BMW has none."""
        missing = self._missing.get(vin)
        if missing is not None and abs(now - missing) < _RETRY_AFTER:
            raise NoPictureError("BMW has no picture of the car")
        try:
            return await self._api.image(vin, Reason.SCHEDULE)
        except ClientError as error:
            if is_refused(error):
                self._missing[vin] = now
            raise

    def dump(self) -> dict[str, str]:
        """Return since when which pictures are missing, as JSON."""
        return {vin: when.isoformat() for vin, when in self._missing.items()}

    def load(self, saved: object, now: datetime) -> None:
        """Restore a `dump`; times in the future are set to now."""
        items: Mapping[str, object] = mapping(saved)
        times = ((vin, saved_time(when)) for vin, when in items.items())
        self._missing = {vin: min(when, now) for vin, when in times if when is not None}

    def go_back(self, by: timedelta) -> None:
        """Shift all times after the system clock was set back."""
        self._missing = {vin: when - by for vin, when in self._missing.items()}
