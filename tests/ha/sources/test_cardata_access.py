"""Cars that CarData may not read, and how cars that cannot be read for now are reported."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
import logging
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse
from tests.ha.support import state
from tests.ha.support.actions import refused
from tests.ha.support.cardata import I4, SECONDARY, entry_of, no_stream, recorded
from tests.replay.cardata import Endpoint, SimulatedCarData
from tests.replay.cardata.faults import error

ACCESS: Final = "sensor.bmw_int08_access"

type Start = Callable[[], Awaitable[MockConfigEntry]]


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """An account that is the main user of one car, and not of the other."""
    simulated = SimulatedCarData(recorded("i4_edrive40", "530d"), fresh=True)
    with simulated.router():
        yield simulated


@pytest.fixture
def start(hass: HomeAssistant, cardata: SimulatedCarData, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Set up the account without a stream."""
    no_stream(monkeypatch)

    async def run() -> MockConfigEntry:
        entry = entry_of(cardata)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    return run


def name(hass: HomeAssistant, entry: MockConfigEntry, vin: str) -> str | None:
    """Return what the device of a car is called."""
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)
    return None if found is None else found.name


def told_cars(hass: HomeAssistant, entry: MockConfigEntry) -> str | None:
    """Return the cars in the issue that they may not be read, None if there is no issue."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"not_allowed_{entry.entry_id}")
    return None if issue is None else (issue.translation_placeholders or {})["cars"]


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says about single cars."""
    lines = [item for item in caplog.records if item.name.startswith("custom_components.mybmw")]
    return [
        line.getMessage()
        for line in lines
        if line.levelno == logging.INFO and "be read from" in line.getMessage()
    ]


def allow(cardata: SimulatedCarData, vin: str, kind: str) -> None:
    """Make the account the main user of a car, or another one."""
    cardata.cars[vin].mapping["mappingType"] = kind


async def a_day(elapse: Elapse) -> None:
    """Let a day pass, in which the list of cars is read again."""
    for _ in range(26):
        await elapse(timedelta(hours=1))


async def test_secondary_user_is_notified(
    hass: HomeAssistant, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """Which car it is, why it shows nothing, and what to do."""
    caplog.set_level(logging.INFO)
    entry = await start()
    assert name(hass, entry, SECONDARY) == "BMW …PRINT08"
    assert name(hass, entry, I4) == "i4 eDrive40"
    entity = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{SECONDARY}-access")
    assert entity is not None
    assert state(hass, entity) == "secondary"
    other = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{I4}-access")
    assert other is not None
    assert hass.states.get(other) is None
    assert told_cars(hass, entry) == "BMW …PRINT08"
    assert told(caplog) == ["BMW cannot be read from cardata: the account may not read it"]
    assert "PRINT08" not in caplog.text.replace(entity, "")
    await hass.config_entries.async_remove(entry.entry_id)
    assert told_cars(hass, entry) is None


async def test_secondary_user_becomes_the_main_user(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    start: Start,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await start()
    caplog.clear()
    caplog.set_level(logging.INFO)
    diesel, (petrol,) = cardata.cars[SECONDARY], recorded("320i")
    diesel.basic_data, diesel.telematics = petrol.basic_data, petrol.telematics
    allow(cardata, SECONDARY, "PRIMARY")
    await a_day(elapse)
    assert told_cars(hass, entry) is None
    assert name(hass, entry, SECONDARY) == "320i"
    assert told(caplog) == ["320i can be read from cardata again"]


async def test_main_user_is_one_no_more(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    start: Start,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The car was handed on: what it said is not current any more, and *Access* is switched on."""
    entry = await start()
    soc = "sensor.i4_edrive40_remaining_battery_percent"
    registry = er.async_get(hass)
    entity = registry.async_get_entity_id("sensor", DOMAIN, f"{I4}-access")
    assert entity is not None
    known = registry.async_get(entity)
    assert known is not None
    assert known.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    caplog.clear()
    caplog.set_level(logging.INFO)
    allow(cardata, I4, "SECONDARY")
    await a_day(elapse)
    assert state(hass, soc) == "unavailable"
    assert told_cars(hass, entry) == "BMW …PRINT08, i4 eDrive40"
    known = registry.async_get(entity)
    assert known is not None
    assert known.disabled_by is None
    assert name(hass, entry, I4) == "i4 eDrive40"
    line = "i4 eDrive40 cannot be read from cardata: the account may not read it"
    assert line in told(caplog)
    caplog.clear()
    await a_day(elapse)
    assert told(caplog) == []
    allow(cardata, I4, "PRIMARY")
    await a_day(elapse)
    assert state(hass, soc) != "unavailable"
    assert told(caplog) == ["i4 eDrive40 can be read from cardata again"]


async def test_refused_car_is_shown_like_one_of_a_secondary_user(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    start: Start,
    elapse: Elapse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """BMW lists the account as the main user, and does not let it read; it is tried every day."""
    entry = await start()
    cardata.fail(Endpoint.TELEMATIC_DATA, error("CU-104"), None, I4)
    assert (await refused(hass, "refresh", I4))[0] == "not_allowed"
    assert told_cars(hass, entry) == "BMW …PRINT08, i4 eDrive40"
    assert state(hass, "sensor.i4_edrive40_mileage") == "unavailable"
    caplog.clear()
    caplog.set_level(logging.INFO)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state(hass, "sensor.i4_edrive40_mileage") == "unavailable"
    await a_day(elapse)
    caplog.clear()
    await a_day(elapse)
    assert state(hass, "sensor.i4_edrive40_mileage") == "unavailable"
    assert told(caplog) == []
    cardata.heal()
    await a_day(elapse)
    assert state(hass, "sensor.i4_edrive40_mileage") != "unavailable"
    assert told_cars(hass, entry) == "BMW …PRINT08"
