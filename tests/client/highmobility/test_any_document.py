"""Documents that satisfy the official schema and such that do not: nothing breaks.

`MYBMW_EXAMPLES=100000` tries that many of each.
"""

from datetime import UTC, datetime
import json
import os
from typing import Any, Final, get_origin

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.mybmw.client.core.attributes import ATTRIBUTES
from custom_components.mybmw.client.core.descriptors import (
    DESCRIPTORS,
    PROPERTIES as OWN,
    attribute_of,
)
from custom_components.mybmw.client.core.snapshot import dump
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.core.vehicle import Vehicle
from custom_components.mybmw.client.highmobility.mapping import MORE_RULES, PLACES, RULES
from tests.client.highmobility.support import Read, read
from tests.replay.highmobility import bundled
from tests.replay.highmobility.schema import Schema, read as read_schema, resolved, violations

SCHEMA: Final = read_schema()
MANY: Final = settings(
    max_examples=int(os.environ.get("MYBMW_EXAMPLES", "500")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TIMES: Final = st.datetimes(datetime(1970, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(
    datetime.isoformat
)
PROPERTIES: Final = sorted(
    f"{capability}.{name}"
    for capability, node in SCHEMA["properties"].items()
    for name in resolved(node, SCHEMA).get("properties", {})
)


def valid(node: Schema) -> st.SearchStrategy[Any]:
    """Make what a part of the schema allows."""
    node = resolved(node, SCHEMA)
    if "enum" in node:
        return st.sampled_from(node["enum"])
    match node.get("type"):
        case "string":
            return TIMES if node.get("format") == "date-time" else st.text(max_size=12)
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**40), 2**40)
        case "integer":
            return st.integers(node.get("minimum", -(2**40)), node.get("maximum", 2**40))
        case "array":
            return st.lists(valid(node["items"]), max_size=4)
    return valid_object(node)


def valid_object(node: Schema) -> st.SearchStrategy[Any]:
    """Make an object with all that is required, and some of the rest."""
    properties = node.get("properties", {})
    required = node.get("required", ())
    return st.fixed_dictionaries(
        {name: valid(properties.get(name, {"type": "string"})) for name in required},
        optional={name: valid(item) for name, item in properties.items() if name not in required},
    ).filter(lambda made: len(made) >= node.get("minProperties", 0))


def property_node(path: str) -> Schema:
    capability, _, name = path.partition(".")
    found: Schema = resolved(SCHEMA["properties"][capability], SCHEMA)["properties"][name]
    return found


ONE: Final = st.sampled_from(PROPERTIES).flatmap(
    lambda path: st.tuples(st.just(path), valid(property_node(path)))
)
VALID: Final = st.lists(ONE, max_size=12, unique_by=lambda pair: pair[0])
JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(("", "open", "kilometers", "2026-11-10T11:30:00Z", "front_left", "é\n"))
    | TIMES
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("data", "timestamp", "failure", "reason", "value", "unit", "location", "id")
            )
            | st.sampled_from(("hour", "minute", "time", "position", "pressure", "year", "month"))
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=14,
)
TRAINS: Final = st.none() | st.sampled_from(DriveTrain)

# What a property reports beside the tables, and with others
MORE: Final[dict[str, set[str]]] = {
    "charging.time_to_complete_charge": {
        "charging_time_remaining",
        "fuel_and_battery.charging_end_time",
    },
    "charging.status": {"charging_time_remaining", "fuel_and_battery.charging_end_time"},
    "charging.estimated_range": {"fuel_and_battery.remaining_range_total"},
    "diagnostics.estimated_range": {
        "fuel_and_battery.remaining_range_fuel",
        "fuel_and_battery.remaining_range_total",
    },
    "diagnostics.estimated_mixed_powertrain_range": {"fuel_and_battery.remaining_range_total"},
    "doors.locks": {"doors_and_windows.door_lock_state"},
    "doors.locks_state": {"doors_and_windows.door_lock_state"},
    "rooftop_control.sunroof_state": {"lids.sun_roof"},
    "rooftop_control.sunroof_tilt_state": {"lids.sun_roof"},
    "vehicle_location.coordinates": {
        "vehicle_location.location",
        "vehicle_location.heading",
        "privacy_mode",
    },
    "diagnostics.check_control_messages": {"check_control_messages"},
    "charging.departure_times": {"charging_profile"},
    "charging.reduction_times": {"charging_profile"},
    "engine.preconditioning_status": {"climate.activity_end_time"},
    "climate.hvac_state": {"climate.activity_end_time"},
    "engine.preconditioning_remaining_time": {"climate.activity_end_time"},
    "charging.preconditioning_remaining_time": {"climate.activity_end_time"},
    "diagnostics.engine_oil_service_status": {"condition_based_services"},
    "maintenance.next_inspection_date": {"condition_based_services"},
    **{
        f"diagnostics.{name}": {
            "fault_codes",
            "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw",
        }
        for name in ("trouble_codes", "confirmed_trouble_codes")
    },
}


def related(path: str) -> set[str]:
    """Return the keys of all attributes that a property may touch."""
    rules = [rule for key, rule in RULES.items() if path in (key, *rule.fallbacks)]
    rules += MORE_RULES.get(path, ())
    found = {rule.attribute.key for rule in rules} | MORE.get(path, set()) | {"timestamp"}
    if path in PLACES:
        found |= {attribute.key for attribute in PLACES[path][2].values()}
    if path.startswith("charging_session."):
        found.add("charging_sessions")
    if path.startswith("maintenance."):
        found.add("condition_based_services")
    return found


def usable(found: Read) -> None:
    """Check types; what was read can be held, and kept over a restart."""
    vehicle = Vehicle("WBA0FINGERPRINT01")
    vehicle.update(found.found.readings)
    json.dumps(dump(vehicle))
    for reading in vehicle:
        assert reading.attribute.key in ATTRIBUTES or reading.attribute.key in {*DESCRIPTORS, *OWN}
        kind: Any = attribute_of(reading.attribute.key).type
        kind = get_origin(kind) or kind
        assert reading.value is None or isinstance(reading.value, kind), reading


def assembled(parts: list[tuple[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {"request_id": "1", "vin": "WBA0FINGERPRINT01", "brand": "bmw"}
    for path, node in parts:
        capability, _, name = path.partition(".")
        answer.setdefault(capability, {})[name] = node
    return answer


@MANY
@given(VALID, TRAINS)
def test_valid_documents(parts: list[tuple[str, Any]], train: DriveTrain | None) -> None:
    """Whatever the schema allows is read, and touches only what its properties are about."""
    answer = assembled(parts)
    assert violations(answer, SCHEMA) == []
    found = read(answer, train)
    usable(found)
    assert found.keys <= {"brand"}.union(*(related(path) for path, _ in parts))


CAR: Final = bundled()["x3_30e"]


@MANY
@given(st.sampled_from(PROPERTIES), JSON)
def test_one_property_is_nonsense(path: str, node: Any) -> None:
    """In a good answer, nonsense in one property touches nothing that it is not about."""
    good, bad = CAR.copy(), CAR.copy()
    capability, _, name = path.partition(".")
    good.data.get(capability, {}).pop(name, None)
    bad.data.setdefault(capability, {})[name] = node
    without, found = (read(made.answer, DriveTrain.PLUGIN_HYBRID) for made in (good, bad))
    usable(found)
    touched = {
        reading.attribute.key
        for one, other in ((without, found), (found, without))
        for reading in one.found.readings
        if reading not in other.found.readings
    }
    # An empty list is as new as the newest value of the car, whichever that is
    lists = {"check_control_messages", "fault_codes", "condition_based_services"}
    assert touched <= related(path) | lists


@MANY
@given(JSON, TRAINS)
def test_any_json(answer: Any, train: DriveTrain | None) -> None:
    """An answer that is no document has no readings, or a brand only."""
    usable(read(answer, train))
    inside = dict.fromkeys(("charging", "doors", "maintenance", "charging_session"), answer)
    usable(read(inside, train))
