"""An unchanged answer costs no state write, a changed value one; a failure is logged once."""

from collections import Counter
from datetime import timedelta
import logging

from homeassistant.core import HomeAssistant
import pytest

from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import PETROL
from tests.replay import faults
from tests.replay.faults import Endpoint, Fault
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.writes import writes

POLL = timedelta(minutes=5, seconds=1)
HOUR = timedelta(hours=1)
EVERY = tuple(bundled())
VIN = load(bundled()["ix_xdrive50"])[0].vin


def ours(counted: Counter[str]) -> dict[str, int]:
    """Leave out pictures: Home Assistant itself changes their access tokens every five minutes."""
    return {name: count for name, count in counted.items() if not name.startswith("image.")}


def lasting(counted: dict[str, int]) -> dict[str, int]:
    """Leave out the ends that pass meanwhile: they are shown no longer."""
    return {name: count for name, count in counted.items() if not name.endswith("_end_time")}


@pytest.mark.parametrize("cars", [EVERY])
async def test_unchanged_poll_writes_nothing(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """Fifteen cars, four polls, not one write; climate runs count down but do not drift."""
    await set_up()
    sim.clear_calls()
    for _ in range(4):
        with writes(hass) as counted:
            await elapse(POLL)
        assert lasting(ours(counted)) == {}
    assert sum(call.endpoint is Endpoint.STATE for call in sim.calls) == 4 * len(EVERY)


async def test_newer_time_alone_moves_only_the_last_update(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """The car reported, and nothing but the time is new."""
    await set_up()
    sim.state(VIN)["state"].pop("climateControlState")
    sim.touch(VIN)
    await elapse(POLL)
    sim.touch(VIN)
    with writes(hass) as counted:
        await elapse(POLL)
    assert ours(counted) == {"sensor.ix_xdrive50_last_update": 1}


async def test_changed_value_writes_its_entity(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """One value that changed is one write."""
    await set_up()
    sim.state(VIN)["state"]["currentMileage"] += 12
    with writes(hass) as counted:
        await elapse(POLL)
    changed = ours(counted)
    assert changed.pop("event.ix_xdrive50_trip", 0) <= 1  # the journal sees a trip in it
    assert changed == {"sensor.ix_xdrive50_mileage": 1}


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_charging_end_stands_still(
    hass: HomeAssistant, sim: SimulatedMyBMW, set_up: SetUp, elapse: Elapse
) -> None:
    """While the car counts its minutes down, the time of the end is not written again."""
    electric = sim.state(VIN)["state"]["electricChargingState"]
    electric |= {"chargingStatus": "CHARGING", "remainingChargingMinutes": 90}
    sim.touch(VIN)
    await set_up()
    end = hass.states.get("sensor.ix_xdrive50_charging_end_time")
    assert end is not None
    for minutes in (86, 80, 75):
        electric["remainingChargingMinutes"] = minutes
        sim.touch(VIN)
        await elapse(timedelta(minutes=5))
        now = hass.states.get("sensor.ix_xdrive50_charging_end_time")
        assert now is end
    electric["remainingChargingMinutes"] = 30
    sim.touch(VIN)
    await elapse(timedelta(minutes=5))
    now = hass.states.get("sensor.ix_xdrive50_charging_end_time")
    assert now is not None
    assert now.state < end.state


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has reported without being asked for more."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.mybmw") and record.levelno >= logging.INFO
    ]


@pytest.mark.parametrize(
    ("fault", "words", "cause"),
    [
        (faults.quota("00:04:00"), "no more requests", "quota"),
        (faults.server_error(), "reported an error", "500"),
        (faults.no_network(), "cannot be reached", "ConnectError"),
    ],
)
async def test_failure_is_logged_once(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    words: str,
    cause: str,
) -> None:
    """Library 34, 36: however long it lasts; that it is over is reported once, too.

    The technical cause is in the debug log.
    """
    await set_up()
    caplog.clear()
    sim.fail(Endpoint.STATE, fault, times=None)
    for _ in range(4):
        await elapse(HOUR)
    assert sum(call.endpoint is Endpoint.STATE for call in sim.calls) > 2
    (failure,) = told(caplog)
    assert words in failure
    assert cause in caplog.text
    sim.heal()
    for _ in range(3):
        await elapse(HOUR)
    assert told(caplog) == [failure, "Fetching mybmw data recovered"]


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_single_car_is_logged_once(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One car cannot be read while the other can: both ends are reported, and no VIN."""
    await set_up()
    caplog.clear()
    sim.fail(Endpoint.STATE, faults.server_error(), None, PETROL.vin)
    for _ in range(4):
        await elapse(POLL)
    line = "320i cannot be read from mybmw: the request failed"
    assert told(caplog) == [line]
    sim.heal()
    for _ in range(2):
        await elapse(POLL)
    assert told(caplog) == [line, "320i can be read from mybmw again"]
    assert PETROL.vin not in "".join(told(caplog))


@pytest.mark.parametrize("cars", [("ix_xdrive50", "320i")])
async def test_single_car_beside_an_outage_is_logged_once(
    hass: HomeAssistant,
    sim: SimulatedMyBMW,
    set_up: SetUp,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its lines are not repeated because everything failed meanwhile."""
    await set_up()
    sim.fail(Endpoint.STATE, faults.server_error(), None, PETROL.vin)
    await elapse(POLL)
    caplog.clear()
    sim.heal()
    sim.fail(Endpoint.ANY, faults.no_network(), None)
    await elapse(POLL)
    sim.heal()
    sim.fail(Endpoint.STATE, faults.server_error(), None, PETROL.vin)
    await elapse(POLL)
    assert not [line for line in told(caplog) if line.startswith("320i")]
