"""Which paths of High Mobility's answers hold nothing personal: their values stay in recordings."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from ..core.json_paths import Paths, path_tree, table_paths
from . import charging, services
from .mapping import MORE_RULES, PLACES, RULES

_OTHERS: Final = """
: brand status eligible data_delivery connectivity_status primary_user_assigned
changelog: status timestamp
event: type action received_at
vehicles: status brand
vehicles.changelog: status timestamp
errors: title
charging.departure_times.data: state time.hour time.minute
charging.reduction_times.data: start_stop time.hour time.minute
charging_session.charging_cost.data: currency calculated_charging_cost
diagnostics.check_control_messages.data: id status text remaining_time.value remaining_time.unit
diagnostics.trouble_codes.data: id occurrences status system
diagnostics.confirmed_trouble_codes.data: id status
doors.locks.data: location lock_state
maintenance.condition_based_services.data: year month id due_status text
maintenance.brakes_service_due_dates.data: axle due_date
maintenance.brakes_service_remaining_distances.data: axle distance.value distance.unit
maintenance.brakes_service_statuses.data: axle status
vehicle_information.powertrain: data
vehicle_information.powertrain_secondary: data
"""
_ALONE: Final = (
    "diagnostics.estimated_range",
    "diagnostics.estimated_mixed_powertrain_range",
    "charging_session.total_charging_duration",
    "charging_session.preconditioning_state",
)
_PRIVATE: Final = frozenset(
    {
        "charging_session.location",
        "charging_session.public_charging_points",
        "vehicle_information.sales_designation",
    }
)
_LISTS: Final = (
    services.MESSAGES,
    *services.CODES,
    "charging.departure_times",
    "charging.reduction_times",
    "doors.locks",
    "vehicle_information.powertrain",
    "vehicle_information.powertrain_secondary",
    "vehicle_location.coordinates",
    "vehicle_location.heading",
    "vehicle_location.altitude",
)


def _single() -> Iterator[str]:
    """Yield the properties whose data are harmless as a whole."""
    for path, rule in RULES.items():
        if not rule.attribute.private:
            yield from (path, *rule.fallbacks)
    yield from MORE_RULES
    yield from (path for path in (*charging.PATHS, *services.PATHS) if path not in _PRIVATE)
    yield from _ALONE


def _paths() -> Iterator[Sequence[str]]:
    single = [*_single()]
    for path in single:
        steps = (*path.split("."),)
        yield from ((*steps, "data"), (*steps, "data", "value"), (*steps, "data", "unit"))
        yield from ((*steps, "data", part) for part in ("hour", "minute"))
    for path, (name, _, _) in PLACES.items():
        steps = (*path.split("."), "data")
        yield from ((*steps, "location"), (*steps, name))
        yield from ((*steps, name, "value"), (*steps, name, "unit"))
    for path in ("vehicle_location.heading", "vehicle_location.altitude"):
        yield (*path.split("."), "data", "unit")
    for path in {*single, *PLACES, *_LISTS, *_PRIVATE}:
        steps = (*path.split("."),)
        yield from ((*steps, "timestamp"), (*steps, "failure", "reason"))


@cache
def harmless() -> Paths:
    """Return where values stay: lines of tables that are not private, and others."""
    return path_tree((*_paths(), *table_paths(_OTHERS)))
