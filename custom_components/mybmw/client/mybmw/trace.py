"""How an attribute of a car comes from the app's service: in which answer, and at which path."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final, NamedTuple

from ..core import attributes as a
from ..core.attributes import AnyAttribute
from ..core.coverage import sources_of
from ..core.json_reader import AnyRow
from ..core.last_answers import LastAnswers
from ..core.source import Origin
from ..core.values import DriveTrain
from .car_context import SOURCE
from .mapping import (
    CAPABILITY_ROWS,
    CHARGING_ROWS,
    CLIMATE_ROWS,
    ELECTRIC_ROWS,
    FUEL_ROWS,
    HEADUNIT_ROWS,
    LOCATION_ROWS,
    PROFILE_ROWS,
    STATE_ROWS,
    TIRE_ROWS,
)
from .profile import PLAN_ROWS

PROFILE: Final = "profile"
STATE: Final = "state"
CHARGING: Final = "charging"

_TIMES: Final = (a.CHARGING_TIME_LEFT, a.CHARGING_END_TIME)
_MINUTES: Final = "electricChargingState.remainingChargingMinutes"


class _Place(NamedTuple):
    """The answer that has an attribute, and the paths in it."""

    part: str
    paths: tuple[str, ...]


def _rows(part: str, rows: Iterable[AnyRow], within: str = "") -> dict[AnyAttribute, _Place]:
    return {line.attribute: _Place(part, (f"{within}{line.path}",)) for line in rows}


_PLACES: Final[Mapping[AnyAttribute, _Place]] = {
    **_rows(CHARGING, CHARGING_ROWS),
    **_rows(PROFILE, (*PROFILE_ROWS, *HEADUNIT_ROWS)),
    a.BRAND: _Place(PROFILE, ("brand",)),
    a.SOFTWARE_VERSION: _Place(PROFILE, ("softwareVersionCurrent",)),
    **_rows(STATE, (*STATE_ROWS, *CLIMATE_ROWS)),
    **_rows(STATE, CAPABILITY_ROWS),
    **_rows(STATE, LOCATION_ROWS, "location."),
    **_rows(STATE, FUEL_ROWS, "combustionFuelLevel."),
    **_rows(STATE, ELECTRIC_ROWS, "electricChargingState."),
    **_rows(STATE, PLAN_ROWS, "chargingProfile."),
    **{
        attribute: place
        for wheel, rows in TIRE_ROWS.items()
        for attribute, place in _rows(STATE, rows, f"tireState.{wheel}.").items()
    },
    **{
        attribute: _Place(STATE, (f"tireState.{wheel}.details",))
        for wheel, attribute in a.TIRE.items()
    },
    **dict.fromkeys(_TIMES, _Place(STATE, (_MINUTES,))),
    **{
        attribute: _Place(STATE, (f"tireState.{wheel}.status",))
        for wheel, attribute in a.TIRE_COMPARISON.items()
    },
    a.LIDS["sun_roof"]: _Place(STATE, ("roofState",)),
    a.CHARGING_SINCE: _Place(STATE, ("electricChargingState.chargingStatus",)),
    a.REMAINING_RANGE_FUEL: _Place(STATE, ("combustionFuelLevel.range",)),
    a.REMAINING_RANGE_TOTAL: _Place(
        STATE, ("combustionFuelLevel.range", "electricChargingState.range")
    ),
    a.CHARGING_START_TIME: _Place(STATE, ("chargingProfile.reductionOfChargeCurrent",)),
    a.CHARGING_PROFILE: _Place(STATE, ("chargingProfile",)),
    a.CLIMATE_TIMERS: _Place(STATE, ("climateTimers",)),
    a.CLIMATE_END_TIME: _Place(STATE, ("climateControlState.remainingSeconds",)),
    a.POSITION: _Place(STATE, ("location.coordinates",)),
    a.PRIVACY_MODE: _Place(STATE, ("driverPreferences",)),
    a.SERVICES: _Place(STATE, ("requiredServices",)),
    a.CHECK_CONTROL: _Place(STATE, ("checkControlMessages",)),
    a.LAST_UPDATE: _Place(STATE, ("lastUpdatedAt",)),
    a.COMMANDS: _Place(STATE, ("capabilities",)),
}
_PLUG: Final = frozenset(
    {
        *(line.attribute for line in chain(ELECTRIC_ROWS, CHARGING_ROWS, PLAN_ROWS)),
        *_TIMES,
        a.CHARGING_SINCE,
        a.CHARGING_START_TIME,
        a.CHARGING_PROFILE,
        a.CLIMATE_TIMERS,
    }
)
_FUEL: Final = frozenset({*(line.attribute for line in FUEL_ROWS), a.REMAINING_RANGE_FUEL})


def paths_of(attribute: AnyAttribute) -> tuple[str, ...]:
    """Return the paths of an attribute, none if the service does not have it."""
    return _PLACES[attribute].paths if attribute in _PLACES else ()


def trace(answers: LastAnswers, attribute: AnyAttribute, train: DriveTrain | None) -> Origin | None:
    """Return how an attribute comes, None if the service never has it."""
    if SOURCE not in sources_of(attribute):
        return None
    part, paths = _PLACES.get(attribute, _Place(STATE, ()))
    fitted = train is None or (
        (train.plugs_in or attribute not in _PLUG) and (train.burns_fuel or attribute not in _FUEL)
    )
    return answers.origin(part, paths, fitted=fitted)
