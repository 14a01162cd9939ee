"""Every property that is worth something becomes the reading that it should (highmobility.md)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.attributes import AnyAttribute
from custom_components.mybmw.client.core.values import (
    AlarmState,
    Brand,
    ChargingMode,
    ChargingProfile,
    ChargingSession,
    ChargingStatus,
    CheckControlMessage,
    ClimateActivity,
    ConnectionType,
    DepartureTimer,
    DriveTrain,
    LidState,
    LockState,
    Position,
    ServiceItem,
    ServiceStatus,
)
from custom_components.mybmw.client.highmobility.mapping import CHARGING_WORD, MORE_RULES, RULES
from tests.client.highmobility.support import MEASURED, document, read, say, told
from tests.replay.highmobility.schema import read as read_schema

PHEV = DriveTrain.PLUGIN_HYBRID
_CHARGING = "vehicle.drivetrain.electricEngine.charging"
_BATTERY = "vehicle.powertrain.electric.battery"
_TRIP = "vehicle.trip.segment"
_NAVIGATION = "vehicle.cabin.infotainment.navigation"


def unit(value: float, name: str) -> dict[str, Any]:
    return {"value": value, "unit": name}


SINGLE: list[tuple[str, object, AnyAttribute | str, object]] = [
    ("charging.battery_level", 0.63, car.STATE_OF_CHARGE, 63.0),
    ("charging.estimated_range", unit(231, "kilometers"), car.REMAINING_RANGE_ELECTRIC, 231.0),
    ("charging.estimated_range", unit(100, "miles"), car.REMAINING_RANGE_ELECTRIC, 160.9),
    ("charging.status", "fast_charging", car.CHARGING_STATUS, ChargingStatus.CHARGING),
    ("charging.status", "slow_charging", car.CHARGING_STATUS, ChargingStatus.CHARGING),
    ("charging.status", "charging", car.CHARGING_STATUS, ChargingStatus.CHARGING),
    ("charging.status", "charging_error", car.CHARGING_STATUS, ChargingStatus.ERROR),
    ("charging.status", "not_charging", car.CHARGING_STATUS, ChargingStatus.NOT_CHARGING),
    ("charging.plugged_in", "plugged_in_both_sides", car.CHARGER_CONNECTED, True),
    ("charging.plugged_in", "disconnected", car.CHARGER_CONNECTED, False),
    (
        "charging.charge_port_state",
        "open",
        "vehicle.powertrain.tractionBattery.charging.port.anyPosition.flap.isOpen",
        True,
    ),
    ("charging.charge_limit", 0.8, car.CHARGING_TARGET, 80.0),
    ("charging.time_to_complete_charge", unit(1.5, "hours"), car.CHARGING_TIME_LEFT, 90.0),
    (
        "charging.time_to_complete_charge",
        unit(90, "minutes"),
        car.CHARGING_END_TIME,
        MEASURED + timedelta(minutes=90),
    ),
    ("charging.charging_rate", unit(8200, "watts"), car.CHARGING_POWER, 8.2),
    ("charging.charging_rate_kw", unit(7.4, "kilowatts"), car.CHARGING_POWER, 7.4),
    (
        "charging.max_charging_current",
        unit(32, "amperes"),
        f"{_BATTERY}.charging.acLimit.max",
        32.0,
    ),
    ("charging.current_limit", unit(16_000, "milliamperes"), car.AC_CURRENT_LIMIT, 16.0),
    ("charging.charge_mode", "immediate", car.CHARGING_MODE, ChargingMode.IMMEDIATE),
    ("charging.charge_mode", "timer_based", car.CHARGING_MODE, ChargingMode.DELAYED),
    ("charging.charge_mode", "inductive", car.CONNECTION_TYPE, ConnectionType.INDUCTIVE),
    ("charging.plug_type", "type_2", f"{_CHARGING}.method", "ac_type2plug"),
    ("charging.plug_type", "chademo", f"{_CHARGING}.method", "chademo"),
    ("charging.charging_phases", "three", f"{_CHARGING}.phaseNumber", "three_phases"),
    ("charging.battery_max_available", unit(79, "kilowatt_hours"), car.BATTERY_CAPACITY, 79.0),
    ("charging.battery_capacity", unit(83_900, "watt_hours"), car.BATTERY_CAPACITY, 83.9),
    (
        "charging.battery_capacity",
        unit(83.9, "kilowatt_hours"),
        "vehicle.drivetrain.batteryManagement.batterySizeMax",
        83.9,
    ),
    (
        "charging.charging_end_reason",
        "goal_reached",
        f"{_CHARGING}.hvpmFinishReason",
        "charging_goal_reached",
    ),
    ("charging.state_of_health", 1.02, car.BATTERY_HEALTH, 102.0),
    ("charging.preconditioning_departure_enabled", "enabled", car.PRECONDITIONING_AT_DEPARTURE, 1),
    ("diagnostics.odometer", unit(41_234, "kilometers"), car.MILEAGE, 41_234.0),
    ("diagnostics.mileage_meters", unit(41_234_000, "meters"), car.MILEAGE, 41_234.0),
    ("diagnostics.fuel_volume", unit(31, "liters"), car.REMAINING_FUEL, 31.0),
    ("diagnostics.fuel_volume", unit(10, "gallons"), car.REMAINING_FUEL, 37.854118),
    ("diagnostics.fuel_level", 0.53, car.REMAINING_FUEL_PERCENT, 53.0),
    ("diagnostics.battery_voltage", unit(12.4, "volts"), car.STARTER_BATTERY_VOLTAGE, 12.4),
    (
        "diagnostics.engine_coolant_temperature",
        unit(194, "fahrenheit"),
        "vehicle.drivetrain.internalCombustionEngine.engine.ect",
        90.0,
    ),
    ("doors.locks_state", "locked", car.LOCK_STATE, LockState.LOCKED),
    ("doors.locks_state", "unlocked", car.LOCK_STATE, LockState.UNLOCKED),
    ("trunk.position", "open", car.LIDS["trunk"], LidState.OPEN),
    ("hood.position", "intermediate", car.LIDS["hood"], LidState.INTERMEDIATE),
    ("rooftop_control.sunroof_state", "open", car.LIDS["sun_roof"], LidState.OPEN),
    ("rooftop_control.sunroof_tilt_state", "tilted", car.LIDS["sun_roof"], LidState.OPEN_TILT),
    (
        "rooftop_control.convertible_roof_state",
        "closed_secured",
        "vehicle.cabin.convertible.roofStatus",
        "closedsecured",
    ),
    ("ignition.state", "accessory", "vehicle.drivetrain.engine.isIgnitionOn", True),
    ("ignition.state", "lock", "vehicle.drivetrain.engine.isIgnitionOn", False),
    ("engine.status", "on", "vehicle.drivetrain.engine.isActive", True),
    ("race.vehicle_moving", "moving", "vehicle.isMoving", True),
    ("lights.front_exterior_light", "drl", "vehicle.body.lights.isRunningOn", True),
    ("lights.front_exterior_light", "inactive", "vehicle.body.lights.isRunningOn", False),
    ("climate.hvac_state", "active", car.CLIMATE_ACTIVITY, ClimateActivity.VENTILATION),
    ("climate.hvac_state", "inactive", car.CLIMATE_ACTIVITY, ClimateActivity.INACTIVE),
    ("engine.preconditioning_status", "cooling", car.CLIMATE_ACTIVITY, ClimateActivity.COOLING),
    (
        "mobile.connection",
        "connected",
        "vehicle.cabin.infotainment.isMobilePhoneConnected",
        True,
    ),
    (
        "maintenance.distance_to_next_service",
        unit(1500, "kilometers"),
        "vehicle.status.serviceDistance.next",
        1500.0,
    ),
    (
        "maintenance.next_inspection_date",
        "2027-05-01T00:00:00.000Z",
        "vehicle.status.serviceTime.inspectionDateLegal",
        date(2027, 5, 1),
    ),
    (
        "usage.last_trip_battery_remaining",
        0.495,
        f"{_TRIP}.end.drivetrain.batteryManagement.hvSoc",
        49.5,
    ),
    (
        "usage.last_trip_date",
        "2026-11-03T16:58:31.000Z",
        f"{_TRIP}.end.time",
        datetime(2026, 11, 3, 16, 58, 31, tzinfo=UTC),
    ),
    (
        "usage.odometer_after_last_trip",
        unit(31_450.2, "kilometers"),
        f"{_TRIP}.end.travelledDistance",
        31_450.2,
    ),
    (
        "usage.last_trip_electric_portion",
        0.61,
        f"{_TRIP}.accumulated.drivetrain.transmission.setting.fractionDriveElectric",
        61.0,
    ),
    (
        "usage.last_trip_average_energy_recuperation",
        unit(5, "miles_per_kwh"),
        f"{_TRIP}.accumulated.drivetrain.electricEngine.recuperationTotal",
        12.427424,
    ),
    (
        "vehicle_location.coordinates",
        {"latitude": 48.353056, "longitude": 11.786111},
        car.POSITION,
        Position(48.353056, 11.786111),
    ),
    ("vehicle_location.heading", unit(0.5, "revolutions"), car.HEADING, 180.0),
    (
        "vehicle_location.altitude",
        unit(446, "meters"),
        f"{_NAVIGATION}.currentLocation.altitude",
        446.0,
    ),
    (
        "navi_destination.distance_to_destination",
        unit(12, "kilometers"),
        f"{_NAVIGATION}.destinationSet.distance",
        12.0,
    ),
    (
        "navi_destination.data_slots_free",
        20,
        f"{_NAVIGATION}.pointsOfInterests.available",
        20.0,
    ),
    ("theft_alarm.status", "triggered", car.ALARM, AlarmState.ARMED),
    ("charging.battery_energy", unit(45_000, "watt_hours"), car.REMAINING_ENERGY, 45.0),
    ("charging.max_range", unit(420, "kilometers"), car.MAX_RANGE_ELECTRIC, 420.0),
    ("usage.driving_duration_last_trip", unit(1, "hours"), car.LAST_TRIP["duration"], 60.0),
    (
        "usage.electric_distance_last_trip",
        unit(22, "kilometers"),
        car.LAST_TRIP["electric_distance"],
        22.0,
    ),
    (
        "maintenance.time_to_next_service",
        unit(3, "weeks"),
        "maintenance.time_to_next_service",
        21.0,
    ),
    ("vehicle_information.fuel_tank_capacity", unit(46, "liters"), car.TANK_CAPACITY, 46.0),
    (
        "navi_destination.battery_consumption_to_destination",
        0.2,
        "navi_destination.battery_consumption_to_destination",
        20.0,
    ),
    (
        "navi_destination.charging_time_for_destination",
        unit(1200, "seconds"),
        "navi_destination.charging_time_for_destination",
        20.0,
    ),
    (
        "theft_alarm.status",
        "triggered",
        "vehicle.vehicle.antiTheftAlarmSystem.alarm.isOn",
        True,
    ),
    ("charging.current_type", "direct_current", "charging.current_type", "direct_current"),
    ("lights.parking_light_status", "both", "lights.parking_light_status", "both"),
    (
        "navi_destination.arrival_duration",
        unit(900, "seconds"),
        "navi_destination.arrival_duration",
        15.0,
    ),
    (
        "usage.last_trip_battery_regenerated",
        0.031,
        "usage.last_trip_battery_regenerated",
        3.1,
    ),
    (
        "usage.last_trip_energy_consumption",
        unit(4200, "watt_hours"),
        "usage.last_trip_energy_consumption",
        4.2,
    ),
    (
        "usage.last_trip_fuel_consumption",
        unit(2.5, "liters"),
        "usage.last_trip_fuel_consumption",
        2.5,
    ),
    ("vehicle_location.precision", unit(12, "meters"), "vehicle_location.precision", 12.0),
    ("vehicle_information.model_name", "i4 eDrive40", car.MODEL, "i4 eDrive40"),
    ("vehicle_information.model_year", 2024, car.MODEL_YEAR, 2024),
    ("vehicle_information.powertrain", "phev", car.DRIVE_TRAIN, DriveTrain.PLUGIN_HYBRID),
    ("vehicle_information.driver_seat_location", "right", car.LEFT_HAND_DRIVE, False),
    (
        "vehicle_time.vehicle_time",
        {"hour": 7, "minute": 5},
        "vehicle.channel.ngtp.timeVehicle",
        "07:05",
    ),
]


@pytest.mark.parametrize(("path", "data", "attribute", "expected"), SINGLE)
def test_property(path: str, data: object, attribute: AnyAttribute | str, expected: object) -> None:
    """A property alone becomes a reading with the time that the car measured it."""
    found = say(path, data, PHEV)
    assert found[attribute] == expected
    assert {item.time for item in found.found.readings if item.attribute is not car.BRAND} == {
        MEASURED
    }
    assert not found.problems


@pytest.mark.parametrize(
    ("path", "data", "attribute", "expected"),
    [item for item in SINGLE if item[0] != "vehicle_information.powertrain"],
)
def test_property_of_an_unknown_drive_train(
    path: str, data: object, attribute: AnyAttribute | str, expected: object
) -> None:
    """A car that says nothing else has what it sends a value for."""
    assert say(path, data)[attribute] == expected


def test_range_on_fuel_alone() -> None:
    """A range without anything of a battery is one on fuel."""
    found = say("diagnostics.estimated_range", unit(390, "kilometers"))
    assert (found[car.REMAINING_RANGE_FUEL], found[car.REMAINING_RANGE_TOTAL]) == (390.0, 390.0)


WHEELS = {"front_left": 2.28, "front_right": 2.31, "rear_left": 2.52, "rear_right": 2.49}


def test_tyres() -> None:
    """Pressures of four wheels, and of a spare one that is not shown."""
    items = [
        {"location": wheel, "pressure": unit(bars, "bars")}
        for wheel, bars in {**WHEELS, "spare": 3.0}.items()
    ]
    found = read(
        document({"diagnostics.tire_pressures": items, "diagnostics.tire_pressures_targets": items})
    )
    for wheel, bars in WHEELS.items():
        assert found[car.TIRE_PRESSURE[wheel]] == round(bars * 100, 6)
        assert found[car.TIRE_TARGET_PRESSURE[wheel]] == round(bars * 100, 6)
    assert len(found.keys) == 2 * len(WHEELS) + len(("brand", "timestamp"))


def test_doors_and_windows() -> None:
    """Each door and window by its place; "all" is no door."""
    found = read(
        document(
            {
                "doors.positions": [
                    {"location": "front_left", "position": "open"},
                    {"location": "front_right", "position": "closed"},
                    {"location": "rear_left", "position": "closed"},
                    {"location": "rear_right", "position": "closed"},
                    {"location": "all", "position": "open"},
                ],
                "windows.positions": [
                    {"location": "hatch", "position": "closed"},
                    {"location": "rear_right", "position": "intermediate"},
                ],
            }
        )
    )
    assert found[car.LIDS["left_front"]] is LidState.OPEN
    assert found[car.LIDS["right_rear"]] is LidState.CLOSED
    assert found[car.WINDOWS["rear"]] is LidState.CLOSED
    assert found[car.WINDOWS["right_rear"]] is LidState.INTERMEDIATE
    assert car.WINDOWS["left_front"].key not in found.keys


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("locked", "locked"), LockState.LOCKED),
        (("unlocked", "unlocked"), LockState.UNLOCKED),
        (("unlocked", "locked"), LockState.PARTIALLY_LOCKED),
    ],
)
def test_locks_of_single_doors(states: tuple[str, str], expected: LockState) -> None:
    """Cars that do not report the locks as a whole report each one."""
    places = zip(("front_left", "front_right"), states, strict=True)
    found = say("doors.locks", [{"location": at, "lock_state": state} for at, state in places])
    assert found[car.LOCK_STATE] is expected


def test_services() -> None:
    """The list of the car, and what is reported separately."""
    found = read(
        document(
            {
                "maintenance.condition_based_services": [
                    {"year": 2027, "month": 5, "id": 3, "due_status": "pending", "text": "Fluid"},
                    {"year": 28, "month": 9, "id": 0, "due_status": "ok", "text": "New thing"},
                ],
                "maintenance.brake_fluid_change_date": "2099-05-01T00:00:00.000Z",
                "maintenance.brakes_service_due_dates": [
                    {"axle": "front", "due_date": "2027-01-01T00:00:00.000Z"}
                ],
                "maintenance.brakes_service_remaining_distances": [
                    {"axle": "front", "distance": unit(1500, "kilometers")}
                ],
                "maintenance.brakes_service_statuses": [{"axle": "front", "status": "critical"}],
                "maintenance.service_status": "warning",
            }
        )
    )
    assert found[car.SERVICES] == (
        ServiceItem("BRAKE_FLUID", ServiceStatus.PENDING, date(2027, 5, 1), None, "Fluid"),
        ServiceItem("NEW_THING", ServiceStatus.OK, date(2028, 9, 1), None, "New thing"),
        ServiceItem("SERVICE", ServiceStatus.PENDING),
        ServiceItem("BRAKE_PADS_FRONT", ServiceStatus.OVERDUE, date(2027, 1, 1), 1500.0),
    )


def test_warnings_and_faults() -> None:
    """Check Control messages with their number, trouble codes of both lists once each."""
    message = {"id": 39, "remaining_time": unit(0, "minutes"), "text": "Oil", "status": "LOW"}
    fault = {"occurrences": 2, "id": "C1116FA", "ecu_id": "DTR", "status": "P", "system": "body"}
    other = {"id": "C163A12", "ecu_address": "1", "ecu_variant_name": "2", "status": "3"}
    found = read(
        document(
            {
                "diagnostics.check_control_messages": [message],
                "diagnostics.trouble_codes": [fault],
                "diagnostics.confirmed_trouble_codes": [other, {**other, "id": "C1116FA"}],
            }
        )
    )
    (warning,) = found[car.CHECK_CONTROL]
    assert isinstance(warning, CheckControlMessage)
    assert (warning.type, warning.description, warning.id) == ("CCM_39", "Oil", "39")
    assert found[car.FAULT_CODES] == ("C1116FA", "C163A12")
    assert found["vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"] == 2


def test_empty_lists_are_over() -> None:
    """A list that is there and empty says that there is nothing; one that is missing, nothing."""
    answer = document({"diagnostics.odometer": unit(5, "kilometers")})
    answer["diagnostics"] |= {"check_control_messages": [], "trouble_codes": []}
    found = read(answer)
    assert found[car.CHECK_CONTROL] == ()
    assert found[car.FAULT_CODES] == ()
    assert car.CHECK_CONTROL.key not in say("diagnostics.odometer", unit(5, "miles")).keys


def test_session() -> None:
    """A past charge has the form that CarData's have, and joins those that are known."""
    parts = {
        "charging_session.start_time": "2026-11-10T08:00:00.000Z",
        "charging_session.end_time": "2026-11-10T10:00:00.000Z",
        "charging_session.energy_charged": unit(36, "kilojoules"),
        "charging_session.displayed_start_state_of_charge": 0.5,
        "charging_session.displayed_state_of_charge": 0.57,
        "charging_session.odometer": unit(31_450, "kilometers"),
        "charging_session.location": {"formatted_address": "Nordallee 25", "municipality": "M"},
    }
    start = datetime(2026, 11, 10, 8, tzinfo=UTC)
    new = ChargingSession(
        start, start + timedelta(hours=2), 0.01, 50.0, 57.0, 31_450.0, "Nordallee 25"
    )
    old = ChargingSession(start - timedelta(days=1), start - timedelta(hours=20), 7.0)
    found = read(document(parts), sessions=(old,))
    assert found[car.CHARGING_SESSIONS] == (new, old)
    again = read(document(parts), sessions=(new, old))
    assert again[car.CHARGING_SESSIONS] == (new, old)


def test_cost_of_a_session() -> None:
    """A charge at a public point says who runs it and what it cost."""
    point = {"city": "M", "postal_code": "8", "street": "Nordallee", "provider": "Ionity"}
    cost = {
        "currency": "EUR",
        "calculated_charging_cost": 14.2,
        "calculated_savings": 1.0,
        "simulated_immediate_charging_cost": 15.2,
    }
    parts = {
        "charging_session.start_time": "2026-11-10T08:00:00.000Z",
        "charging_session.end_time": "2026-11-10T10:00:00.000Z",
        "charging_session.public_charging_points": [point],
        "charging_session.preconditioning_state": "active",
        "charging_session.charging_cost": cost,
    }
    (session,) = read(document(parts))[car.CHARGING_SESSIONS]
    assert (session.cost, session.currency, session.public) == (14.2, "EUR", "Ionity")
    assert session.preconditioned is True


def test_plan() -> None:
    """Departure times and the window of cheap energy, as far as the Auto API reports them."""
    found = read(
        document(
            {
                "charging.departure_times": [
                    {"state": "active", "time": {"hour": 6, "minute": 15}},
                    {"state": "inactive", "time": {"hour": 25, "minute": 0}},
                ],
                "charging.reduction_times": [
                    {"start_stop": "start", "time": {"hour": 22, "minute": 30}},
                    {"start_stop": "stop", "time": {"hour": 5, "minute": 45}},
                ],
            }
        )
    )
    assert found[car.CHARGING_PROFILE] == ChargingProfile(
        window_start=time(22, 30),
        window_end=time(5, 45),
        timers=(DepartureTimer(1, time(6, 15), active=True),),
    )
    assert found.problems == {"charging.departure_times": 1}


@pytest.mark.parametrize(
    ("train", "fuel", "total"),
    [
        (None, 390.0, 412.0),
        (DriveTrain.PLUGIN_HYBRID, 390.0, 412.0),
        (DriveTrain.COMBUSTION, 390.0, 390.0),
        (DriveTrain.ELECTRIC, None, 22.0),
    ],
)
def test_ranges(train: DriveTrain | None, fuel: float | None, total: float) -> None:
    """The total range is the sum of what the car has."""
    found = read(
        document(
            {
                "charging.battery_level": 0.46,
                "charging.estimated_range": unit(22, "kilometers"),
                "diagnostics.estimated_range": unit(390, "kilometers"),
                "diagnostics.fuel_level": 0.7,
            }
        ),
        train,
    )
    assert found[car.REMAINING_RANGE_FUEL] == fuel
    assert found[car.REMAINING_RANGE_TOTAL] == total


@pytest.mark.parametrize(
    ("deprecated", "old", "successor", "new", "attribute", "expected"),
    [
        (
            "diagnostics.mileage",
            unit(1, "kilometers"),
            "diagnostics.odometer",
            unit(2, "kilometers"),
            car.MILEAGE,
            2.0,
        ),
        (
            "ignition.status",
            "on",
            "ignition.state",
            "off",
            "vehicle.drivetrain.engine.isIgnitionOn",
            False,
        ),
        (
            "charging.charging_rate_kw",
            unit(1, "kilowatts"),
            "charging.charging_rate",
            unit(2, "kilowatts"),
            car.CHARGING_POWER,
            2.0,
        ),
        (
            "maintenance.kilometers_to_next_service",
            unit(1, "kilometers"),
            "maintenance.distance_to_next_service",
            unit(2, "kilometers"),
            "vehicle.status.serviceDistance.next",
            2.0,
        ),
        (
            "maintenance.days_to_next_service",
            unit(1, "days"),
            "maintenance.time_to_next_service",
            unit(2, "days"),
            "maintenance.time_to_next_service",
            2.0,
        ),
        (
            "charging.battery_current_dc",
            unit(1, "amperes"),
            "charging.battery_current",
            unit(2, "amperes"),
            f"{_CHARGING}.acAmpere",
            2.0,
        ),
        (
            "charging.charger_voltage_dc",
            unit(1, "volts"),
            "charging.charger_voltage",
            unit(2, "volts"),
            f"{_CHARGING}.acVoltage",
            2.0,
        ),
        (
            "usage.mileage_after_last_trip",
            unit(1, "kilometers"),
            "usage.odometer_after_last_trip",
            unit(2, "kilometers"),
            f"{_TRIP}.end.travelledDistance",
            2.0,
        ),
    ],
)
def test_deprecated_twins_lose(
    deprecated: str,
    old: object,
    successor: str,
    new: object,
    attribute: AnyAttribute | str,
    expected: object,
) -> None:
    """A deprecated property counts alone only, even if it is newer."""
    answer = document({successor: new, deprecated: old})
    capability, _, name = deprecated.partition(".")
    answer[capability][name]["timestamp"] = "2026-11-10T11:59:00.000Z"
    found = read(answer, PHEV)
    assert found.all(attribute) == [expected]
    assert say(deprecated, old, PHEV)[attribute] is not None


def test_what_is_unknown_is_over() -> None:
    """An unknown word ends the value, and is counted; a number out of place not."""
    found = say("doors.locks_state", "half_locked")
    assert found.all(car.LOCK_STATE) == [None]
    assert found.problems == {"doors.locks_state": 1}
    odd: tuple[object, ...] = ("0.5", True, {"value": 1, "unit": "kilometers"}, [[]], 1e400)
    for data in odd:
        found = say("charging.battery_level", data, PHEV)
        assert car.STATE_OF_CHARGE.key not in found.keys


def test_failures() -> None:
    """A reason in place of a value is kept, and ends nothing; privacy mode is a fact itself."""
    failure = {"reason": "privacy_mode_active", "description": "Privacy"}
    found = read(
        {
            "brand": "mini",
            "vehicle_location": {"coordinates": {"failure": failure}},
            "charging": {
                "status": {"failure": {"reason": "rate_limit", "description": "x"}},
                "battery_level": {"data": 0.5, "timestamp": "2026-11-10T11:00:00Z", "failure": {}},
            },
            "doors": {"positions": [{"failure": {"reason": "Told: 48.1, 11.5"}}]},
        }
    )
    assert found[car.BRAND] is Brand.MINI
    assert found[car.PRIVACY_MODE] is True
    assert found[car.STATE_OF_CHARGE] == 50.0
    assert found.keys == {"brand", "privacy_mode", car.STATE_OF_CHARGE.key, "timestamp"}
    assert found.found.failures == {
        "vehicle_location.coordinates": "privacy_mode_active",
        "charging.status": "rate_limit",
        "doors.positions": "unknown",
    }


def test_lists_and_single_components_are_alike() -> None:
    """By MQTT even single properties come as lists: the newest counts."""
    older = told(0.4, "2026-11-10T10:00:00Z")
    found = read({"charging": {"battery_level": [told(0.5), older]}})
    assert found[car.STATE_OF_CHARGE] == 50.0
    single = {"location": "front_left", "position": "open"}
    assert say("doors.positions", single)[car.LIDS["left_front"]] is LidState.OPEN


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("2000-01-01T00:00:00Z", None),
        ("yesterday", None),
        (None, "2026-11-10T12:00:00+00:00"),
        ("2026-11-10T13:30:00+02:00", "2026-11-10T11:30:00+00:00"),
        ("2027-01-01T00:00:00Z", "2026-11-10T12:00:00+00:00"),
    ],
)
def test_times(stamp: str | None, expected: str | None) -> None:
    """A value without a time was measured when it was asked for; one that never was is none."""
    found = read({"charging": {"battery_level": told(0.5, stamp)}})
    times = [r.time.isoformat() for r in found.found.readings if r.attribute is car.STATE_OF_CHARGE]
    assert times == ([] if expected is None else [expected])


def test_cars_without_a_plug_or_a_tank() -> None:
    """Zeros of what a car does not have create nothing."""
    answer = document(
        {
            "charging.battery_level": 0.0,
            "charging.charge_limit": 1.0,
            "diagnostics.fuel_level": 0.0,
            "diagnostics.estimated_range": unit(0, "kilometers"),
        }
    )
    combustion, electric = (
        read(answer, train) for train in (DriveTrain.COMBUSTION, DriveTrain.ELECTRIC)
    )
    assert {"fuel_and_battery.remaining_battery_percent", "fuel_and_battery.charging_target"} & (
        combustion.keys
    ) == set()
    assert car.REMAINING_FUEL_PERCENT.key not in electric.keys
    assert car.REMAINING_RANGE_FUEL.key not in electric.keys


def test_every_word_of_the_schema_is_known() -> None:
    """No word of the official schema is one that the tables do not know."""
    schema = read_schema()
    for path, rule in {**RULES, **{p: r for p, rs in MORE_RULES.items() for r in rs}}.items():
        capability, _, name = path.partition(".")
        node = schema["$defs"].get(capability, {}).get("properties", {}).get(name)
        if node is None:
            continue
        while "$ref" in node:
            node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
        data = node.get("properties", {}).get("data", {})
        while "$ref" in data:
            data = schema["$defs"][data["$ref"].removeprefix("#/$defs/")]
        for known in data.get("enum", ()):
            rule.convert(known)
            assert not say(path, known, PHEV).problems
    assert CHARGING_WORD("charging") is ChargingStatus.CHARGING
