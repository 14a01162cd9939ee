"""A vehicle holds the newest reading of every attribute, and believes no nonsense."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mybmw.client import Reading, Vehicle, attributes as a
from custom_components.mybmw.client.core.attributes import AnyReading, Attribute
from custom_components.mybmw.client.core.values import (
    Brand,
    ClimateActivity,
    DriveTrain,
    LockState,
    Position,
)

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def car() -> Vehicle:
    return Vehicle("WBA00000000000001")


def test_nothing_is_known(car: Vehicle) -> None:
    assert car[a.MILEAGE] is None
    assert car.value(a.MILEAGE) is None
    assert a.MILEAGE not in car
    assert list(car) == []
    assert car.brand is Brand.BMW
    assert car.name == "BMW"
    assert car.drive_train is None


def test_names(car: Vehicle) -> None:
    car.update([a.BRAND.at(Brand.MINI, NOW)])
    assert car.name == "MINI"
    car.update([a.MODEL.at("Cooper SE", NOW), a.DRIVE_TRAIN.at(DriveTrain.ELECTRIC, NOW)])
    assert (car.brand, car.name, car.drive_train) == ("MINI", "Cooper SE", DriveTrain.ELECTRIC)


def test_newest_wins(car: Vehicle) -> None:
    assert car.update([a.STATE_OF_CHARGE.at(50, NOW)]) == {a.STATE_OF_CHARGE}
    assert car.update([a.STATE_OF_CHARGE.at(60, later(1))]) == {a.STATE_OF_CHARGE}
    assert car.update([a.STATE_OF_CHARGE.at(40, later(-1))]) == set()
    assert car[a.STATE_OF_CHARGE] == Reading(a.STATE_OF_CHARGE, 60, later(1), "")


def test_later_arrival_wins(car: Vehicle) -> None:
    """Of two readings of the same time the one that came last is taken."""
    readings = [a.STATE_OF_CHARGE.at(50, NOW), a.STATE_OF_CHARGE.at(60, NOW)]
    assert car.update(readings) == {a.STATE_OF_CHARGE}
    assert car.value(a.STATE_OF_CHARGE) == 60


def test_same_value_moves_the_time(car: Vehicle) -> None:
    car.update([a.LOCK_STATE.at(LockState.LOCKED, NOW, "mybmw")])
    assert car.update([a.LOCK_STATE.at(LockState.LOCKED, later(5), "mybmw")]) == set()
    reading = car[a.LOCK_STATE]
    assert reading is not None
    assert reading.time == later(5)


def test_another_source_is_reported(car: Vehicle) -> None:
    """Who shows a value wants to know whether it can still be believed."""
    car.update([a.LOCK_STATE.at(LockState.LOCKED, NOW, "mybmw")])
    same = a.LOCK_STATE.at(LockState.LOCKED, later(5), "cardata")
    assert car.update([same]) == {a.LOCK_STATE}
    assert car.update([same]) == set()
    assert car[a.LOCK_STATE] == same


def test_source_that_changes_back_and_forth_is_no_change(car: Vehicle) -> None:
    """Each source is new once; after that only the newest value counts."""
    for minutes, source in enumerate(("mybmw", "cardata") * 3):
        reading = a.LOCK_STATE.at(LockState.LOCKED, later(minutes), source)
        assert car.update([reading]) == ({a.LOCK_STATE} if minutes < 2 else set())
        assert car[a.LOCK_STATE] == reading
    assert car.sources_of(a.LOCK_STATE) == car.sources == {"mybmw", "cardata"}


def test_older_reading_shows_that_its_source_knows(car: Vehicle) -> None:
    """It changes no value, but who shows the value can go on with that source."""
    held = a.STATE_OF_CHARGE.at(50, NOW, "mybmw")
    car.update([held])
    older = a.STATE_OF_CHARGE.at(49, later(-1), "cardata")
    assert car.update([older]) == {a.STATE_OF_CHARGE}
    assert car.update([older]) == set()
    assert car[a.STATE_OF_CHARGE] == held
    assert car.sources_of(a.STATE_OF_CHARGE) == {"mybmw", "cardata"}


@pytest.mark.parametrize("minutes", [-1, 1])
@pytest.mark.parametrize("value", [None, 101, float("nan")])
def test_unusable_value_shows_nothing(car: Vehicle, value: float | None, minutes: int) -> None:
    """Neither nothing nor nonsense makes a source one that knows."""
    car.update([a.STATE_OF_CHARGE.at(50, NOW, "mybmw")])
    reading: a.AnyReading = a.STATE_OF_CHARGE.ended(later(minutes), "cardata")
    car.update([replace(reading, value=value)])
    assert car.sources_of(a.STATE_OF_CHARGE) == car.sources == {"mybmw"}


def test_older_from_another_source_is_counted(car: Vehicle) -> None:
    """Asking the same source again brings old readings again: only others are worth counting."""
    car.update([a.STATE_OF_CHARGE.at(50, NOW, "mybmw")])
    car.update([a.STATE_OF_CHARGE.at(49, later(-1), "mybmw")])
    assert car.dropped == {}
    car.update([a.STATE_OF_CHARGE.at(49, later(-1), "cardata")])
    assert car.dropped == {f"{a.STATE_OF_CHARGE.key}: older": 1}


def test_over(car: Vehicle) -> None:
    """What is over is known to have been there, and has no value."""
    end = a.CHARGING_END_TIME
    assert car.update([end.ended(NOW)]) == set()
    assert end not in car
    assert car.update([end.at(later(90), NOW)]) == {end}
    assert car.update([end.ended(later(1))]) == {end}
    assert car[end] is None
    assert car.value(end) is None
    assert end in car
    assert [item.value for item in car] == [None]
    assert car.update([end.ended(later(2))]) == set()
    assert car.update([end.at(later(50), later(1))]) == set()
    assert car.update([end.at(later(50), later(3))]) == {end}


def test_tolerance(car: Vehicle) -> None:
    """An end time stands still until it moved by more than the tolerance, in any steps."""
    end = a.CHARGING_END_TIME
    car.update([end.at(later(90), NOW)])
    for minute in range(1, 6):
        assert car.update([end.at(later(90 + minute), later(minute))]) == set()
        assert car.value(end) == later(90)
    assert car.update([end.at(later(96), later(6))]) == {end}
    assert car.value(end) == later(96)
    assert car.update([end.at(later(91), later(7))]) == set()
    assert car.update([end.at(later(90), later(8))]) == {end}


def test_no_tolerance(car: Vehicle) -> None:
    car.update([a.CHARGING_START_TIME.at(later(90), NOW)])
    assert car.update([a.CHARGING_START_TIME.at(later(91), NOW)]) == {a.CHARGING_START_TIME}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (a.MILEAGE, -1),
        (a.MILEAGE, 3_000_001),
        (a.STATE_OF_CHARGE, 101),
        (a.STATE_OF_CHARGE, -0.1),
        (a.HEADING, 725),
        (a.REMAINING_RANGE_ELECTRIC, -12),
        (a.TIRE_PRESSURE["rear_left"], 1001),
        (a.TIRE_TARGET_PRESSURE["rear_left"], 0),
        (a.MODEL_YEAR, 1885),
        (a.STATE_OF_CHARGE, float("nan")),
        (a.MILEAGE, float("inf")),
    ],
)
def test_implausible(attribute: Attribute[Any], value: float, car: Vehicle) -> None:
    assert car.update([attribute.at(value, NOW)]) == set()
    assert car.value(attribute) is None
    assert car.dropped == {f"{attribute.key}: implausible": 1}


@pytest.mark.parametrize("value", [0, 100])
def test_bounds_are_plausible(value: float, car: Vehicle) -> None:
    assert car.update([a.STATE_OF_CHARGE.at(value, NOW)]) == {a.STATE_OF_CHARGE}


def odometer(car: Vehicle, *values: float) -> list[float | None]:
    seen = []
    for minute, value in enumerate(values):
        car.update([a.MILEAGE.at(value, later(minute))])
        seen.append(car.value(a.MILEAGE))
    return seen


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ([1000, 1001, 1001, 1401], [1000, 1001, 1001, 1401]),
        ([1000, 0, 1002], [1000, 1000, 1002]),
        ([1000, 900, 900], [1000, 1000, 1000]),
        ([1000, 900, 901, 901], [1000, 1000, 1000, 1000]),
        ([1000, 9000, 9012], [1000, 1000, 1000]),
        ([1000, 900, 1000, 900], [1000, 1000, 1000, 1000]),
        ([1000, 3001, 3001], [1000, 1000, 1000]),
        ([1000, 99_999, 1001, 1002], [1000, 1000, 1001, 1002]),
    ],
)
def test_odometer(told: list[float], believed: list[float], car: Vehicle) -> None:
    """An odometer that falls or leaps within minutes is wrong, however often it says so."""
    assert odometer(car, *told) == believed


def test_odometer_after_months(car: Vehicle) -> None:
    """How far a car can have come depends on the time between two measurements."""
    car.update([a.MILEAGE.at(10_000, NOW)])
    car.update([a.MILEAGE.at(18_500, NOW + timedelta(days=120))])
    assert car.value(a.MILEAGE) == 18_500


def test_odometer_stands_by_it(car: Vehicle) -> None:
    """A lower value counts when the car has stood by it for a day."""
    car.update([a.MILEAGE.at(150_000, NOW)])
    for hours, value, believed in (
        (1, 93_000, 150_000),
        (2, 93_010, 150_000),
        (3, 93_020, 150_000),
        (12, 93_100, 150_000),
        (26, 93_200, 93_200),
        (27, 93_210, 93_210),
    ):
        car.update([a.MILEAGE.at(value, NOW + timedelta(hours=hours))])
        assert car.value(a.MILEAGE) == believed


def test_odometer_does_not_stand_by_it(car: Vehicle) -> None:
    """A day of lower values counts for nothing once the old one goes on."""
    car.update([a.MILEAGE.at(150_000, NOW)])
    for hours, value in ((1, 90_000), (20, 90_001), (21, 150_010), (30, 90_002), (40, 90_003)):
        car.update([a.MILEAGE.at(value, NOW + timedelta(hours=hours))])
    assert car.value(a.MILEAGE) == 150_010


def test_odometer_in_miles(car: Vehicle) -> None:
    """A value that only fits in miles is one in miles."""
    car.update([a.MILEAGE.at(93_272, NOW)])
    for hours, miles in ((1, 57_958), (2, 57_960), (3, 57_970)):
        car.update([_assumed(miles, hours)])
        assert car.value(a.MILEAGE) == pytest.approx(miles * 1.609344, abs=0.1)
    car.update([a.MILEAGE.at(93_300, NOW + timedelta(hours=4))])
    assert car.value(a.MILEAGE) == 93_300


def test_odometer_multiplied_without_need(car: Vehicle) -> None:
    """A value without a unit that was taken for miles may be one in km."""
    car.update([a.MILEAGE.at(93_272, NOW)])
    car.update([_assumed(93_280 * 1.609344, 24 * 60)])
    assert car.value(a.MILEAGE) == pytest.approx(93_280, abs=0.1)


@pytest.mark.parametrize("factor", [1.609344, 1 / 1.609344])
def test_odometer_with_its_unit_beats_one_without(factor: float, car: Vehicle) -> None:
    car.update([_assumed(60_000, 0)])
    car.update([_assumed(60_010, 1)])
    assert car.value(a.MILEAGE) == 60_010
    car.update([a.MILEAGE.at(round(60_020 * factor), NOW + timedelta(hours=2))])
    assert car.value(a.MILEAGE) == round(60_020 * factor)


def _assumed(value: float, hours: int) -> AnyReading:
    return replace(a.MILEAGE.at(value, NOW + timedelta(hours=hours)), assumed=True)


def test_odometer_after_it_was_over(car: Vehicle) -> None:
    car.update([a.MILEAGE.at(1000, NOW), a.MILEAGE.ended(later(1))])
    assert odometer(car, 5) == [None]
    car.update([a.MILEAGE.at(5, later(2))])
    assert car.value(a.MILEAGE) == 5


def test_values_are_compared_by_content(car: Vehicle) -> None:
    car.update([a.POSITION.at(Position(1, 2), NOW)])
    assert car.update([a.POSITION.at(Position(1.0, 2.0), later(1))]) == set()
    assert car.update([a.POSITION.at(Position(1, 3), later(2))]) == {a.POSITION}


def test_vocabulary() -> None:
    """Keys are unique, and every attribute can be found by its key."""
    assert len(a.ATTRIBUTES) == len(set(a.ATTRIBUTES.values()))
    assert all(attribute.key == key for key, attribute in a.ATTRIBUTES.items())
    assert a.ATTRIBUTES["tires.front_left.current_pressure"] is a.TIRE_PRESSURE["front_left"]
    assert a.ATTRIBUTES["lids.hood"] is a.LIDS["hood"]
    constants = (value for value in vars(a).values() if isinstance(value, Attribute))
    assert set(constants) <= set(a.ATTRIBUTES.values())


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[AnyReading], list[AnyReading]]:
    """Return readings with times of their own, in two orders."""
    minutes = draw(st.lists(st.integers(0, 500), unique=True, max_size=12))
    kinds: dict[Attribute[Any], st.SearchStrategy[Any]] = {
        a.STATE_OF_CHARGE: st.integers(-20, 120),
        a.LOCK_STATE: st.sampled_from(LockState),
        a.CLIMATE_ACTIVITY: st.sampled_from(ClimateActivity),
        a.MODEL: st.sampled_from(["i4", "iX"]),
    }
    readings = [
        kind.at(draw(kinds[kind]), later(minute))
        for minute in minutes
        for kind in [draw(st.sampled_from(list(kinds)))]
    ]
    return readings, draw(st.permutations(readings))


@settings(max_examples=150, deadline=None)
@given(histories())
def test_order_of_arrival_does_not_matter(
    orders: tuple[list[AnyReading], list[AnyReading]],
) -> None:
    """Readings with distinct times give the same car in whatever order they come."""
    cars = [Vehicle("WBA00000000000001") for _ in orders]
    for vehicle, readings in zip(cars, orders, strict=True):
        for reading in readings:
            before = vehicle.value(reading.attribute)
            changed = vehicle.update([reading])
            after = vehicle.value(reading.attribute)
            assert changed == ({reading.attribute} if before != after else set())
    first, second = (set(vehicle) for vehicle in cars)
    assert first == second


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_end_times_never_drift(told: list[tuple[int, int]]) -> None:
    """What is shown is never further from the newest end time than the tolerance."""
    car = Vehicle("WBA00000000000001")
    end = a.CHARGING_END_TIME
    for minute, (measured, left) in enumerate(told):
        newest = later(measured + left)
        car.update([end.at(newest, later(minute))])
        shown = car.value(end)
        assert shown is not None
        assert end.tolerance is not None
        assert abs(shown - newest) <= end.tolerance


def test_repeated_value_moves_the_time_and_nothing_else(car: Vehicle) -> None:
    """What was measured between the two is older than the newer one, from any source."""
    car.update([a.STATE_OF_CHARGE.at(50.0, NOW, "one")])
    assert car.update([a.STATE_OF_CHARGE.at(50.0, later(10), "one")]) == set()
    held = car[a.STATE_OF_CHARGE]
    assert held is not None
    assert held.time == later(10)
    between = a.STATE_OF_CHARGE.at(49.0, later(5), "two")
    assert car.update([between]) == {a.STATE_OF_CHARGE}, "another source knows it now"
    assert car.value(a.STATE_OF_CHARGE) == 50.0
    assert car.sources_of(a.STATE_OF_CHARGE) == {"one", "two"}
