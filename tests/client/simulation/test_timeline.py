"""Made-up days of cars, and how they are played."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.replay import cardata, days
from tests.replay.cardata import STREAMABLE, CarDataCar, StreamMessage
from tests.replay.carstate import (
    CAPACITY,
    DISPLAYED,
    DRIVER_DOOR,
    FUEL,
    FUEL_LEVEL,
    HEADER,
    LOCK,
    ODOMETER,
    PLUG,
    POWER,
    STATUS,
    TOTAL_RANGE,
    CarState,
    Drivetrain,
)
from tests.replay.days import HOUR, Part
from tests.replay.timeline import (
    LATITUDE,
    LONGITUDE,
    TRIP_END,
    Change,
    duplicates,
    half_positions,
    lines,
    load,
    messages,
    out_of_order,
    play,
    shifted,
)

VIN, GCID = "WBA00000000000001", "11111111-2222-4333-8444-555555555555"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
BEV, PHEV, ICE = (CarState(drivetrain) for drivetrain in Drivetrain)
CARS = pytest.mark.parametrize("car", [BEV, PHEV, ICE], ids=list(Drivetrain))


def run(part: Part) -> tuple[list[Change], CarState]:
    """Return what a car sends and its state afterwards."""
    changes = []
    while True:
        try:
            changes.append(next(part))
        except StopIteration as end:
            return changes, end.value


def of(changes: Iterable[Change], descriptor: str) -> list[Any]:
    """Return all values of a descriptor."""
    return [change.value for change in changes if change.descriptor == descriptor]


def streamed(changes: Iterable[Change], together: int = 1) -> list[StreamMessage]:
    """Return what BMW makes of it."""
    return list(messages(changes, vin=VIN, gcid=GCID, start=START, together=together))


@CARS
def test_a_car_sends_what_it_can(car: CarState) -> None:
    changes, after = run(days.days(car, 10))
    sent = {change.descriptor for change in changes}
    assert sent <= STREAMABLE
    assert (FUEL in sent) == (TOTAL_RANGE in sent) == car.burns
    assert (HEADER in sent) == (PLUG in sent) == (TRIP_END in sent) == car.electric
    assert all(one.at <= other.at for one, other in pairwise(changes))
    assert all(change.measured < change.at for change in changes)
    odometer = of(changes, ODOMETER)
    assert odometer == sorted(odometer)
    assert after.odometer == pytest.approx(car.odometer + 20 * car.work_km, abs=1)
    assert after.position == car.home
    assert (10 - 1) * 24 * HOUR < changes[-1].at < 10 * 24 * HOUR
    assert list(days.days(car, 10)) == changes


@CARS
def test_a_commute(car: CarState) -> None:
    changes, parked = run(days.commute(car, 100.0))
    assert of(changes, DRIVER_DOOR) == ["OPEN", "CLOSED"] * 2
    assert of(changes, LOCK) == ["UNLOCKED", "SELECTIVELOCKED", "UNLOCKED", "SECURED"]
    latitudes = of(changes, LATITUDE)
    assert len(latitudes) == len(of(changes, LONGITUDE)) == 11
    assert latitudes == sorted(latitudes)
    assert latitudes[-1] == round(parked.position[0], 7)
    for descriptor in (HEADER, FUEL, TOTAL_RANGE):
        values = of(changes, descriptor)
        assert values == sorted(values, reverse=True)
    assert parked.soc < car.soc or not car.electric
    assert parked.fuel < car.fuel or car.electric
    assert days._distance(car.position, parked.position) * days._DETOUR == pytest.approx(
        car.work_km, rel=0.01
    )
    _, home = run(days.commute(parked))
    assert home.position == car.home
    assert home.odometer == pytest.approx(car.odometer + 2 * car.work_km, rel=0.001)


def test_a_car_without_live_position_reports_it_before_and_after() -> None:
    changes, _ = run(days.commute(replace(BEV, live=False)))
    assert len(of(changes, LATITUDE)) == 2


def test_a_hybrid_burns_fuel_when_the_battery_is_down() -> None:
    changes, after = run(days.commute(replace(PHEV, soc=10.0, capacity=20.0)))
    assert after.soc == pytest.approx(8)
    assert after.fuel < PHEV.fuel
    (share,) = of(changes, next(name for name in STREAMABLE if name.endswith("DriveElectric")))
    assert 0 < share < 100


@pytest.mark.parametrize("car", [BEV, PHEV], ids=["BEV", "PHEV"])
def test_ac_charging(car: CarState) -> None:
    changes, after = run(days.ac_charge(replace(car, soc=30.0)))
    assert of(changes, STATUS) == ["INITIALIZATION", "CHARGINGACTIVE", "CHARGINGENDED"]
    soc = of(changes, HEADER)
    assert soc == sorted(soc)
    assert (soc[0], soc[-1], after.soc) == (30, 80, 80)
    assert of(changes, PLUG) == ["CONNECTED"] * 2
    assert after.plugged
    power = of(changes, POWER)
    assert set(power[:-1]) == {11000 if car is BEV else 3700}
    assert power[-1] == 0
    unplugged, _ = run(days.commute(after))
    assert of(unplugged, PLUG) == ["DISCONNECTED"]


def test_dc_charging() -> None:
    changes, after = run(days.dc_charge(replace(BEV, soc=20.0)))
    power = of(changes, POWER)
    assert power == sorted(power, reverse=True)
    assert (power[0], power[-1] > 0) == (150000, True)
    assert of(changes, PLUG)[-1] == "DISCONNECTED"
    assert not after.plugged
    assert 0.25 * HOUR < changes[-1].at < HOUR


def test_what_cannot_be_charged() -> None:
    with pytest.raises(ValueError, match="no plug"):
        run(days.ac_charge(ICE))
    with pytest.raises(ValueError, match="no fast charging"):
        run(days.dc_charge(PHEV))
    full, _ = run(days.ac_charge(replace(BEV, soc=90.0)))
    assert of(full, STATUS) == ["INITIALIZATION", "CHARGINGENDED"]


def test_kinds_of_header() -> None:
    frozen, _ = run(days.ac_charge(replace(PHEV, soc=30.0, header_freezes=True)))
    assert of(frozen, HEADER) == [80]
    modern, _ = run(days.ac_charge(replace(BEV, soc=30.0, neue_klasse=True)))
    assert not of(modern, HEADER)
    assert of(modern, DISPLAYED)[-1] == 80


def test_miles() -> None:
    changes, _ = run(days.burst(replace(ICE, miles=True)))
    (odometer,) = (change for change in changes if change.descriptor == ODOMETER)
    assert (odometer.value, odometer.unit) == (12427, "mi")


@CARS
def test_a_burst_is_one_moment(car: CarState) -> None:
    changes, _ = run(days.burst(car, 50.0))
    assert len(changes) >= 24
    assert {round(change.measured, 6) for change in changes} == {50.0}
    assert changes[-1].at - changes[0].at < 2
    assert len({change.descriptor for change in changes}) == len(changes)


def test_a_tank_is_filled_in_time() -> None:
    changes, after = run(days.days(replace(ICE, fuel=12.0), 3))
    assert 100 in of(changes, FUEL_LEVEL)
    assert after.fuel > 40


def test_a_recorded_car() -> None:
    values: dict[str, tuple[str | None, str | None]] = {
        HEADER: ("61", "%"),
        CAPACITY: ("109", "kWh"),
        ODOMETER: ("5000", "mi"),
        LATITUDE: ("50.1", "degrees"),
        LONGITUDE: ("8.7", "degrees"),
        PLUG: ("CONNECTED", None),
        FUEL: (None, "l"),
        LOCK: ("-NA-", None),
    }
    telematics = {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()}
    broken = {FUEL_LEVEL: "broken", "vehicle.odd": {"value": {}}}
    car = CarState.of({"driveTrain": "BEV"}, {**telematics, **broken})
    assert (car.soc, car.capacity, car.position) == (61, 109, (50.1, 8.7))
    assert (car.plugged, car.miles, car.electric, car.burns) == (True, True, True, False)
    assert car.odometer == pytest.approx(8046.72)
    changes, _ = run(days.workday(car))
    known = {change.descriptor for change in changes}
    assert {HEADER, ODOMETER, STATUS, TRIP_END} <= known
    assert not known & {DISPLAYED, DRIVER_DOOR, FUEL}
    assert CarState.of({"driveTrain": "PHEV_OTTO"}, {}).drivetrain is Drivetrain.PHEV
    tank = {FUEL: {"value": "20"}, FUEL_LEVEL: {"value": "40"}}
    petrol = CarState.of({}, tank)
    assert (petrol.drivetrain, petrol.fuel, petrol.tank) == (Drivetrain.ICE, 20, 50)


@pytest.mark.parametrize("car", cardata.load(cardata.BUNDLED), ids=lambda car: car.vin)
def test_every_bundled_car_goes_on(car: CarDataCar) -> None:
    """Whatever was recorded of it, even nonsense, it drives afterwards."""
    state = CarState.of(car.basic_data, car.telematics)
    sent = list(messages(days.days(state, 1), vin=car.vin, gcid=GCID, start=START))
    assert sent or not car.telematics


def test_messages_have_the_form_of_bmws() -> None:
    door, power, ended = streamed(
        [
            Change(1.5, DRIVER_DOOR, "OPEN", delay=1.5),
            Change(61.0, POWER, 7400, "W", delay=1.0),
            Change(70.0, TRIP_END, timedelta(seconds=65)),
        ]
    )
    assert (door.topic, door.time) == (f"{GCID}/{VIN}", START + timedelta(seconds=1.5))
    assert door.payload == {
        "vin": VIN,
        "entityId": GCID,
        "topic": VIN,
        "timestamp": "2026-03-01T08:00:01.500Z",
        "data": {DRIVER_DOOR: {"timestamp": "2026-03-01T08:00:00.000Z", "value": "OPEN"}},
    }
    assert power.payload["data"][POWER] == {
        "timestamp": "2026-03-01T08:01:00.000Z",
        "value": 7400,
        "unit": "W",
    }
    assert ended.payload["data"][TRIP_END]["value"] == "01.03.2026 08:01:05 UTC"


def test_some_cars_put_several_values_into_a_message() -> None:
    changes, _ = run(days.burst(BEV))
    packed = streamed(changes, together=5)
    assert len(packed) == math.ceil(len(changes) / 5)
    assert sum(len(message.payload["data"]) for message in packed) == len(changes)
    twice = streamed([Change(0, POWER, 1), Change(0.1, POWER, 2), Change(9, STATUS, "x")], 5)
    assert [len(message.payload["data"]) for message in twice] == [1, 1, 1]


def test_duplicates() -> None:
    changes, _ = run(days.commute(BEV))
    doubled = list(duplicates(changes, every=2))
    measured = {(change.descriptor, round(change.measured, 3)) for change in changes}
    assert len(doubled) == len(changes) + len(changes) // 2
    assert {(one.descriptor, round(one.measured, 3)) for one in doubled} == measured
    assert all(one.at <= other.at for one, other in pairwise(doubled))


def test_out_of_order() -> None:
    changes, _ = run(days.commute(BEV))
    mixed = list(out_of_order(changes))
    odometer = [change for change in mixed if change.descriptor == ODOMETER]
    assert [change.at for change in odometer] == sorted(change.at for change in odometer)
    measured = [change.measured for change in odometer]
    assert measured != sorted(measured)
    assert len(mixed) == len(changes)


def test_half_positions() -> None:
    changes, _ = run(days.commute(BEV))
    lost = list(half_positions(changes))
    assert len(of(lost, LONGITUDE)) == len(of(lost, LATITUDE)) - 3
    late = list(half_positions(changes, delay=1.0))
    assert len(late) == len(changes)
    measured = {round(change.measured, 3) for change in late if change.descriptor == LATITUDE}
    longitudes = [change for change in late if change.descriptor == LONGITUDE]
    assert {round(change.measured, 3) for change in longitudes} == measured
    assert sum(change.delay > 2 for change in longitudes) == 3


def test_a_recording_can_be_written_and_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recording = streamed(run(days.workday(BEV))[0])
    path = tmp_path / "stream.jsonl"
    broken = ["\n", "{\n", '{"time": "2026-03-01"}\n', '{"time": 5, "topic": "", "payload": 1}\n']
    path.write_text("".join([*lines(recording), *broken]))
    read = load(path)
    assert [message.payload for message in read] == [message.payload for message in recording]
    assert len(caplog.records) == 3
    car = CarDataCar(VIN, stream_file=path)
    path.write_text("".join(lines(recording)))
    assert list(car.stream()) == read


def test_times_are_shifted() -> None:
    changes = [Change(10, TRIP_END, timedelta(seconds=4), delay=5), Change(70, STATUS, "x")]
    later = START + timedelta(days=30)
    first, second = shifted(streamed(changes), later, speed=2.0, gcid="other")
    assert (first.time, second.time) == (later, later + timedelta(seconds=30))
    assert (first.topic, first.payload["entityId"]) == (f"other/{VIN}", "other")
    item = first.payload["data"][TRIP_END]
    assert item["timestamp"] == "2026-03-31T07:59:57.500Z"
    assert item["value"] == "31.03.2026 07:59:57 UTC"
    assert second.payload["timestamp"] == "2026-03-31T08:00:30.000Z"


@pytest.mark.parametrize(
    "payload",
    [None, "text", {}, {"data": 5}, {"data": {"x": None}}, {"timestamp": "never", "data": {}}],
)
def test_garbage_is_played_as_it_is(payload: Any) -> None:
    (message,) = shifted([StreamMessage(START, VIN, payload)], START)
    assert json.dumps(message.payload) == json.dumps(payload)
    assert message.topic.endswith(VIN)


async def test_playing_at_speed() -> None:
    published: list[tuple[str, Any]] = []
    slept: list[float] = []

    async def publish(vin: str, payload: Any) -> None:
        published.append((vin, payload))

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    changes = [Change(0, STATUS, "a"), Change(60, STATUS, "b"), Change(600, STATUS, "c")]
    now = START + timedelta(days=1)
    count = await play(streamed(changes), publish, speed=60, clock=lambda: now, sleep=sleep)
    assert count == 3
    assert slept == [pytest.approx(1, abs=0.1), pytest.approx(10, abs=0.1)]
    assert [vin for vin, _ in published] == [VIN] * 3
    assert published[2][1]["data"][STATUS]["timestamp"] == "2026-03-02T08:00:10.000Z"


async def test_playing_at_once_ends_now() -> None:
    published: list[Any] = []

    async def publish(_vin: str, payload: Any) -> None:
        published.append(payload)

    now = START + timedelta(days=1)
    recording = streamed(run(days.workday(PHEV))[0])
    assert await play(recording, publish, speed=math.inf, clock=lambda: now) == len(recording)
    assert published[-1]["timestamp"] == "2026-03-02T08:00:00.000Z"
    assert await play([], publish, speed=math.inf) == 0
