"""How an attribute of a car comes from the Auto API: by which properties, and what they say."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from ..core import attributes as a
from ..core.attributes import AnyAttribute
from ..core.coverage import sources_of
from ..core.descriptors import DESCRIPTORS
from ..core.explanation import Cause
from ..core.source import Origin
from . import charging, readings, services
from .car import FleetCar
from .component import SOURCE
from .mapping import FUEL, MORE_RULES, PLACES, PLUG, RULES

PART: Final = "vehicle"

_PRIVATE: Final = "privacy_mode_active"
_REFUSED: Final = "unauthorised"
_ONLY_EVENTS: Final = frozenset({a.ACCIDENT, a.STARTER_BATTERY_LOW})
_ALSO_PLUG: Final = frozenset(
    {
        a.CHARGING_SINCE,
        a.CHARGING_END_TIME,
        a.CHARGING_TIME_LEFT,
        a.CHARGING_PROFILE,
        a.CHARGING_SESSIONS,
    }
)
_COMBINED: Final[Mapping[AnyAttribute, tuple[str, ...]]] = {
    a.BRAND: ("brand",),
    a.DRIVE_TRAIN: (readings.TRAIN,),
    a.LOCK_STATE: (readings.LOCKS,),
    a.LIDS["sun_roof"]: readings.SUNROOF,
    a.POSITION: (readings.COORDINATES,),
    a.PRIVACY_MODE: (readings.COORDINATES,),
    a.REMAINING_RANGE_FUEL: (readings.FUEL_RANGE,),
    a.REMAINING_RANGE_TOTAL: (
        readings.MIXED_RANGE,
        readings.FUEL_RANGE,
        readings.ELECTRIC_RANGE,
    ),
    a.CHARGING_SINCE: ("charging.status",),
    a.CHARGING_END_TIME: (charging.LEFT,),
    a.CHARGING_TIME_LEFT: (charging.LEFT,),
    a.CLIMATE_END_TIME: charging.CLIMATE_LEFT,
    a.CHARGING_PROFILE: (charging.DEPARTURES, charging.REDUCTIONS),
    a.CHARGING_SESSIONS: ("charging_session.start_time",),
    a.SERVICES: services.PATHS,
    a.CHECK_CONTROL: (services.MESSAGES,),
    a.FAULT_CODES: services.CODES,
    DESCRIPTORS["vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"].attribute: (
        services.CODES
    ),
    **dict.fromkeys(
        a.TIRE_COMPARISON.values(),
        ("diagnostics.tire_pressures", "diagnostics.tire_pressures_targets"),
    ),
}


def _paths() -> Mapping[AnyAttribute, tuple[str, ...]]:
    found: defaultdict[AnyAttribute, list[str]] = defaultdict(list)
    for path, rule in RULES.items():
        found[rule.attribute] += (path, *rule.fallbacks)
    for path, rules in MORE_RULES.items():
        for rule in rules:
            found[rule.attribute].append(path)
    for path, (_, _, places) in PLACES.items():
        for attribute in places.values():
            found[attribute].append(path)
    for attribute, paths in _COMBINED.items():
        found[attribute] += paths
    return {attribute: tuple(dict.fromkeys(paths)) for attribute, paths in found.items()}


PATHS: Final = _paths()
"""The properties of each attribute that has some."""


def trace(car: FleetCar, attribute: AnyAttribute) -> Origin | None:
    """Return how an attribute of a car comes, None if the service never has it."""
    if SOURCE not in sources_of(attribute):
        return None
    paths = PATHS.get(attribute, ())
    origin = car.answers.origin(PART, paths, fitted=_fitted(car, attribute))
    failures = (failure for path in paths if (failure := car.failures.get(path)) is not None)
    code = _PRIVATE if car.private else next(failures, "")
    cause = Cause.EVENT_ONLY if attribute in _ONLY_EVENTS else _cause(code)
    asked = origin.asked or car.pace.read
    return origin._replace(asked=asked, reported=car.newest, cause=cause, refused=code)


def _cause(code: str) -> Cause | None:
    """Return the cause of a missing value by the reason that the API gives."""
    if code == _PRIVATE:
        return Cause.PRIVACY
    if code == _REFUSED:
        return Cause.REFUSED
    return Cause.FAULTY if code else None


def _fitted(car: FleetCar, attribute: AnyAttribute) -> bool:
    train = car.drive_train
    if train is None:
        return True
    if attribute in PLUG or attribute in _ALSO_PLUG:
        return train.plugs_in
    return train.burns_fuel or attribute not in (*FUEL, a.REMAINING_RANGE_FUEL)
