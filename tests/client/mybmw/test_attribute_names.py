"""What bimmer_connected reported about a car is reported here, under the same names.

See mybmw-app.md#values.
"""

from datetime import UTC, datetime
from itertools import chain

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mybmw.client import CommandKind, attributes as a
from custom_components.mybmw.client.core.attributes import AnyAttribute
from tests.client.support import recorded, replay

# Parts of a car in the library, and their properties: the keys here are the same
KEYS: dict[str, tuple[str, ...]] = {
    "": (
        *("brand", "drive_train", "mileage", "timestamp", "is_lsc_enabled", "lsc_type"),
        *("is_vehicle_tracking_enabled", "condition_based_services", "check_control_messages"),
        "is_pre_entry_climatization_enabled",
    ),
    "fuel_and_battery.": (
        *("remaining_range_fuel", "remaining_range_electric", "remaining_range_total"),
        *("remaining_fuel", "remaining_fuel_percent", "remaining_battery_percent"),
        *("charging_status", "charging_start_time", "charging_end_time", "charging_target"),
        "is_charger_connected",
    ),
    "charging_profile.": (
        *("charging_mode", "charging_preferences", "charging_preferences_service_pack"),
        *("timer_type", "ac_current_limit", "ac_available_limits"),
    ),
    "vehicle_location.": ("location", "heading"),
    "doors_and_windows.": ("door_lock_state",),
    "climate.": ("activity", "activity_end_time"),
    "headunit.": ("idrive_version", "headunit_type", "software_version"),
    **dict.fromkeys(
        [f"tires.{wheel}." for wheel in a.WHEELS], ("current_pressure", "target_pressure")
    ),
}
# What the library had a flag for can be asked for here
FLAGS = {
    "is_remote_lights_enabled": CommandKind.LIGHT_FLASH,
    "is_remote_horn_enabled": CommandKind.HORN_BLOW,
    "is_remote_lock_enabled": CommandKind.DOOR_LOCK,
    "is_remote_unlock_enabled": CommandKind.DOOR_UNLOCK,
    "is_remote_climate_start_enabled": CommandKind.CLIMATE_START,
    "is_remote_climate_stop_enabled": CommandKind.CLIMATE_STOP,
    "is_remote_charge_start_enabled": CommandKind.CHARGE_START,
    "is_remote_charge_stop_enabled": CommandKind.CHARGE_STOP,
    "is_remote_set_target_soc_enabled": CommandKind.TARGET_SOC,
    "is_remote_set_ac_limit_enabled": CommandKind.AC_LIMIT,
    "is_charging_plan_supported": CommandKind.CHARGING_PROFILE,
    "is_remote_sendpoi_enabled": CommandKind.SEND_POI,
}
# The library's names of what a car may have; two more, charging_time_label and
# last_charging_end_result, never had a value from this service
ALWAYS: dict[str, AnyAttribute] = {
    "gps_position": a.POSITION,
    "remaining_range_total": a.REMAINING_RANGE_TOTAL,
    "mileage": a.MILEAGE,
    "condition_based_services": a.SERVICES,
    "check_control_messages": a.CHECK_CONTROL,
    "door_lock_state": a.LOCK_STATE,
    "timestamp": a.LAST_UPDATE,
    "lids": a.LIDS["hood"],
    "windows": a.WINDOWS["left_front"],
}
ELECTRIC: dict[str, AnyAttribute] = {
    "charging_time_remaining": a.CHARGING_TIME_LEFT,
    "charging_start_time": a.CHARGING_START_TIME,
    "charging_end_time": a.CHARGING_END_TIME,
    "charging_status": a.CHARGING_STATUS,
    "connection_status": a.CHARGER_CONNECTED,
    "remaining_battery_percent": a.STATE_OF_CHARGE,
    "remaining_range_electric": a.REMAINING_RANGE_ELECTRIC,
    "ac_current_limit": a.AC_CURRENT_LIMIT,
    "charging_target": a.CHARGING_TARGET,
    "charging_mode": a.CHARGING_MODE,
    "charging_preferences": a.CHARGING_PREFERENCE,
    "is_pre_entry_climatization_enabled": a.PRECONDITIONING_AT_DEPARTURE,
}
FUEL: dict[str, AnyAttribute] = {
    "remaining_fuel": a.REMAINING_FUEL,
    "remaining_range_fuel": a.REMAINING_RANGE_FUEL,
    "remaining_fuel_percent": a.REMAINING_FUEL_PERCENT,
}
LISTED = ALWAYS | ELECTRIC | FUEL
NOT_CHARGING = {"charging_time_remaining", "charging_end_time"}
NOT_WAITING = "charging_start_time"


def test_keys() -> None:
    """Library utils: the public properties of a car; other names would end histories."""
    keys = chain.from_iterable((part + name for name in names) for part, names in KEYS.items())
    assert set(keys) <= a.ATTRIBUTES.keys()


def test_flags() -> None:
    """Library utils: each flag is a command, and the finder is always there."""
    assert set(FLAGS.values()) == set(CommandKind) - {
        CommandKind.SEND_MESSAGE,
        CommandKind.VEHICLE_FINDER,
    }


@pytest.mark.parametrize(
    ("folder", "lacking"),
    [
        ("i4_edrive40", {NOT_WAITING, *FUEL}),
        ("x3_30e", {NOT_WAITING}),
        (
            "330e",
            {
                *NOT_CHARGING,
                *("charging_target", "ac_current_limit"),
                *("remaining_range_fuel", "remaining_range_total"),
            },
        ),
        (
            "i3_rex",
            {
                *(NOT_WAITING, *NOT_CHARGING, "ac_current_limit"),
                *("gps_position", "remaining_fuel_percent"),
            },
        ),
        ("320i", {*ELECTRIC}),
        ("530d", {*ELECTRIC, "remaining_fuel"}),
        (
            "supra_gr",
            LISTED.keys() - {"condition_based_services", "check_control_messages"},
        ),
    ],
)
async def test_what_a_car_reports(folder: str, lacking: set[str]) -> None:
    """Library vehicle: the lists of what is available, as what has a value."""
    _, client = replay(recorded(folder))
    vehicle = await client.car()
    assert {name for name, key in LISTED.items() if vehicle.value(key) is None} == lacking


@pytest.mark.parametrize(("folder", "tracked"), [("i3_rex", False), ("m340i_us", True)])
async def test_tracking(folder: str, tracked: bool) -> None:
    """Library vehicle: whether the owner lets the car be found."""
    _, client = replay(recorded(folder))
    assert (await client.car()).value(a.TRACKING_ENABLED) is tracked


async def test_waiting_car(freezer: FrozenDateTimeFactory) -> None:
    """Library vehicle status: it starts when the window begins the next day, and has no end yet."""
    freezer.move_to("2026-11-10T23:30:00Z")
    (rex,) = recorded("i3_rex")
    sim, client = replay([rex])
    sim.state(rex.vin)["state"]["electricChargingState"]["chargingStatus"] = "WAITING_FOR_CHARGING"
    vehicle = await client.car()
    assert vehicle.value(a.CHARGING_STATUS) == "WAITING_FOR_CHARGING"
    assert vehicle.value(a.CHARGING_START_TIME) == datetime(2026, 11, 11, 23, tzinfo=UTC)
    assert vehicle.value(a.CHARGING_END_TIME) is None
    assert vehicle.value(a.CHARGING_TARGET) == 100
