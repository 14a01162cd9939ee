"""Fuel, battery, ranges and charging times (mybmw-app.md#fuel-and-battery, #pitfalls)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.mybmw.client import attributes as a
from custom_components.mybmw.client.core.values import ChargingStatus, ConnectionType, DriveTrain
from tests.client.support import NOW, Found, read

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = {"reductionOfChargeCurrent": {"start": {"hour": 18, "minute": 1}}}


def electric(**more: Any) -> dict[str, Any]:
    block = {"chargingLevelPercent": 60, "isChargerConnected": True, "range": 200, **more}
    return {"electricChargingState": block}


def ranges(found: Found) -> tuple[float | None, float | None, float | None]:
    return (
        found[a.REMAINING_RANGE_TOTAL],
        found[a.REMAINING_RANGE_ELECTRIC],
        found[a.REMAINING_RANGE_FUEL],
    )


@pytest.mark.parametrize(
    ("train", "fuel", "battery", "expected"),
    [
        ("PLUGIN_HYBRID", 476, 40, (476, 40, 436)),
        ("PLUGIN_HYBRID", 30, 40, (30, 40, 0)),
        ("PLUGIN_HYBRID", 476, None, (476, None, None)),
        ("PLUGIN_HYBRID", None, 40, (None, 40, None)),
        ("ELECTRIC_WITH_RANGE_EXTENDER", 105, 174, (279, 174, 105)),
        ("ELECTRIC_WITH_RANGE_EXTENDER", None, 174, (None, 174, None)),
        ("ELECTRIC_WITH_RANGE_EXTENDER", 105, None, (None, None, 105)),
        ("ELECTRIC", 999, 340, (340, 340, None)),
        ("ELECTRIC", 999, None, (None, None, None)),
        ("COMBUSTION", 629, None, (629, None, 629)),
        ("COMBUSTION", 629, 77, (629, None, 629)),
        ("MILD_HYBRID", 702, 5, (702, None, 702)),
        ("HYBRID", 500, None, (500, None, 500)),
        (None, 629, None, (629, None, 629)),
        (None, None, 340, (340, 340, None)),
        (None, 476, 40, (None, 40, None)),
    ],
)
def test_ranges(
    train: str | None,
    fuel: int | None,
    battery: int | None,
    expected: tuple[float | None, ...],
) -> None:
    """Library vehicle status: ranges; the "fuel range" of a plug-in hybrid is its total one."""
    state = {"combustionFuelLevel": {"range": fuel}, "electricChargingState": {"range": battery}}
    found = read(state, train=DriveTrain(train) if train else None)
    assert ranges(found) == expected
    assert not found.problems


def test_no_ranges_at_all() -> None:
    """Library vehicle status: no ranges without the blocks."""
    for train in DriveTrain:
        assert ranges(read({}, train=train)) == (None, None, None)


@pytest.mark.parametrize("train", DriveTrain)
def test_drive_trains(train: DriveTrain) -> None:
    """Library vehicle: combustion/electric matrix; blocks that say nothing are not read."""
    fuel = {"remainingFuelLiters": 31, "remainingFuelPercent": 53}
    empty = {"remainingFuelLiters": 0, "remainingFuelPercent": 0}
    idle = electric(chargingLevelPercent=0, isChargerConnected=False, chargingTarget=0)
    has_fuel, has_plug = (
        (fuel if train.burns_fuel else empty),
        electric() if train.plugs_in else idle,
    )
    found = read({"combustionFuelLevel": has_fuel, **has_plug}, train=train)
    burns = train.value != "ELECTRIC"
    plugs = train.value in ("PLUGIN_HYBRID", "ELECTRIC", "ELECTRIC_WITH_RANGE_EXTENDER")
    assert (train.burns_fuel, train.plugs_in) == (burns, plugs)
    assert found[a.REMAINING_FUEL] == (31 if burns else None)
    assert found[a.REMAINING_FUEL_PERCENT] == (53 if burns else None)
    assert found[a.STATE_OF_CHARGE] == (60 if plugs else None)
    assert found[a.CHARGER_CONNECTED] is (True if plugs else None)


@pytest.mark.parametrize("train", DriveTrain)
def test_a_value_that_the_car_sends_beats_its_drive_train(train: DriveTrain) -> None:
    fuel = {"remainingFuelLiters": 31, "remainingFuelPercent": 53}
    found = read({"combustionFuelLevel": fuel, **electric()}, train=train)
    assert found[a.REMAINING_FUEL] == 31
    assert found[a.STATE_OF_CHARGE] == 60
    assert found[a.CHARGER_CONNECTED] is True


def test_broken_fields_cost_only_themselves() -> None:
    """Pitfall 18: a missing status, a missing range, a wrong type."""
    found = read(
        {
            "combustionFuelLevel": {"remainingFuelLiters": "full", "range": 300},
            **electric(chargingTarget="eighty", chargingStatus=None),
        },
        train=DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER,
    )
    assert ranges(found) == (500, 200, 300)
    assert found[a.STATE_OF_CHARGE] == 60
    assert found[a.CHARGING_STATUS] is None
    assert found[a.CHARGING_TARGET] is None
    assert found.problems == {
        "combustionFuelLevel.remainingFuelLiters": 1,
        "electricChargingState.chargingTarget": 1,
    }


@pytest.mark.parametrize("block", [None, [], "x", 7])
def test_blocks_of_another_kind(block: object) -> None:
    found = read({"combustionFuelLevel": block, **electric()}, train=DriveTrain.PLUGIN_HYBRID)
    assert found[a.STATE_OF_CHARGE] == 60
    found = read(
        {"combustionFuelLevel": {"remainingFuelLiters": 9}, "electricChargingState": block},
        train=DriveTrain.PLUGIN_HYBRID,
    )
    assert found[a.REMAINING_FUEL] == 9


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *((status.value, status) for status in ChargingStatus),
        ("charging", ChargingStatus.CHARGING),
        ("INVALID", ChargingStatus.NOT_CHARGING),
        ("invalid", ChargingStatus.NOT_CHARGING),
        ("UNKNOWN", None),
        ("", None),
        (None, None),
    ],
)
def test_charging_status(word: str | None, status: ChargingStatus | None) -> None:
    """INVALID is not charging; any case; UNKNOWN and null are no value."""
    found = read(electric(chargingStatus=word))
    assert found[a.CHARGING_STATUS] is status
    assert not found.problems


@pytest.mark.parametrize(
    "block",
    [
        {"chargingStatus": "BIDIRECTIONAL"},
        {"chargingStatus": 7},
        {"chargingConnectionType": "WIRELESS_PAD"},
    ],
)
def test_unknown_words_are_counted(block: dict[str, Any]) -> None:
    """Library vehicle: enum without UNKNOWN; the word is dropped and counted, nothing else."""
    found = read(electric(**block))
    assert found[a.STATE_OF_CHARGE] == 60
    assert {f"electricChargingState.{key}" for key in block} <= found.problems.keys()


def test_charging_ends() -> None:
    """Pitfall 3: the end is worked out from the time of the measurement, not of the poll."""
    measured = NOW - timedelta(minutes=20)
    found = read(
        electric(chargingStatus="CHARGING", remainingChargingMinutes=119),
        measured=measured.isoformat(),
    )
    assert found[a.CHARGING_TIME_LEFT] == 119
    assert found[a.CHARGING_END_TIME] == measured + timedelta(minutes=119)
    reading = found.reading(a.CHARGING_END_TIME)
    assert reading is not None
    assert reading.time == measured
    later = read(
        electric(chargingStatus="CHARGING", remainingChargingMinutes=119),
        measured=measured.isoformat(),
        fetched=NOW + timedelta(minutes=30),
    )
    assert later[a.CHARGING_END_TIME] == found[a.CHARGING_END_TIME]


@pytest.mark.parametrize(
    "block",
    [
        {"chargingStatus": "NOT_CHARGING", "remainingChargingMinutes": 10},
        {"chargingStatus": "TARGET_REACHED", "remainingChargingMinutes": 10},
        {"chargingStatus": "WAITING_FOR_CHARGING", "remainingChargingMinutes": 10},
        {"chargingStatus": None, "remainingChargingMinutes": 10},
        {"chargingStatus": "CHARGING", "remainingChargingMinutes": 0},
        {"chargingStatus": "CHARGING", "remainingChargingMinutes": -5},
        {"chargingStatus": "CHARGING", "remainingChargingMinutes": 1_000_000},
        {"chargingStatus": "CHARGING", "remainingChargingMinutes": None},
        {"chargingStatus": "CHARGING", "remainingChargingMinutes": "soon"},
        {"chargingStatus": "CHARGING"},
    ],
)
def test_charging_does_not_end(block: dict[str, Any]) -> None:
    """Pitfall 2, pitfall 3: without charging, or without minutes, the old end is over."""
    found = read(electric(**block))
    for attribute in (a.CHARGING_END_TIME, a.CHARGING_TIME_LEFT):
        reading = found.reading(attribute)
        assert reading is not None
        assert reading.value is None
        assert reading.time == NOW


@pytest.mark.parametrize(
    ("fetched", "start"),
    [
        # 18:01 in Berlin is 17:01 UTC in winter
        ("2026-11-10T12:00:00", "2026-11-10T17:01:00"),
        ("2026-11-10T17:00:59", "2026-11-10T17:01:00"),
        ("2026-11-10T17:01:00", "2026-11-10T17:01:00"),
        ("2026-11-10T17:01:40", "2026-11-10T17:01:00"),
        ("2026-11-10T17:02:00", "2026-11-11T17:01:00"),
        ("2026-11-10T23:30:00", "2026-11-11T17:01:00"),
        # The clocks go back on 2026-10-25 and forward on 2026-03-29
        ("2026-10-24T18:00:00", "2026-10-25T17:01:00"),
        ("2026-10-24T12:00:00", "2026-10-24T16:01:00"),
        ("2026-03-28T18:00:00", "2026-03-29T16:01:00"),
    ],
)
def test_charging_starts(fetched: str, start: str) -> None:
    """Library vehicle status, pitfall 4: when the window begins next, by the car's clock."""
    found = read(
        {**electric(chargingStatus="WAITING_FOR_CHARGING"), "chargingProfile": WINDOW},
        fetched=datetime.fromisoformat(fetched).replace(tzinfo=UTC),
        zone=BERLIN,
    )
    assert found[a.CHARGING_START_TIME] == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_charging_starts_elsewhere() -> None:
    """expected.json: the zone decides about the day."""
    state = {**electric(chargingStatus="WAITING_FOR_CHARGING"), "chargingProfile": WINDOW}
    fetched = datetime(2021, 11, 28, 21, 28, 59, tzinfo=UTC)
    berlin = read(state, fetched=fetched, zone=BERLIN)
    seattle = read(state, fetched=fetched, zone=ZoneInfo("America/Los_Angeles"))
    assert berlin[a.CHARGING_START_TIME] == datetime(2021, 11, 29, 17, 1, tzinfo=UTC)
    assert seattle[a.CHARGING_START_TIME] == datetime(2021, 11, 29, 2, 1, tzinfo=UTC)


def test_start_in_the_hour_that_is_missing() -> None:
    """02:30 does not exist on the day the clocks go forward."""
    window = {"reductionOfChargeCurrent": {"start": {"hour": 2, "minute": 30}}}
    found = read(
        {**electric(chargingStatus="WAITING_FOR_CHARGING"), "chargingProfile": window},
        fetched=datetime(2026, 3, 28, 23, tzinfo=UTC),
        zone=BERLIN,
    )
    assert found[a.CHARGING_START_TIME] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "profile"),
    [
        ("PLUGGED_IN", WINDOW),
        ("CHARGING", WINDOW),
        (None, WINDOW),
        ("WAITING_FOR_CHARGING", {}),
        ("WAITING_FOR_CHARGING", None),
        ("WAITING_FOR_CHARGING", {"reductionOfChargeCurrent": None}),
        ("WAITING_FOR_CHARGING", {"reductionOfChargeCurrent": {"start": {"hour": 18}}}),
        (
            "WAITING_FOR_CHARGING",
            {"reductionOfChargeCurrent": {"start": {"hour": 25, "minute": 0}}},
        ),
    ],
)
def test_charging_does_not_start(status: str | None, profile: object) -> None:
    """Pitfall 2: the start is over as soon as the car does not wait any more."""
    found = read({**electric(chargingStatus=status), "chargingProfile": profile})
    reading = found.reading(a.CHARGING_START_TIME)
    assert reading is not None
    assert reading.value is None


def test_vanished_block() -> None:
    """Pitfall 2: without the block nothing is known about charging any more."""
    found = read({})
    for attribute in (a.CHARGING_STATUS, a.CHARGER_CONNECTED, a.CHARGING_END_TIME):
        reading = found.reading(attribute)
        assert reading is not None
        assert reading.value is None
    assert found.reading(a.STATE_OF_CHARGE) is None


def test_times_of_a_silent_car() -> None:
    """A car that does not report at all ends no value."""
    found = read(electric(chargingStatus="NOT_CHARGING"), lsc=False)
    for attribute in (a.CHARGING_END_TIME, a.CHARGING_TIME_LEFT, a.CHARGING_START_TIME):
        assert found.reading(attribute) is None


@pytest.mark.parametrize(
    ("word", "kind"),
    [("CONDUCTIVE", ConnectionType.CONDUCTIVE), ("UNKNOWN", None), (None, None)],
)
def test_connection_type(word: str | None, kind: ConnectionType | None) -> None:
    found = read(electric(chargingConnectionType=word))
    reading = found.reading(a.CONNECTION_TYPE)
    assert reading is not None
    assert reading.value is kind
