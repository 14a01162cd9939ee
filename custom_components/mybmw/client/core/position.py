"""Why the position of a car is missing, or is an old one."""

from typing import Final

from .attributes import POSITION_STATUS, TRACKING_ENABLED
from .values import PositionStatus
from .vehicle import Vehicle

_NOT_SHARED: Final = "not_shared"


def position_gap(vehicle: Vehicle) -> str | None:
    """Return why a car does not send its position, as a word; None if it does."""
    if vehicle.value(TRACKING_ENABLED) is False:
        return _NOT_SHARED
    status = vehicle.value(POSITION_STATUS)
    return None if status in (None, PositionStatus.OK) else status.lower()
