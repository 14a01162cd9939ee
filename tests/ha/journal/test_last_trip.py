"""The sensor of the last trip."""

from datetime import timedelta

from homeassistant.core import HomeAssistant

from tests.ha.journal.conftest import Sends
from tests.replay.carstate import ODOMETER


async def test_no_noise_in_tenths(hass: HomeAssistant, sends: Sends) -> None:
    """Differences of an odometer with tenths, or in miles, have as many digits as were measured."""
    await sends({ODOMETER: 31_450})
    await sends({ODOMETER: 31_452.2}, wait=timedelta(minutes=40))
    state = hass.states.get("sensor.i4_edrive40_last_trip")
    assert state is not None
    assert state.state == "2.2"
