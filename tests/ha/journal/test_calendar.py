"""The calendar while a car is driven or charged, and its details in the language of the owner."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.attributes import MILEAGE
from tests.ha.journal.conftest import MIDNIGHT, NOON, Sends
from tests.ha.journal.test_actions import CHARGE, SECOND
from tests.ha.journal.test_charger_meter import BEGINS
from tests.ha.journal.test_files import log_of
from tests.ha.support.cardata import I4, MILEAGE_KEY, SOC_KEY
from tests.replay.carstate import IGNITION, PLUG, STATUS

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")


class Calendar:
    """The calendar of the car."""

    def __init__(self, hass: HomeAssistant, account: MockConfigEntry) -> None:
        self._hass = hass
        self.account = account

    @property
    def entity(self) -> str:
        registry = er.async_get(self._hass)
        found = registry.async_get_entity_id("calendar", "mybmw", f"{I4}-journal")
        assert found is not None
        return found

    @property
    def state(self) -> Any:
        return self._hass.states.get(self.entity)

    @property
    def closed(self) -> set[str]:
        """The ids of what is in the files."""
        return {item.id for item in log_of(self.account).every}

    async def events(self) -> list[dict[str, Any]]:
        """Return the events of two days."""
        start = MIDNIGHT - timedelta(days=1)
        span = {"start_date_time": start.isoformat(), "duration": {"hours": 48}}
        answer: Any = await self._hass.services.async_call(
            "calendar",
            "get_events",
            {"entity_id": self.entity, **span},
            blocking=True,
            return_response=True,
        )
        found: list[dict[str, Any]] = answer[self.entity]["events"]
        return found


@pytest.fixture
async def calendar(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> Calendar:
    """The calendar of a car that was driven and charged before."""
    log_of(account).put(CHARGE)
    log_of(account).put(SECOND)
    await sends({PLUG: "DISCONNECTED", STATUS: "NOCHARGING", SOC_KEY: 41}, 15 * MINUTE)
    return Calendar(hass, account)


async def test_driving(calendar: Calendar, sends: Sends) -> None:
    """A trip is there while it goes on, up to now, and once afterwards."""
    before, closed = len(await calendar.events()), calendar.closed
    odometer = calendar.account.runtime_data.vehicles[I4].value(MILEAGE)
    assert calendar.state.state == "off"
    await sends({IGNITION: "ASN_isTrue"}, 4 * MINUTE)
    await sends({MILEAGE_KEY: odometer + 4}, 4 * MINUTE)
    assert calendar.state.state == "on"
    await sends({MILEAGE_KEY: odometer + 12}, 5 * MINUTE)
    *_, trip = await calendar.events()
    assert trip["summary"] == "12 km"
    assert datetime.fromisoformat(trip["end"]) == NOON + 28 * MINUTE
    assert calendar.closed == closed
    await sends({MILEAGE_KEY: odometer + 14}, 4 * MINUTE)
    assert calendar.state.attributes["message"] == "14 km"
    await sends({IGNITION: "ASN_isFalse"}, 20 * MINUTE)
    assert calendar.state.state == "off"
    events = await calendar.events()
    assert len(events) == before + 1
    assert events[-1]["summary"] == "14 km"


async def test_charging(calendar: Calendar, sends: Sends) -> None:
    """So is a charge; it is over for now in a pause, and its energy grows with it."""
    before, closed = len(await calendar.events()), calendar.closed
    await sends(BEGINS, MINUTE)
    assert calendar.state.state == "on"
    await sends({SOC_KEY: 45}, 15 * MINUTE)
    assert calendar.state.attributes["message"].endswith(" kWh")
    *_, charge = await calendar.events()
    assert charge["summary"].endswith(" kWh")
    assert calendar.closed == closed
    await sends({STATUS: "CHARGINGPAUSED"}, 5 * MINUTE)
    assert calendar.state.state == "off"
    await sends({PLUG: "DISCONNECTED", STATUS: "NOCHARGING"}, 20 * MINUTE)
    assert calendar.state.state == "off"
    assert len(await calendar.events()) == before + 1


@pytest.mark.parametrize(
    ("language", "energy", "kind"),
    [
        pytest.param("en", "Energy in kWh: 12", "Kind: AC", id="English"),
        pytest.param("de", "Energie in kWh: 12", "Art: AC", id="German"),
    ],
)
async def test_details(
    hass: HomeAssistant, calendar: Calendar, language: str, energy: str, kind: str
) -> None:
    """What is known of a record is in its description; what is not is left out."""
    await hass.config.async_update(language=language)
    await hass.config_entries.async_reload(calendar.account.entry_id)
    await hass.async_block_till_done()
    trip = next(item for item in await calendar.events() if item["summary"] == "60 km")
    assert energy in trip["description"].splitlines()
    charge = next(item for item in await calendar.events() if item["summary"] == "16.0 kWh")
    assert kind in charge["description"].splitlines()
    assert "None" not in trip["description"] + charge["description"]
