"""One car in the app API and in the legacy ConnectedDrive API: who gets which command."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.ha.conftest import Elapse, account
from tests.ha.sources.test_connecteddrive import CONVERTIBLE, I3, LOGIN, command, entity_of, state
from tests.replay import faults
from tests.replay.connecteddrive import BUNDLED, Endpoint, SimulatedConnectedDrive, load
from tests.replay.connecteddrive.service import HOST
from tests.replay.faults import Endpoint as AppEndpoint
from tests.replay.fingerprints import bundled, load as load_app_cars
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.serving import router_of
from tests.replay.wire import HOSTS


@dataclass(frozen=True, slots=True)
class Both:
    """The two services, and the car that both have."""

    app: SimulatedMyBMW
    legacy: SimulatedConnectedDrive
    vin: str

    def commands(self) -> tuple[int, int]:
        """Return how many commands each got since the last time."""
        app = [call for call in self.app.calls if call.endpoint is AppEndpoint.COMMAND]
        legacy = [call for call in self.legacy.calls if call.endpoint is Endpoint.EXECUTE]
        self.app.calls.clear()
        self.legacy.calls.clear()
        return len(app), len(legacy)


@pytest.fixture
def both() -> Iterator[Both]:
    [recorded] = load_app_cars(bundled()["ix_xdrive50"])
    app = SimulatedMyBMW([recorded])
    cars = {car.vin: car for car in load(BUNDLED).cars}
    shared = cars[I3].copy()
    shared.vin = shared.entry["vin"] = shared.status["vin"] = recorded.vin
    legacy = SimulatedConnectedDrive([shared, cars[CONVERTIBLE]])

    def handle(request: Any) -> Any:
        return legacy.handle(request) if request.url.host == HOST else app.handle(request)

    with router_of(handle, frozenset({*HOSTS, HOST})):
        yield Both(app, legacy, recorded.vin)


@pytest.fixture
async def entry(hass: HomeAssistant, both: Both) -> MockConfigEntry:
    """Set up an account with both sources."""
    sources = {"mybmw": account(both.app.issue_tokens()), "connecteddrive": LOGIN}
    made = MockConfigEntry(domain=DOMAIN, title="Both", data={"sources": sources})
    made.add_to_hass(hass)
    await hass.config_entries.async_setup(made.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return made


async def test_first_source_that_can(
    hass: HomeAssistant, both: Both, entry: MockConfigEntry, elapse: Elapse
) -> None:
    """The app is asked first; while it refuses, the other API is, and then the app again."""
    lock = entity_of(hass, "lock", "lock", both.vin)
    await command(hass, "lock.lock", lock)
    assert both.commands() == (1, 0)
    both.app.fail(AppEndpoint.ANY, faults.blocked())
    await elapse(timedelta(minutes=6))
    assert state(hass, "lock", "lock", both.vin) != "unavailable"
    await command(hass, "lock.unlock", lock)
    assert both.commands() == (0, 1)
    assert state(hass, "lock", "lock", both.vin) == "unlocked"
    both.app.heal()
    await elapse(timedelta(hours=6, minutes=1))
    await command(hass, "lock.lock", lock)
    assert both.commands() == (1, 0)


async def test_none_can(
    hass: HomeAssistant, both: Both, entry: MockConfigEntry, elapse: Elapse
) -> None:
    """The error is that of the first source."""
    lock = entity_of(hass, "lock", "lock", both.vin)
    both.app.fail(AppEndpoint.ANY, faults.blocked())
    both.legacy.fail(Endpoint.ANY, 503, times=None)
    with pytest.raises(HomeAssistantError) as refused:
        await command(hass, "lock.lock", lock)
    assert refused.value.translation_key == "blocked"


async def test_poll_leaves_commands_of_others(
    hass: HomeAssistant, both: Both, entry: MockConfigEntry
) -> None:
    """A poll of either source keeps what the other one can do, and a lost flag takes its own."""
    garage = entry.runtime_data.data
    vehicle = garage.vehicles[both.vin]
    before = garage.commands(vehicle)
    assert {"send_message", "climate_stop"} <= before
    for poller in entry.runtime_data.pollers.values():
        await poller.async_refresh()
        assert garage.commands(vehicle) == before
    both.legacy.cars[both.vin].entry["sendPoi"] = "NOT_SUPPORTED"
    await entry.runtime_data.pollers["connecteddrive"].async_refresh()
    assert before - garage.commands(vehicle) == {"send_message"}


async def test_one_source_goes_down(
    hass: HomeAssistant, both: Both, entry: MockConfigEntry, elapse: Elapse
) -> None:
    """Only entities of the source that fails become unavailable; the car of both stays."""
    both.legacy.fail(Endpoint.ANY, 410, times=None)
    await elapse(timedelta(minutes=6))
    assert state(hass, "sensor", "mileage", CONVERTIBLE) == "unavailable"
    assert state(hass, "notify", "send_message", both.vin) == "unavailable"
    assert state(hass, "sensor", "last_trip.distance", both.vin) == "unavailable"
    assert state(hass, "sensor", "mileage", both.vin) != "unavailable"
    assert state(hass, "lock", "lock", both.vin) != "unavailable"
    both.commands()
    await command(hass, "lock.lock", entity_of(hass, "lock", "lock", both.vin))
    assert both.commands() == (1, 0)
