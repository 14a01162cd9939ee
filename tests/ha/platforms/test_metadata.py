"""What the tables say of entities: classes, units and categories that Home Assistant allows."""

from collections.abc import Iterator
import re
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    NON_NUMERIC_DEVICE_CLASSES,
    STATE_CLASS_UNITS,
    UNIT_CONVERTERS,
)
from homeassistant.const import EntityCategory
import pytest

from custom_components.mybmw.binary_sensor import BINARY_SENSORS, SOURCE_BINARY_SENSORS
from custom_components.mybmw.client import attributes as car
from custom_components.mybmw.client.cardata.mapping import RULES
from custom_components.mybmw.client.core.attributes import AnyAttribute, Unit
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, Kind
from custom_components.mybmw.device_tracker import TRACKERS
from custom_components.mybmw.image import DRAWINGS, IMAGES
from custom_components.mybmw.sensor import LAST_COMMANDS, SENSORS, SOURCE_SENSORS
from tests.ha.support.catalogue import CATALOGUE, PRECONDITIONING

ALL_SENSORS: Final[tuple[Any, ...]] = (*SENSORS, *LAST_COMMANDS, *SOURCE_SENSORS)
ALL_BINARY: Final[tuple[Any, ...]] = (*BINARY_SENSORS, *SOURCE_BINARY_SENSORS)
FROM_ELSEWHERE: Final[set[AnyAttribute]] = {
    car.POSITION,
    car.SERVICES,
    car.CHECK_CONTROL,
    car.CHARGING_TIME_LEFT,
    car.CHARGING_END_TIME,
    car.CHARGING_POWER,
    car.CHARGING_TARGET,
    car.REMAINING_RANGE_TOTAL,
    car.REMAINING_RANGE_FUEL,
    car.CLIMATE_END_TIME,
    car.CHARGING_SESSIONS,
    car.CHARGED_THIS_MONTH,
    car.CHARGING_PLACES,
    car.LAST_UPDATE,
    car.CONNECTION,
    car.ACCESS,
    car.DRIVE_TRAIN,
    car.SOFTWARE_VERSION,
    car.HEADUNIT_TYPE,
    car.COLOR,
    car.COUNTRY,
    *car.CLIMATE_TIMER.values(),
    *car.TIRE.values(),
    *car.TIRE_WEAR.values(),
    *car.TIRE_DISTANCE_LEFT.values(),
}
"""What CarData reports by several descriptors together, or by other endpoints."""


def of_cardata() -> Iterator[Any]:
    """Yield the entities that CarData has values for."""
    told: set[AnyAttribute] = {rule.attribute for rule in RULES.values()}
    told |= FROM_ELSEWHERE | {item.attribute for item in DESCRIPTORS.values()}
    for description in (*SENSORS, *BINARY_SENSORS, *TRACKERS, *IMAGES, *DRAWINGS):
        if not description.attributes or not told.isdisjoint(description.attributes):
            yield description


def test_sensors() -> None:
    """Class, unit and state class are combinations that Home Assistant allows."""
    for item in ALL_SENSORS:
        kind, unit, state = item.device_class, item.native_unit_of_measurement, item.state_class
        allowed = DEVICE_CLASS_UNITS.get(kind)
        assert allowed is None or unit in allowed, item.key
        assert state is None or kind is None or state in DEVICE_CLASS_STATE_CLASSES[kind], item.key
        assert state not in STATE_CLASS_UNITS or unit in STATE_CLASS_UNITS[state], item.key
        if kind in NON_NUMERIC_DEVICE_CLASSES:
            assert (unit, state, item.suggested_display_precision) == (None, None, None), item.key
        suggested = item.suggested_unit_of_measurement
        assert suggested is None or suggested in UNIT_CONVERTERS[kind].VALID_UNITS, item.key


def test_options() -> None:
    """Words are distinguished, and are written as keys of translations."""
    for item in ALL_SENSORS:
        assert (item.options is not None) is (item.device_class is SensorDeviceClass.ENUM), item.key
        options = item.options or ()
        assert len(options) == len(set(options)), item.key
        assert all(re.fullmatch("[a-z0-9_]+", option) for option in options), item.key


def test_nothing_is_for_configuration() -> None:
    """What can only be read is not in the category of settings."""
    for item in (*ALL_SENSORS, *ALL_BINARY):
        assert item.entity_category in (None, EntityCategory.DIAGNOSTIC), item.key


def test_categories() -> None:
    """Settings and what is about other values are diagnostic, what the car uses up is not."""
    category = {item.key: item.entity_category for item in SENSORS}
    assert category["charging_connection_type"] is EntityCategory.DIAGNOSTIC
    for wheel in car.WHEELS:
        assert category[f"tires.{wheel}.target_pressure"] is EntityCategory.DIAGNOSTIC
    for key, found in category.items():
        if "consumptionOverLifeTime" in key:
            used = key.endswith(("overall.fuel", "overall.gridEnergy"))
            assert found is (None if used else EntityCategory.DIAGNOSTIC), key


@pytest.mark.parametrize(
    "key",
    [
        f"{PRECONDITIONING}.configuration.directStartSettings.targetTemperature",
        "vehicle.cabin.seat.row1.driverSide.heating",
        "vehicle.cabin.seat.row1.passengerSide.heating",
    ],
)
def test_off_at_first(key: str) -> None:
    """What few owners need leaves room for the forty that are on."""
    (item,) = (item for item in SENSORS if item.key == key)
    assert not item.entity_registry_enabled_default


def test_units_are_those_of_the_catalogue() -> None:
    """A number of the long tail is shown in the unit that BMW lists."""
    units = {key: item.attribute.unit for key, item in DESCRIPTORS.items()}
    expected = {key: CATALOGUE[key].get("unit") for key in DESCRIPTORS}
    assert units == expected
    shown = {item.key: item.native_unit_of_measurement for item in SENSORS}
    translated = (Unit.WEEKS, Unit.MONTHS, Unit.STARS)
    for key, item in DESCRIPTORS.items():
        if item.kind is Kind.NUMBER and item.attribute.unit not in translated:
            assert shown[key] == item.attribute.unit, key


def test_one_battery() -> None:
    """The page of a car shows the first sensor of this class: it has to be the expected one."""
    on = {
        item.key
        for item in SENSORS
        if item.device_class is SensorDeviceClass.BATTERY and item.entity_registry_enabled_default
    }
    assert on == {"fuel_and_battery.remaining_battery_percent"}


def test_targets_are_no_batteries() -> None:
    targets = [item for item in SENSORS if "target" in item.key.lower()]
    assert targets
    for item in targets:
        assert item.device_class is not SensorDeviceClass.BATTERY, item.key


def test_few_are_on_at_first() -> None:
    """About a third of what CarData can report at most is shown by default."""
    found = list(of_cardata())
    on = [item.key for item in found if item.entity_registry_enabled_default]
    assert len(found) > 300
    assert len(on) < len(found) / 3


def test_keys_of_the_long_tail_are_descriptors() -> None:
    """They never change, so that history goes on."""
    assert DESCRIPTORS.keys() <= CATALOGUE.keys()
    keys = {item.key for item in (*SENSORS, *BINARY_SENSORS)}
    assert DESCRIPTORS.keys() <= keys
