"""What one observation says about charging."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ..core import attributes as car
from ..core.records import ChargeEnd
from ..core.values import ChargingStatus
from .observation import DC_PLUG, Observation

NO_POWER: Final = 0.1
"""A lower power in kW is none."""

_EARLY: Final = timedelta(minutes=2)
_SAME_BURST: Final = timedelta(seconds=10)
_NEARLY: Final = 0.5
_ENDS: Final[Mapping[ChargingStatus, ChargeEnd]] = {
    ChargingStatus.COMPLETE: ChargeEnd.INTERRUPTED,
    ChargingStatus.FINISHED_NOT_FULL: ChargeEnd.INTERRUPTED,
    ChargingStatus.ERROR: ChargeEnd.INTERRUPTED,
    ChargingStatus.FULLY_CHARGED: ChargeEnd.TARGET_REACHED,
    ChargingStatus.FINISHED_FULLY_CHARGED: ChargeEnd.TARGET_REACHED,
    ChargingStatus.TARGET_REACHED: ChargeEnd.TARGET_REACHED,
}


class ChargeSigns(NamedTuple):
    """The signs that the car charges, oldest first, or since when it does not.

    `ended` is why, if it is more than a pause. `unplugged` is when it was last measured that
    there is no plug, None if there is one or that is not known.
    """

    active: tuple[datetime, ...] = ()
    idle: datetime | None = None
    ended: ChargeEnd | None = None
    unplugged: datetime | None = None
    plugged: datetime | None = None
    direct: bool = False


def signs_of(seen: Observation) -> ChargeSigns:
    """Return what an observation says about charging."""
    plug = seen.reading(car.CHARGER_CONNECTED)
    found = _by_status(seen)
    if plug is not None:
        found = found._replace(
            plugged=plug.time if plug.value else None,
            unplugged=None if plug.value else plug.time,
        )
    return found._replace(direct=seen.value(DC_PLUG) is True)


def _by_status(seen: Observation) -> ChargeSigns:
    status, power = seen.reading(car.CHARGING_STATUS), seen.reading(car.CHARGING_POWER)
    flows = power is not None and power.value >= NO_POWER
    if status is None:
        return ChargeSigns((power.time,)) if power is not None and flows else ChargeSigns()
    if status.value is not ChargingStatus.CHARGING:
        return ChargeSigns(idle=status.time, ended=_why(status.value, seen))
    if power is not None and not flows and power.time > status.time + _SAME_BURST:
        return ChargeSigns(idle=power.time)
    times = {status.time}
    since = seen.value(car.CHARGING_SINCE)
    if since is not None and since <= status.time:
        times.add(since)
    if power is not None and flows and power.time >= status.time - _EARLY:
        times.add(power.time)
    return ChargeSigns(tuple(sorted(times)))


def _why(status: ChargingStatus, seen: Observation) -> ChargeEnd | None:
    """Return why a charge has ended, None if it may only pause."""
    ended = _ENDS.get(status)
    complete = ended is not None and status is not ChargingStatus.ERROR
    return ChargeEnd.TARGET_REACHED if complete and is_full(seen) else ended


def is_full(seen: Observation) -> bool:
    """Return whether the target is reached, as far as that is known."""
    soc, target = seen.value(car.STATE_OF_CHARGE), seen.value(car.CHARGING_TARGET)
    return soc is not None and target is not None and soc >= target - _NEARLY
