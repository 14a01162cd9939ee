"""The action that reads more of BMW's charging history into the journal."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.records import Charge
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY
from tests.replay.cardata import SimulatedCarData

DAY = timedelta(days=1)
CHARGES = 130


@pytest.fixture(autouse=True)
def past(cardata: SimulatedCarData) -> None:
    """Let the car have been charged every fifth day, long before the journal began."""
    cardata.pages.size = 20
    rows = cardata.cars[I4].charging_history
    rows.clear()
    for number in range(CHARGES):
        start = round((NOON - (40 + 5 * number) * DAY).timestamp())
        rows.append(
            {
                "startTime": start,
                "endTime": start + 7200,
                "mileage": 30000 - 100 * number,
                "energyConsumedFromPowerGridKwh": 11.5,
            }
        )


async def imported(hass: HomeAssistant, **data: Any) -> Any:
    """Return the answer of the action."""
    return await act(hass, "import_charging_history", I4, **data)


def charges(entry: MockConfigEntry) -> dict[str, Charge]:
    found: dict[str, Charge] = entry.runtime_data.journals.cars[I4].log.charges
    return found


def begin(days: int) -> str:
    """Return the time so many days ago."""
    return (NOON - days * DAY).isoformat()


async def test_older_charges_become_records(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """The newest come first; the rest with an earlier end, and nothing twice."""
    await sends({SOC_KEY: 50})
    first = await imported(hass, start=begin(720))
    assert first["charges"] == first["calls_made"] * 20 == 100
    assert not first["complete"]
    assert len(charges(account)) == 100
    rest = await imported(hass, start=begin(720), end=begin(40 + 5 * 100 - 1))
    assert (rest["charges"], rest["calls_made"], rest["complete"]) == (30, 2, True)
    assert rest["calls_left"] == first["calls_left"] - 2
    assert len(charges(account)) == CHARGES
    before = dict(charges(account))
    await imported(hass, start=begin(100))
    assert charges(account) == before


async def test_too_few_calls_left(
    hass: HomeAssistant, account: MockConfigEntry, cardata: SimulatedCarData, sends: Sends
) -> None:
    """It is refused before any call if it could not be finished."""
    await sends({SOC_KEY: 50})
    while (await imported(hass, start=begin(50)))["calls_left"] >= 5:
        pass
    made = len(cardata.calls)
    with pytest.raises(ServiceValidationError, match="Only 4 requests are left for now"):
        await imported(hass, start=begin(50))
    assert len(cardata.calls) == made
    assert charges(account)


@pytest.mark.parametrize(
    "period",
    [
        pytest.param({"start": begin(-1)}, id="future"),
        pytest.param({"start": begin(10), "end": begin(20)}, id="backwards"),
    ],
)
async def test_no_such_period(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, period: dict[str, str]
) -> None:
    await sends({SOC_KEY: 50})
    with pytest.raises(ServiceValidationError, match="has to begin before it ends"):
        await imported(hass, **period)


async def test_no_history(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """A car that CarData does not have any more has no history."""
    await sends({SOC_KEY: 50})
    account.runtime_data.data.sources["cardata"].cars.clear()
    with pytest.raises(ServiceValidationError, match="only BMW CarData"):
        await imported(hass, start=begin(10))
