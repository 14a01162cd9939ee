"""What BMW's charging history brings into the journal."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.attributes import CHARGED_THIS_MONTH
from custom_components.mybmw.client.core.records import How
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.cardata import I4
from tests.replay.cardata import SimulatedCarData

PERIOD = timedelta(minutes=17)


@pytest.fixture
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The options that a test asks for."""
    return getattr(request, "param", {})


async def test_all_charges_of_the_history(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, cardata: SimulatedCarData
) -> None:
    """More than an entity could hold become records, with the hours of BMW's blocks."""
    rows = cardata.cars[I4].charging_history
    ended = [row for row in rows if "endTime" in row]
    for number in range(40):
        start = round((NOON - timedelta(hours=3 + 6 * number)).timestamp())
        ended.append(
            {
                "startTime": start + 60,
                "endTime": start + 7200,
                "mileage": 30000,
                "energyConsumedFromPowerGridKwh": 11.5,
            }
        )
    rows[:] = ended
    await sends(wait=PERIOD)
    log = account.runtime_data.journals.cars[I4].log
    assert len(log.charges) >= 40
    assert {item.energy.how for item in log.charges.values() if item.energy} == {How.BMW}
    assert any(item.address for item in log.charges.values())
    journal = account.runtime_data.journals.cars[I4]
    local = dt_util.as_local(NOON).replace(day=1, hour=0)
    slots = (slot for item in log.charges.values() for slot in item.slots)
    charged = sum(slot.energy for slot in slots if slot.start >= local)
    assert journal.vehicle.value(CHARGED_THIS_MONTH) == pytest.approx(charged)
    last = hass.states.get("sensor.i4_edrive40_last_charge")
    assert last is not None
    assert float(last.state) == 11.5


@pytest.mark.parametrize("options", [{"track_position": False}], indirect=True)
async def test_no_places_without_positions(
    account: MockConfigEntry, sends: Sends, cardata: SimulatedCarData
) -> None:
    await sends(wait=PERIOD)
    log = account.runtime_data.journals.cars[I4].log
    assert log.charges
    assert {(item.address, item.place.zone, item.public) for item in log.charges.values()} == {
        (None, None, None)
    }
