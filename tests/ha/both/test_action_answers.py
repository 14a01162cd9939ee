"""The actions that report what is known of a car: exact values in plain JSON, and no call."""

from datetime import datetime, timedelta
import json
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import mybmw
from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX
from tests.ha.support.actions import act, refused
from tests.ha.support.cardata import counted, push, say
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

pytestmark = pytest.mark.usefixtures("silence")

TRIP: Final = "vehicle.trip.segment"
FRONT: Final = {
    "dimension": "275/40 R22 107Y",
    "distance_left": 9800.0,
    "manufactured": "2025-02-17",
    "manufacturer": "Bridgestone",
    "mounted": "2025-04-16",
    "pressure": 248.0,
    "season": "summer",
    "target_pressure": 250.0,
    "tread": "Alenza 001",
    "wear": "green",
}


@pytest.fixture(autouse=True)
def _few_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions need no entities."""
    monkeypatch.setattr(mybmw, "PLATFORMS", ())


async def test_what_cardata_knows(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    cardata: SimulatedCarData,
    set_up: SetUp,
    elapse: Elapse,
) -> None:
    """Charges, places and tyres, in the units that the actions promise, without a call."""
    await set_up()
    await elapse(timedelta(hours=1))
    now = dt_util.utcnow().isoformat()
    await elapse(timedelta(seconds=3))
    sim.clear_calls()
    before = counted(cardata)
    charging = await act(hass, "get_charging_sessions")
    tires = (await act(hass, "get_tires"))["tires"]
    assert (sim.calls, counted(cardata)) == ([], before)
    latest = charging["sessions"][0]
    start, end = (datetime.fromisoformat(latest.pop(key)) for key in ("start", "end"))
    assert end - start == timedelta(hours=3, minutes=45)
    assert (
        latest.items()
        >= {
            "energy": 57.2,
            "start_soc": 41.0,
            "end_soc": 90.0,
            "mileage": 58214.0,
            "place": "Aankomstpassage 1, 1118 AX Schiphol",
        }.items()
    )
    assert len(charging["sessions"]) == 5
    assert charging["charged_this_month"] == 233.1
    assert charging["places"][0] == {
        "position": {"latitude": 52.309456, "longitude": 4.762284},
        "mode": "immediate_charging",
        "current_limit": 16.0,
        "visits": 148,
    }
    assert charging["time"] == now
    assert tires["front_left"] == {**FRONT, "time": now}
    assert {wheel: tire["wear"] for wheel, tire in tires.items()} == {
        "front_left": "green",
        "front_right": "green",
        "rear_left": "yellow",
        "rear_right": "yellow",
    }
    assert json.loads(json.dumps([charging, tires])) == [charging, tires]


async def test_last_trip(
    hass: HomeAssistant, cardata: SimulatedCarData, entry: MockConfigEntry, set_up: SetUp
) -> None:
    """Each value has its name in the language of Home Assistant, its unit and its time."""
    hass.config.language = "de"
    await set_up()
    before = counted(cardata)
    distance = f"{TRIP}.end.travelledDistance"
    message = say(IX.vin, {distance: 58290, f"{TRIP}.end.time": "2026-11-05T07:00:00Z"})
    push(entry, message)
    (trip,) = (await act(hass, "get_trips"))["trips"]
    assert counted(cardata) == before
    assert trip["end"] == "2026-11-05T07:00:00+00:00"
    assert all(key.startswith(f"{TRIP}.") for key in trip["values"])
    assert len(trip["values"]) == 10
    measured = datetime.fromisoformat(message["timestamp"])
    assert trip["values"][distance] == {
        "name": "Kilometerstand am Fahrtende",
        "value": 58290.0,
        "unit": "km",
        "time": measured.isoformat(),
    }
    assert trip["values"][f"{TRIP}.end.time"]["unit"] is None


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_what_was_never_reported(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The MyBMW app API reports no charges and trips, and not everything of tyres."""
    await set_up()
    for action in ("get_charging_sessions", "get_trips"):
        key, text = await refused(hass, action)
        assert key == "nothing_known"
        assert text.endswith("iX xDrive50")
    front = (await act(hass, "get_tires"))["tires"]["front_left"]
    assert (front["pressure"], front["wear"], front["distance_left"]) == (248.0, None, None)


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_car_that_reports_no_tires(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp
) -> None:
    """Wheels that nothing is known of are left out; without any there is an error."""
    tires = sim.state(IX.vin)["state"]["tireState"]
    del tires["rearLeft"], tires["rearRight"]
    await set_up()
    found = await act(hass, "get_tires")
    assert found["tires"].keys() == {"front_left", "front_right"}


@pytest.mark.parametrize("kind", ["mybmw"])
async def test_car_without_tires(hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp) -> None:
    """A car that reports nothing of its wheels gives a clear error."""
    del sim.state(IX.vin)["state"]["tireState"]
    await set_up()
    assert (await refused(hass, "get_tires"))[0] == "nothing_known"
