"""What the tests of bad days share."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntry
import httpx
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.const import DOMAIN
from tests.replay.faults import Endpoint, Fault
from tests.replay.fingerprints import RecordedCar, bundled, load
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.wire import Inbound

POLL: Final = timedelta(minutes=5, seconds=1)
LISTING: Final = timedelta(hours=6, minutes=1)
IX: Final[RecordedCar] = load(bundled()["ix_xdrive50"])[0]
PETROL: Final[RecordedCar] = load(bundled()["320i"])[0]
SOC: Final = "sensor.ix_xdrive50_remaining_battery_percent"
MILEAGE: Final = "sensor.ix_xdrive50_mileage"
OTHER_MILEAGE: Final = "sensor.320i_mileage"
LOCK: Final = "lock.ix_xdrive50_lock"
TRACKER: Final = "device_tracker.ix_xdrive50"
PICTURE: Final = "image.ix_xdrive50_front_side_view"
QUIET: Final = 20
"""After how many idle rounds nothing is expected to happen any more."""


def state(hass: HomeAssistant, entity: str) -> str:
    """Return a state."""
    found = hass.states.get(entity)
    assert found is not None, entity
    return found.state


def device(hass: HomeAssistant, entry: MockConfigEntry, car: RecordedCar) -> DeviceEntry | None:
    """Return the device of a car."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, car.vin), entry.entry_id)


def flows(hass: HomeAssistant) -> list[str]:
    """Return why there are flows that wait for the user."""
    return [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()]


def asked(sim: SimulatedMyBMW, endpoint: Endpoint) -> int:
    """Return how often something was asked for."""
    return sum(call.endpoint is endpoint for call in sim.calls)


def charge(sim: SimulatedMyBMW, percent: int) -> None:
    """Let the electric car report another state of charge."""
    sim.state(IX.vin)["state"]["electricChargingState"]["chargingLevelPercent"] = percent
    sim.touch(IX.vin)


def change_list(sim: SimulatedMyBMW, brand: str, fault: Fault) -> Callable[[], None]:
    """Answer the list of one brand in another way, until what is returned is called."""
    usual = sim._handlers[Endpoint.VEHICLES]

    def handler(inbound: Inbound) -> httpx.Response:
        return fault(inbound.request) if inbound.brand == brand else usual(inbound)

    def restore() -> None:
        sim._handlers[Endpoint.VEHICLES] = usual

    sim._handlers[Endpoint.VEHICLES] = handler
    return restore


async def settle(hass: HomeAssistant) -> None:
    """Wait for tasks, threads and set-ups that need no time to pass, but not for endless tasks."""
    quiet = 0
    while quiet < QUIET:
        await hass.async_block_till_done()
        quiet = 0 if _busy(hass) else quiet + 1


def _busy(hass: HomeAssistant) -> bool:
    """Return whether a thread works, or an entry is set up, which may import in a thread."""
    jobs = (job for job in hass._background_tasks if not isinstance(job, asyncio.Task))
    entries = hass.config_entries.async_entries()
    return any(not job.done() for job in jobs) or any(
        entry.state is ConfigEntryState.SETUP_IN_PROGRESS for entry in entries
    )
