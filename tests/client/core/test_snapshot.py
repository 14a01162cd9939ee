"""Vehicles as JSON and back: the same after a restart, whatever happened to the file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.mybmw.client import (
    Vehicle,
    attributes as a,
    dump,
    encode,
    load,
    load_sources,
)
from custom_components.mybmw.client.core.values import LidState
from tests.client.support import recorded, replay
from tests.replay.fingerprints import bundled

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "nan", "12", "LOCKED", "2026-11-10", "2026-11-10T12:00:00", "07:30"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["latitude", "longitude", "time", "timers", "id", "type", "mode"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("folder", bundled())
async def test_round_trip(folder: str) -> None:
    """What was saved is there again, with its time and its source."""
    _, client = replay(recorded(folder))
    vehicle = await client.car()
    saved = json.loads(json.dumps(dump(vehicle)))
    again = Vehicle(vehicle.vin)
    changed = again.update(load(saved))
    alive = {item.attribute: item for item in vehicle if item.value is not None}
    assert {item.attribute: item for item in again} == alive
    assert changed == set(alive)
    assert vehicle.update(load(saved)) == set()
    assert again.update(vehicle) == set()


def test_assumed_units_are_saved() -> None:
    """A value that came without its unit may be in the other one after a restart too."""
    vehicle = Vehicle("WBA00000000000001")
    vehicle.update(
        [
            replace(a.MILEAGE.at(57_958, NOW), assumed=True),
            a.STATE_OF_CHARGE.at(50, NOW),
        ]
    )
    saved = json.loads(json.dumps(dump(vehicle)))
    assert [item.get("assumed") for item in saved] == [True, None]
    assert [item.assumed for item in load(saved)] == [True, False]
    for item in saved:
        item["assumed"] = "yes"
    assert [item.assumed for item in load(saved)] == [False, False]


def test_what_is_over_is_saved() -> None:
    """Nothing older comes back after a restart."""
    vehicle = Vehicle("WBA00000000000001")
    vehicle.update([a.LIDS["hood"].at(LidState.OPEN, NOW)])
    vehicle.update([a.LIDS["hood"].ended(NOW + timedelta(minutes=1))])
    again = Vehicle(vehicle.vin)
    readings = list(load(json.loads(json.dumps(dump(vehicle)))))
    assert again.update(readings) == set()
    again.add_ended(readings)
    assert a.LIDS["hood"] in again
    again.update([a.LIDS["hood"].at(LidState.OPEN, NOW)])
    assert again.value(a.LIDS["hood"]) is None


def test_sources_are_saved() -> None:
    """All that know a value are, which costs nothing if there is one."""
    vehicle = Vehicle("WBA00000000000001")
    vehicle.update([a.STATE_OF_CHARGE.at(50, NOW, "mybmw"), a.MILEAGE.at(9, NOW, "mybmw")])
    vehicle.update([a.STATE_OF_CHARGE.at(49, NOW - timedelta(minutes=1), "cardata")])
    saved = json.loads(json.dumps(dump(vehicle)))
    assert [item.get("sources") for item in saved] == [["cardata", "mybmw"], None]
    both, one = frozenset({"cardata", "mybmw"}), frozenset({"mybmw"})
    assert load_sources(saved) == {a.STATE_OF_CHARGE: both, a.MILEAGE: one}
    again = Vehicle(vehicle.vin)
    again.update(load(saved))
    again.add_sources(load_sources(saved))
    assert dump(again) == saved
    assert again.sources == {"cardata", "mybmw"}


@pytest.mark.parametrize("odd", [None, 5, "mybmw", {}, {"mybmw": 1}])
def test_odd_sources_are_those_of_the_reading(odd: object) -> None:
    """A file that is broken here still reports who was the last to know."""
    item = {"key": "mileage", "value": 9, "time": NOW.isoformat(), "source": "mybmw"}
    assert load_sources([item | {"sources": odd}]) == {a.MILEAGE: frozenset({"mybmw"})}
    for broken in ({"sources": odd}, {"key": [], "source": "mybmw"}, {"key": "none", "source": ""}):
        assert load_sources([broken]) == {}


def test_over_is_saved() -> None:
    """What is over stays over for a car that is still known."""
    vehicle = Vehicle("WBA00000000000001")
    later = NOW + timedelta(minutes=1)
    vehicle.update([a.CHARGING_END_TIME.at(later, NOW), a.CHARGING_END_TIME.ended(later)])
    (item,) = dump(vehicle)
    assert item == {
        "key": "fuel_and_battery.charging_end_time",
        "value": None,
        "time": "2026-11-10T12:01:00+00:00",
        "source": "",
    }
    (reading,) = load([item])
    assert reading == a.CHARGING_END_TIME.ended(later)


def test_future_is_skipped() -> None:
    """What a wrong clock saved would keep out all that is measured from now on."""
    now = datetime.now(UTC)
    soon, far = now + timedelta(hours=23), now + timedelta(hours=25)
    items = [good(time=soon.isoformat()), good(key="model", value="i4", time=far.isoformat())]
    assert [reading.attribute for reading in load(items)] == [a.MILEAGE]


def test_encode() -> None:
    assert encode(a.MILEAGE.at(5.0, NOW)) == 5.0
    assert encode(a.CLIMATE_ACTIVITY.ended(NOW)) is None


def good(**other: Any) -> dict[str, Any]:
    time = NOW.isoformat()
    return {"key": "mileage", "value": 12.0, "time": time, "source": "mybmw"} | other


@pytest.mark.parametrize(
    "item",
    [
        good(key="not_known_any_more"),
        good(key=None),
        good(key=[]),
        good(value="far"),
        good(value=[]),
        good(value={}),
        good(time="soon"),
        good(time=None),
        good(time=7),
        good(time="2026-11-10T12:00:00"),
        good(key="fuel_and_battery.charging_end_time", value="2026-11-10T12:00:00"),
        good(key="fuel_and_battery.charging_end_time", value="2026-11-10"),
        good(key="doors_and_windows.door_lock_state", value="AJAR"),
        good(key="vehicle_location.location", value={"latitude": 1}),
        good(key="vehicle_location.location", value=[1, 2]),
        good(key="tires.front_left", value="flat"),
        good(key="charging_profile", value={"timers": [{"id": "x"}]}),
        good(key="charging_profile", value=[]),
        good(key="commands", value=["fly"]),
        good(key="commands", value=7),
        {},
        {"key": "mileage"},
        None,
        7,
        "mileage",
        [],
    ],
)
def test_garbage_is_skipped(item: Any) -> None:
    """Only the broken reading is lost."""
    readings = list(load([good(), item, good(key="model", value="i4")]))
    assert [reading.attribute for reading in readings] == [a.MILEAGE, a.MODEL]


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.builds(
            good,
            key=st.sampled_from(sorted(a.ATTRIBUTES)) | JSON,
            value=JSON,
            time=st.just(NOW.isoformat()) | JSON,
        )
        | JSON,
        max_size=5,
    )
)
def test_any_garbage(saved: list[Any]) -> None:
    """Whatever stands in the file, a car can be made of it, updated and saved again."""
    vehicle = Vehicle("WBA00000000000001")
    readings = list(load(saved))
    vehicle.update(readings)
    later = NOW + timedelta(days=1)
    vehicle.update(replace(reading, time=later) for reading in readings)
    vehicle.update([a.CHARGING_END_TIME.at(NOW, later), a.MILEAGE.at(5.0, later)])
    json.dumps(dump(vehicle))
