"""How an attribute of a car comes from the legacy API: in which answer, and at which path."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ..core import attributes as a
from ..core.attributes import AnyAttribute
from ..core.coverage import sources_of
from ..core.json_reader import AnyRow
from ..core.last_answers import LastAnswers
from ..core.source import Origin
from .mapping import (
    CAPACITY_ROWS,
    CHARGING_ROWS,
    COMPARISONS,
    ENERGY_ROWS,
    POSITION_ROWS,
    RANGES,
    SIDES,
    STATUS_ROWS,
    TOTAL_ROWS,
    TRIP_ROWS,
    VEHICLE_ROWS,
)
from .profile import PLAN_ROWS
from .readings import SOURCE, Features

VEHICLES: Final = "vehicles"
STATUS: Final = "vehicleStatus"
LAST_TRIP: Final = "lastTrip"
ALL_TRIPS: Final = "allTrips"
CHARGING: Final = "charging"
DESTINATIONS: Final = "destinations"
RANGE_MAP: Final = "rangemap"
NAVIGATION: Final = "navigation"

_TIMES: Final = (a.CHARGING_TIME_LEFT, a.CHARGING_END_TIME)


class _Place(NamedTuple):
    """The answer that has an attribute, and the paths in it."""

    part: str
    paths: tuple[str, ...]


def _rows(part: str, rows: Iterable[AnyRow], within: str = "") -> dict[AnyAttribute, _Place]:
    return {line.attribute: _Place(part, (f"{part}.{within}{line.path}",)) for line in rows}


def _status(**names: AnyAttribute) -> dict[AnyAttribute, _Place]:
    return {attribute: _Place(STATUS, (f"{STATUS}.{name}",)) for name, attribute in names.items()}


_PLACES: Final[Mapping[AnyAttribute, _Place]] = {
    **_rows(VEHICLES, VEHICLE_ROWS),
    **_rows(STATUS, (*STATUS_ROWS, *CHARGING_ROWS, *SIDES[False])),
    **_rows(STATUS, POSITION_ROWS, "position."),
    **{attribute: _Place(STATUS, (f"{STATUS}.{name}",)) for name, attribute in RANGES},
    **_status(
        cbsData=a.SERVICES,
        chargingTimeRemaining=a.CHARGING_TIME_LEFT,
        checkControlMessages=a.CHECK_CONTROL,
        position=a.POSITION,
        remainingRange=a.REMAINING_RANGE_TOTAL,
        steering=a.LEFT_HAND_DRIVE,
        updateReason=a.UPDATE_REASON,
    ),
    a.CHARGING_END_TIME: _Place(STATUS, (f"{STATUS}.chargingTimeRemaining",)),
    a.CHARGING_SINCE: _Place(STATUS, (f"{STATUS}.chargingStatus",)),
    a.ACTIVITY: _Place(STATUS, (f"{STATUS}.updateReason",)),
    a.LAST_UPDATE: _Place(STATUS, (f"{STATUS}.updateTime", f"{STATUS}.internalDataTimeUTC")),
    **_rows(LAST_TRIP, TRIP_ROWS),
    **_rows(ALL_TRIPS, TOTAL_ROWS),
    **{
        attribute: _Place(ALL_TRIPS, (f"{ALL_TRIPS}.{name}",)) for name, attribute, _ in COMPARISONS
    },
    **{line.attribute: _Place(CHARGING, ()) for line in PLAN_ROWS},
    a.TIMER_TYPE: _Place(CHARGING, ()),
    a.CHARGING_PROFILE: _Place(CHARGING, ()),
    a.DESTINATIONS: _Place(DESTINATIONS, (DESTINATIONS,)),
    a.RANGE_MAP: _Place(RANGE_MAP, (RANGE_MAP,)),
    **_rows(NAVIGATION, (*ENERGY_ROWS, *CAPACITY_ROWS)),
}
_PLUG: Final = frozenset(
    {
        *(line.attribute for line in CHARGING_ROWS),
        *_TIMES,
        a.CHARGING_SINCE,
        a.CHARGING_END_REASON,
        a.CHARGING_END_RESULT,
        a.STATE_OF_CHARGE,
        a.REMAINING_RANGE_ELECTRIC,
        a.MAX_RANGE_ELECTRIC,
    }
)
_FUEL: Final = frozenset(
    {a.REMAINING_FUEL, a.REMAINING_FUEL_PERCENT, a.TANK_CAPACITY, a.REMAINING_RANGE_FUEL}
)


def offered(features: Features) -> Mapping[str, bool]:
    """Return which further answers there are about a car."""
    return {
        LAST_TRIP: features.statistics,
        ALL_TRIPS: features.statistics,
        CHARGING: features.charging,
        DESTINATIONS: features.destinations,
        RANGE_MAP: features.range_map,
        NAVIGATION: features.energy,
    }


def paths_of(attribute: AnyAttribute) -> tuple[str, ...]:
    """Return the paths of an attribute, none if it has no single one."""
    return _PLACES[attribute].paths if attribute in _PLACES else ()


def trace(answers: LastAnswers, attribute: AnyAttribute, features: Features) -> Origin | None:
    """Return how an attribute comes, None if the service never has it."""
    if SOURCE not in sources_of(attribute):
        return None
    part, paths = _PLACES.get(attribute, _Place(STATUS, ()))
    train = features.drive_train
    fitted = train is None or (
        (train.plugs_in or attribute not in _PLUG) and (train.burns_fuel or attribute not in _FUEL)
    )
    return answers.origin(part, paths, fitted=fitted)
