"""What is predicted of a car that falls silent while it charges is corrected by a request."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.cardata import CardataSource, source as cardata_source
from tests.client.support.cardata import FakeStream
from tests.client.support.cardata_days import CARS
from tests.ha.journal.conftest import Sends
from tests.ha.support import state
from tests.ha.support.cardata import I4, SOC_KEY, poller, recorded, say
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import PLUG, POWER, STATUS, TARGET

PREDICTED = "sensor.i4_edrive40_predicted_state_of_charge"
MINUTE = timedelta(minutes=1)
PARKED: dict[str, Any] = {PLUG: "DISCONNECTED", STATUS: "NOCHARGING", SOC_KEY: 40, TARGET: 100}
CHARGES = {PLUG: "CONNECTED", STATUS: "CHARGINGACTIVE", SOC_KEY: 40, POWER: 7_000}


@pytest.fixture
def cardata(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedCarData]:
    """The service with so many cars that each is read seldom; none of them charges."""
    monkeypatch.setattr(cardata_source, "Stream", FakeStream)
    simulated = SimulatedCarData(recorded(*CARS), fresh=True)
    for vin, one in simulated.cars.items():
        one.receive(say(vin, PARKED))
    with simulated.router():
        yield simulated


def send(entry: MockConfigEntry, values: dict[str, Any]) -> None:
    """Let the car send values by the stream."""
    source = poller(entry).source
    assert isinstance(source, CardataSource)
    assert isinstance(source._stream, FakeStream)
    source._stream.receive(f"gcid/{I4}", orjson.dumps(say(I4, values)))


async def test_correction(
    hass: HomeAssistant, account: MockConfigEntry, cardata: SimulatedCarData, sends: Sends
) -> None:
    """The charger gives less than at first: that is known an hour and a half later at most."""
    await sends(None, MINUTE)
    cardata.cars[I4].receive(say(I4, CHARGES))
    send(account, CHARGES)
    await sends(None, 60 * MINUTE)
    wrong = float(state(hass, PREDICTED))
    assert wrong > 47
    cardata.cars[I4].receive(say(I4, {SOC_KEY: 42}))
    await sends(None, 30 * MINUTE)
    shown = hass.states.get(PREDICTED)
    assert shown is not None
    assert 42 < float(shown.state) <= 45.5 < wrong
    assert shown.attributes["since"] == "2026-11-10T13:01:00+00:00"
