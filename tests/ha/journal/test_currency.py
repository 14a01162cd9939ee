"""The currency of prices: kept with them, whatever becomes of that of Home Assistant."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.data_entry_flow import FlowManagerIndexView
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.records import Money
from custom_components.mybmw.journal.price_history import PriceHistory
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.journal.test_costs import ENTITY, FIXED, MONTH, QUARTER, charge, charged
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY, entry_of
from tests.ha.support.flow_steps import open_settings
from tests.replay.cardata import SimulatedCarData

BEFORE = charge(NOON - timedelta(hours=3), [2.0, 2.0])
AFTER = charge(NOON - timedelta(hours=1), [1.0])


@pytest.fixture(autouse=True)
def _euro(hass: HomeAssistant) -> None:
    hass.config.currency = "EUR"


@pytest.fixture
def prices() -> dict[str, Any]:
    """The prices in the options."""
    return {}


@pytest.fixture
def options(prices: dict[str, Any]) -> dict[str, Any]:
    """The options of the account."""
    return {"journal": {"keep": True, "join_stops": 5, **prices}}


NIGHT = {"start": "22:00:00", "end": "06:00:00", "price": 0.2}
DAMAGED: dict[str, Any] = {
    "currency": 5,
    "tariff": ["fixed"],
    "price": "much",
    "price_periods": [{**NIGHT, "end": "24:61"}],
    "price_entity": 7,
    "public_ac_price": True,
    "public_fee": -1,
    "place_prices": [{"zone": "zone.work"}],
    "fuel_price": "1.80",
    "fuel_price_entity": 7,
    "keep_records": 12,
    "work_zone": 7,
    "statistics": "no",
    "charger_power": 7,
}


class Form:
    """The form of the options, as a user fills it in."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self._flows = hass.config_entries.options
        self._hass = hass
        self._entry = entry
        self.shown: Any = None

    async def open(self) -> None:
        """Show the form."""
        self.shown = await open_settings(self._hass, self._entry)

    async def submit(self, **prices: Any) -> None:
        """Submit it with these prices."""
        given = {
            "track_position": True,
            "journal": {"keep": True, "join_stops": 5, **prices},
            "cardata": {"places": True, "sessions": True, "tyres": True},
            "stream": {"stream": "off", "port": 1883, "tls": False, "prefix": "bmw"},
        }
        self.shown = await self._flows.async_configure(self.shown["flow_id"], given)
        await self._hass.async_block_till_done(wait_background_tasks=True)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the section as a browser gets them."""
        sent: Any = FlowManagerIndexView(self._flows)._prepare_result_json(self.shown)
        (section,) = (item for item in sent["data_schema"] if item["name"] == "journal")
        return {item["name"]: item for item in section["schema"]}

    @property
    def units(self) -> set[str]:
        """The units of the prices."""
        numbers = [item["selector"].get("number", {}) for item in self.fields.values()]
        return {item.get("unit_of_measurement", "min") for item in numbers} - {"min"}


def amounts(charges: Any) -> list[Money]:
    return [item.cost for item in charges.values()]


def shown(hass: HomeAssistant) -> tuple[float, str]:
    state = hass.states.get(MONTH)
    assert state is not None
    return round(float(state.state), 2), state.attributes["unit_of_measurement"]


async def test_another_currency_of_home_assistant(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """Prices in euros stay in euros, in the form, the sums, new costs and corrections."""
    form = Form(hass, account)
    await form.open()
    assert form.units == {"EUR", "EUR/kWh", "EUR/L"}
    await form.submit(**FIXED)
    assert account.options["journal"]["currency"] == "EUR"
    await charged(account, sends, BEFORE)
    assert shown(hass) == (1.2, "EUR")
    await hass.config.async_update(currency="CHF")
    found = await charged(account, sends, AFTER)
    assert {cost.currency for cost in amounts(found)} == {"EUR"}
    assert shown(hass) == (1.5, "EUR")
    await form.open()
    assert form.units == {"EUR", "EUR/kWh", "EUR/L"}
    answer = await act(hass, "set_charge", I4, cost=5)
    assert (answer["charge"]["cost"], answer["charge"]["currency"]) == (5, "EUR")
    assert await hass.config_entries.async_reload(account.entry_id)
    await sends({SOC_KEY: 52})
    assert shown(hass) == (6.2, "EUR")


async def test_without_prices(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """As long as there is no price, the form offers the currency of Home Assistant."""
    form = Form(hass, account)
    await form.open()
    await form.submit()
    assert "currency" not in account.options["journal"]
    await hass.config.async_update(currency="SEK")
    await form.open()
    assert form.units == {"SEK", "SEK/kWh", "SEK/L"}


async def test_another_currency_of_prices(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends
) -> None:
    """The form shows prices once more in a new currency; what was paid stays as it was."""
    form = Form(hass, account)
    await form.open()
    await form.submit(**FIXED)
    await charged(account, sends, BEFORE)
    await form.open()
    await form.submit(currency="CHF", **FIXED)
    assert form.shown["errors"] == {"base": "currency_changed"}
    assert form.units == {"CHF", "CHF/kWh", "CHF/L"}
    assert account.options["journal"]["currency"] == "EUR"
    await form.submit(currency="CHF", tariff="fixed", price=0.28)
    assert form.shown["type"] is FlowResultType.CREATE_ENTRY
    found = await charged(account, sends, AFTER)
    await sends({SOC_KEY: 51})
    assert [(round(item.amount, 4), item.currency) for item in amounts(found)] == [
        (1.2, "EUR"),
        (0.28, "CHF"),
    ]
    assert shown(hass) == (0.28, "CHF")


async def test_wrong_currency(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """The unit of the entity has to be in the currency of the prices, which has to exist."""
    hass.states.async_set(ENTITY, "0.3", {"unit_of_measurement": "EUR/kWh"})
    form = Form(hass, account)
    await form.open()
    with pytest.raises(InvalidData):
        await form.submit(currency="XYZ")
    dynamic = {"tariff": "entity", "price_entity": ENTITY}
    await form.submit(currency="CHF", **dynamic)
    assert form.shown["errors"] == {"base": "price_entity_unit"}
    hass.states.async_set(ENTITY, "0.3", {"unit_of_measurement": "CHF/MWh"})
    await form.submit(currency="CHF", **dynamic)
    assert form.shown["errors"] == {"base": "currency_changed"}
    await form.submit(currency="CHF", **dynamic)
    assert form.shown["type"] is FlowResultType.CREATE_ENTRY
    assert account.options["journal"]["currency"] == "CHF"


async def test_saved_prices_of_another_currency(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Prices that were followed in one currency are none in another."""
    hass.states.async_set(ENTITY, "0.3", {"unit_of_measurement": "EUR/kWh"})
    first = PriceHistory(hass, "entry", ENTITY, "EUR", lambda: None)
    await first.async_start()
    freezer.move_to(NOON + 4 * QUARTER)
    await first.async_save()
    first.close()
    second = PriceHistory(hass, "entry", ENTITY, "CHF", lambda: None)
    await second.async_start()
    assert [second.at(NOON + number * QUARTER) for number in range(6)] == [None] * 6
    second.close()


@pytest.mark.parametrize("name", DAMAGED)
async def test_damaged_prices(hass: HomeAssistant, cardata: SimulatedCarData, name: str) -> None:
    """Damaged prices stop the set-up with a reason, and can be saved again."""
    entry = entry_of(cardata, journal={**FIXED, name: DAMAGED[name]})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.error_reason_translation_key == "damaged_options"
    form = Form(hass, entry)
    await form.open()
    await form.submit(**FIXED)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    "prices",
    [
        {"tariff": "time_of_use", "price_periods": [NIGHT, {**NIGHT, "days": ["monday"]}]},
        {"place_prices": [{"zone": "zone.work", "price": 0}, {"zone": "zone.b", "price": -0.1}]},
    ],
    ids=["times", "zones"],
)
async def test_saved_prices(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """What the form saves is valid after a restart."""
    assert account.state is ConfigEntryState.LOADED
