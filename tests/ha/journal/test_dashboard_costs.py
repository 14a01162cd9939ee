"""The costs of a day of charging, beside those of the Energy dashboard for the same sensors."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder import Recorder
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import (
    async_track_point_in_utc_time,
    async_track_state_change_event,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.journal.conftest import MIDNIGHT, Live
from tests.ha.support import state
from tests.ha.support.cardata import I4
from tests.replay.cardata import StreamMessage

ENERGY = "sensor.i4_edrive40_energy_charged_at_home"
COST = f"{ENERGY}_cost"
TODAY = "sensor.i4_edrive40_charging_cost_today"
RUNNING = "sensor.i4_edrive40_cost_of_the_running_charge"
PRICE = "sensor.price"
FIXED = {"tariff": "fixed", "price": 0.3}
DYNAMIC = {"tariff": "entity", "price_entity": PRICE}
CHANGES = {19: 0.2, 20: 0.35, 21: -0.05}
"""The price at home changes at these hours in UTC."""

EVENING = MIDNIGHT + timedelta(hours=16.5)
LAG = 11 / 6 + 0.5
"""So many kWh the sensor may be late: the car sends every ten minutes, and it grows in steps."""

pytestmark = pytest.mark.usefixtures("at_home", "entity_registry_enabled_by_default")


@pytest.fixture
def prices() -> dict[str, Any]:
    """The prices in the options."""
    return FIXED


@pytest.fixture
def options(prices: dict[str, Any]) -> dict[str, Any]:
    """The options of the account."""
    return {"journal": {"keep": True, "join_stops": 5, "currency": "EUR", **prices}}


@pytest.fixture(autouse=True)
def _prices(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let an entity have the price of a kWh, which changes in the evening."""
    freezer.move_to(EVENING)
    hass.config.currency = "EUR"

    def show(price: float) -> None:
        attributes = {"unit_of_measurement": "EUR/kWh"}
        hass.states.async_set(PRICE, str(price), attributes)

    @callback
    def change(now: datetime) -> None:
        show(CHANGES[now.hour])

    show(0.3)
    for hour in CHANGES:
        async_track_point_in_utc_time(hass, change, MIDNIGHT + timedelta(hours=hour))


async def dashboard(hass: HomeAssistant, **price: Any) -> None:
    """Let the Energy dashboard add up what the energy at home costs."""
    assert await async_setup_component(hass, "energy", {})
    manager = await async_get_manager(hass)
    source: Any = {
        "type": "grid",
        "stat_energy_from": ENERGY,
        "stat_energy_to": None,
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0,
        **price,
    }
    await manager.async_update({"energy_sources": [source], "device_consumption": []})
    await hass.async_block_till_done()


async def test_fixed_price(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    account: MockConfigEntry,
    day: list[StreamMessage],
    live: Live,
) -> None:
    """With one price both agree to the cent, also after the charge was amended."""
    await dashboard(hass, number_energy_price=0.3)
    running: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        assert event.data["new_state"] is not None
        running.append(event.data["new_state"].state)

    async_track_state_change_event(hass, [RUNNING], note)
    await live(message for message in day if message.time > EVENING)
    energy = float(state(hass, ENERGY))
    assert energy > 5
    assert float(state(hass, COST)) == pytest.approx(0.3 * energy, abs=0.005)
    assert float(state(hass, TODAY)) == pytest.approx(0.3 * energy, abs=0.005)
    assert running[-1] == "unknown"
    costs = [float(each) for each in running if each != "unknown"]
    assert costs == sorted(costs)
    assert costs[0] < 1 < costs[-1] <= float(state(hass, TODAY)) + 0.3


@pytest.mark.parametrize("prices", [DYNAMIC], ids=["entity"])
async def test_price_of_an_entity(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    account: MockConfigEntry,
    day: list[StreamMessage],
    live: Live,
) -> None:
    """The dashboard takes the price when the sensor grows, the journal when the energy flowed."""
    await dashboard(hass, entity_energy_price=PRICE)
    await live(message for message in day if message.time > EVENING)
    charges = account.runtime_data.journals.cars[I4].log.charges
    item = charges[max(charges)]
    table = {18: 0.3, **CHANGES}
    exact = sum(slot.energy * table[slot.start.hour] for slot in item.slots)
    assert float(state(hass, TODAY)) == pytest.approx(exact, abs=0.005)
    steps = sum(abs(one - other) for one, other in pairwise(table.values()))
    assert float(state(hass, COST)) == pytest.approx(exact, abs=LAG * steps)
    assert float(state(hass, COST)) != pytest.approx(exact, abs=0.1)
