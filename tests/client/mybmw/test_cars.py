"""Every recorded car, read through the whole client, against what a careful reader expects."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import Vehicle, attributes as a
from custom_components.mybmw.client.core.values import DriveTrain
from tests.client.support import asked, recorded, replay
from tests.replay.faults import Endpoint
from tests.replay.fingerprints import BUNDLED, bundled, extra, load

EXPECTED: dict[str, dict[str, Any]] = json.loads((BUNDLED / "expected.json").read_bytes())

FETCHED = datetime(2021, 11, 28, 21, 28, 59, tzinfo=UTC)
# model, drive train; total, electric, fuel range; fuel l, %; SoC, status, target; minutes left,
# km, lock, lids, windows, open windows, climate, its end, software
APPENDIX_B: dict[str, tuple[object, ...]] = {
    "G20": (
        *("M340i xDrive", "COMBUSTION", 629, None, 629, 40, 80, None, None, None, None, 1121),
        *("LOCKED", 6, 5, 0, "INACTIVE", None, "07/2021.70", "ID7"),
    ),
    "G01": (
        *("X3 xDrive30e", "PLUGIN_HYBRID", 476, 40, 436, 40, 80, 80, "NOT_CHARGING", 100, None),
        *(1121, "LOCKED", 6, 5, 0, "STANDBY", None, None, None),
    ),
    "I01_NOREX": (
        *("i3", "ELECTRIC", 279, 279, None, None, None, 89, "CHARGING", 100, 119, 79165),
        *("UNLOCKED", 6, 2, 2, None, None, "03/2021.30", "ID4"),
    ),
    "G26": (
        *("i4 eDrive40", "ELECTRIC", 472, 472, None, None, None, 80, "NOT_CHARGING", 80, None),
        *(1121, "LOCKED", 6, 5, 0, "HEATING", timedelta(minutes=29, seconds=50), "11/2021.70"),
        "ID8",
    ),
}
WITH_TIRES = {"G20", "G01", "G26"}
WITH_LIMITS = {"G26"}


def lower(value: str | None) -> str | None:
    return None if value is None else value.lower()


def parts(vehicle: Vehicle, names: Mapping[str, a.Attribute[Any]]) -> dict[str, Any]:
    found = {name: vehicle.value(attribute) for name, attribute in names.items()}
    return {name: state for name, state in found.items() if state is not None}


def still_open(states: Mapping[str, Any]) -> list[str] | None:
    camel = {name: name.replace("_f", "F").replace("_r", "R") for name in states}
    return [camel[name] for name, state in states.items() if state.open] if states else None


def pairs(items: tuple[Any, ...] | None, second: str) -> list[list[str]] | None:
    return None if items is None else [[item.type, str(getattr(item, second))] for item in items]


def summary(vehicle: Vehicle) -> dict[str, Any]:
    """Say what is known of a car in the words of expected.json."""
    lids, windows = parts(vehicle, a.LIDS), parts(vehicle, a.WINDOWS)
    position = vehicle.value(a.POSITION)
    pressures = {wheel: vehicle.value(item) for wheel, item in a.TIRE_PRESSURE.items()}
    return {
        "brand": vehicle.brand.lower(),
        "charger_connected": vehicle.value(a.CHARGER_CONNECTED),
        "charging_minutes": vehicle.value(a.CHARGING_TIME_LEFT),
        "charging_status": lower(vehicle.value(a.CHARGING_STATUS)),
        "charging_target_percent": vehicle.value(a.CHARGING_TARGET),
        "check_control": pairs(vehicle.value(a.CHECK_CONTROL), "severity"),
        "climate_activity": lower(vehicle.value(a.CLIMATE_ACTIVITY)),
        "closed_lids_count": sum(not lid.open for lid in lids.values()) if lids else None,
        "drive_train": vehicle.drive_train,
        "fuel_l": vehicle.value(a.REMAINING_FUEL),
        "fuel_percent": vehicle.value(a.REMAINING_FUEL_PERCENT),
        "lock_state": lower(vehicle.value(a.LOCK_STATE)),
        "mileage_km": vehicle.value(a.MILEAGE),
        "model": vehicle.value(a.MODEL),
        "open_lids": still_open(lids),
        "open_windows": still_open(windows),
        "position": position and [position.latitude, position.longitude],
        "range_electric_km": vehicle.value(a.REMAINING_RANGE_ELECTRIC),
        "range_fuel_km": vehicle.value(a.REMAINING_RANGE_FUEL),
        "range_total_km": vehicle.value(a.REMAINING_RANGE_TOTAL),
        "services": pairs(vehicle.value(a.SERVICES), "status"),
        "soc_percent": vehicle.value(a.STATE_OF_CHARGE),
        "software_version": vehicle.value(a.SOFTWARE_VERSION),
        "tyre_pressures_kpa": pressures if any(pressures.values()) else None,
        "vin": vehicle.vin,
        "windows_count": len(windows) or None,
    }


def test_every_bundled_car_is_expected() -> None:
    assert EXPECTED.keys() == bundled().keys()


@pytest.mark.parametrize("folder", bundled())
async def test_bundled_car(folder: str) -> None:
    """Library vehicle: all cars parse: drive trains, brands, ranges, lids, services, tires."""
    expected = dict(EXPECTED[folder])
    # Minutes are only reported while charging, and a car without the list has no messages
    expected["charging_minutes"] = expected["charging_minutes"] or None
    expected["check_control"] = expected["check_control"] or []
    _, client = replay(recorded(folder))
    vehicle = await client.car()
    assert summary(vehicle) == expected


@pytest.mark.parametrize("folder", [name for name in extra() if name in APPENDIX_B] or [None])
async def test_appendix_b(folder: str | None, freezer: FrozenDateTimeFactory) -> None:
    """Library vehicle status: the values of the recorded cars (expected.json)."""
    if folder is None:
        pytest.skip("no recordings outside the repository")
    freezer.move_to(FETCHED)
    (car,) = load(extra()[folder])
    times = dict.fromkeys(("lastFetched", "lastUpdatedAt"), FETCHED.isoformat())
    state = {**car.state, "state": {**car.state["state"], **times}}
    _, client = replay([replace(car, state=state)])
    found = await client.car()
    lids, windows = parts(found, a.LIDS), parts(found, a.WINDOWS)
    end = found.value(a.CLIMATE_END_TIME)
    assert APPENDIX_B[folder] == (
        found.value(a.MODEL),
        found.drive_train,
        found.value(a.REMAINING_RANGE_TOTAL),
        found.value(a.REMAINING_RANGE_ELECTRIC),
        found.value(a.REMAINING_RANGE_FUEL),
        found.value(a.REMAINING_FUEL),
        found.value(a.REMAINING_FUEL_PERCENT),
        found.value(a.STATE_OF_CHARGE),
        found.value(a.CHARGING_STATUS),
        found.value(a.CHARGING_TARGET),
        found.value(a.CHARGING_TIME_LEFT),
        found.value(a.MILEAGE),
        found.value(a.LOCK_STATE),
        len(lids),
        len(windows),
        sum(window.open for window in windows.values()),
        found.value(a.CLIMATE_ACTIVITY),
        end and end - FETCHED,
        found.value(a.SOFTWARE_VERSION),
        found.value(a.IDRIVE_VERSION),
    )
    assert (a.TIRE_PRESSURE["front_left"] in found) is (folder in WITH_TIRES)
    assert (a.AC_CURRENT_LIMITS in found) is (folder in WITH_LIMITS)
    assert found.value(a.LSC_ENABLED) is True


async def test_whole_account() -> None:
    """All cars in one account; the oddballs cost the others nothing."""
    sim, client = replay(recorded(*bundled()))
    poll = await client.garage.refresh(client.source)
    assert poll.vins == frozenset(car.vin for car in recorded(*bundled()))
    assert not poll.errors
    assert len(client.garage.vehicles) == len(bundled())
    trains = {vehicle.drive_train for vehicle in client.garage.vehicles.values()}
    assert trains >= {DriveTrain.ELECTRIC, DriveTrain.PLUGIN_HYBRID, DriveTrain.COMBUSTION}
    assert client.source.diagnostics()["problems"]
    assert len(sim.calls) == 3 + 2 * len(bundled()) + asked(sim).count(Endpoint.CHARGING)
