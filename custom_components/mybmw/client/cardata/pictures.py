"""The pictures of cars, of which CarData has one each, or none."""

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
"""The one picture that CarData has, by the name that the MyBMW service gives to it."""

_TRY_AGAIN: Final = timedelta(days=30)


class Pictures:
    """Fetches pictures, and remembers which ones BMW does not have."""

    def __init__(self, api: CardataApi) -> None:
        """Nothing was refused yet."""
        self._api = api
        self._missed: dict[str, datetime] = {}

    async def get(self, vin: str, now: datetime) -> bytes:
        """Return a picture as PNG; one that BMW does not have is not asked for soon."""
        missed = self._missed.get(vin)
        if missed is not None and abs(now - missed) < _TRY_AGAIN:
            raise NoPictureError("BMW has no picture of the car")
        try:
            return await self._api.image(vin, Reason.SCHEDULE)
        except ClientError as error:
            if is_refused(error):
                self._missed[vin] = now
            raise

    def dump(self) -> dict[str, str]:
        """Return when which picture was missed, as JSON."""
        return {vin: when.isoformat() for vin, when in self._missed.items()}

    def load(self, saved: object, now: datetime) -> None:
        """Take over what `dump` wrote; nothing was missed later than now."""
        items: Mapping[str, object] = mapping(saved)
        times = ((vin, saved_time(when)) for vin, when in items.items())
        self._missed = {vin: min(when, now) for vin, when in times if when is not None}

    def go_back(self, by: timedelta) -> None:
        """Go on though the clock was set back."""
        self._missed = {vin: when - by for vin, when in self._missed.items()}
