"""Whatever order readings arrive in: what is known of a car does not contradict itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import given, settings, strategies as st

from custom_components.mybmw.client import Reading, Vehicle, attributes as a
from custom_components.mybmw.client.core.attributes import AnyAttribute, AnyReading
from custom_components.mybmw.client.core.odometer import MILE
from custom_components.mybmw.client.core.reconcile import MOVING, RULES
from custom_components.mybmw.client.core.values import ChargingStatus, ClimateActivity

START: Final = datetime(2026, 11, 10, 12, tzinfo=UTC)
PLUGGED: Final = (
    ChargingStatus.CHARGING,
    ChargingStatus.PLUGGED_IN,
    ChargingStatus.WAITING_FOR_CHARGING,
)
VALUES: Final[dict[AnyAttribute, st.SearchStrategy[Any]]] = {
    a.CHARGING_STATUS: st.none() | st.sampled_from(ChargingStatus),
    a.CHARGER_CONNECTED: st.none() | st.booleans(),
    MOVING: st.none() | st.booleans(),
    a.CHARGING_POWER: st.sampled_from([0.0, 3.7, 11.0]),
    a.CHARGING_TIME_LEFT: st.sampled_from([5.0, 90.0]),
    a.CHARGING_END_TIME: st.sampled_from([START, START + timedelta(hours=3)]),
    a.CLIMATE_ACTIVITY: st.none() | st.sampled_from(ClimateActivity),
    a.CLIMATE_END_TIME: st.sampled_from([START, START + timedelta(hours=3)]),
}
READING: Final = st.sampled_from(list(VALUES)).flatmap(
    lambda attribute: st.builds(
        lambda value, source: Reading(attribute, value, START, source),
        VALUES[attribute],
        st.sampled_from(["cardata", "mybmw"]),
    )
)
STEPS: Final = st.sampled_from([1, 7, 30, 90, 600, 3_600])


@st.composite
def stories(draw: st.DrawFn) -> list[AnyReading]:
    """Return readings with distinct times, in any order."""
    readings = draw(st.lists(READING, min_size=1, max_size=14))
    when, timed = START, []
    for reading in readings:
        when += timedelta(seconds=draw(STEPS))
        timed.append(replace(reading, time=when))
    return draw(st.permutations(timed))


def contradictions(car: Vehicle) -> list[str]:
    status, plug = car.value(a.CHARGING_STATUS), car.value(a.CHARGER_CONNECTED)
    moving = car.value(MOVING)
    power = car.value(a.CHARGING_POWER)
    left = car.value(a.CHARGING_TIME_LEFT) or car.value(a.CHARGING_END_TIME)
    activity, end = car.value(a.CLIMATE_ACTIVITY), car[a.CLIMATE_END_TIME]
    latest = car[a.CLIMATE_ACTIVITY]
    stopped = activity is not None and not activity.running and latest is not None
    idle = status is not None and status not in PLUGGED
    found = {
        "drives while plugged in": moving and (plug or status in PLUGGED),
        "charges without a cable": plug is False and status in PLUGGED,
        "power without a cable": plug is False and power,
        "power without a charge": status not in (None, ChargingStatus.CHARGING) and power,
        "time left without a charge": idle and left,
        "climate control that is off has an end": stopped
        and end is not None
        and latest is not None
        and end.time <= latest.time,
    }
    return [what for what, wrong in found.items() if wrong]


@given(stories())
@settings(max_examples=400, deadline=None)
def test_no_contradiction(readings: list[AnyReading]) -> None:
    """Not in between, and not at the end."""
    car = Vehicle("WBA00000000000001")
    for reading in readings:
        car.update([reading])
        assert contradictions(car) == []


def test_value_that_is_repeated() -> None:
    """A value that only has a newer time ends what contradicts it as well."""
    car = Vehicle("WBA00000000000001")
    times = [START + timedelta(seconds=second) for second in (0, 11, 12)]
    car.update([a.CLIMATE_ACTIVITY.at(ClimateActivity.INACTIVE, times[0])])
    car.update([a.CLIMATE_END_TIME.at(START, times[1])])
    assert car.update([a.CLIMATE_ACTIVITY.at(ClimateActivity.INACTIVE, times[2])])
    assert car.value(a.CLIMATE_END_TIME) is None


@given(stories())
@settings(max_examples=400, deadline=None)
def test_rules_settle(readings: list[AnyReading]) -> None:
    """What rules have made of the readings they leave alone, and so does another car."""
    car, other = Vehicle("WBA00000000000001"), Vehicle("WBA00000000000002")
    for reading in readings:
        if car.update([reading]):
            known = {item.attribute: item.value for item in car}
            new = [item for rule in RULES for item in rule(car._held)]
            assert [item for item in new if item.value != known[item.attribute]] == []
    other.update(car)
    alive = {item.attribute: item.value for item in car if item.value is not None}
    assert {item.attribute: item.value for item in other} == alive


def mileage(car: Vehicle) -> float:
    held = car.value(a.MILEAGE)
    assert held is not None
    return held


@given(
    st.lists(
        st.tuples(st.floats(0, 400), st.sampled_from(["km", "mi", "?"]), st.integers(20, 3_000)),
        max_size=20,
    ),
    st.integers(5_000, 200_000),
)
@settings(max_examples=300, deadline=None)
def test_odometer_of_a_car_that_mixes_units(
    drives: list[tuple[float, str, int]], first: int
) -> None:
    """Kilometres, miles, and miles that are not named: the odometer follows the car."""
    car, true, when = Vehicle("WBA00000000000001"), float(first), START
    car.update([a.MILEAGE.at(true, when)])
    for drive, unit, minutes in drives:
        true, when = true + min(drive, minutes), when + timedelta(minutes=minutes)
        sent = true / MILE if unit == "?" else true
        reading = replace(a.MILEAGE.at(round(sent, 1), when), assumed=unit == "?")
        car.update([reading])
        assert abs(mileage(car) - true) < 1


@given(st.lists(st.integers(1, 3_000_000), max_size=30), st.integers(1_000, 200_000))
def test_odometer_believes_no_nonsense_at_once(numbers: list[int], first: int) -> None:
    """Within an hour it neither falls nor leaps, whatever is sent and however often."""
    car = Vehicle("WBA00000000000001")
    car.update([a.MILEAGE.at(float(first), START)])
    for number in numbers:
        held = mileage(car)
        car.update([a.MILEAGE.at(float(number), START + timedelta(hours=1))])
        assert held - 2 <= mileage(car)
    assert first - 2 * len(numbers) <= mileage(car) <= first + 1_500 * max(1, len(numbers))
