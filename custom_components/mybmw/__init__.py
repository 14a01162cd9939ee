"""The MyBMW integration, for cars of BMW, MINI, Rolls-Royce and Toyota."""

from datetime import timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
    HomeAssistantError,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry, DeviceEntryType
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .bridge import async_deliver_card, async_set_up_bridge
from .client import AnyAttribute, Policy, Redactor, Source, attributes as car
from .const import DOMAIN, OPTION_POSITION, OPTION_READ_ONLY
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .journal import async_remove_journals, hidden_costs, is_on
from .runtime.copies import async_find_copies
from .runtime.issues import delete_issues
from .runtime.poller import SourcePoller, poller_of
from .runtime.store import Contents, GarageStore, ImageStore, SpentStore, time_left
from .runtime.token_store import async_remove_tokens
from .runtime.webhook import (
    async_attach,
    async_deliver_queued,
    async_register_webhooks,
    async_remove_webhooks,
)
from .services import async_set_up_actions
from .sources.entry_data import check, sources_of
from .sources.registry import SOURCES, async_end, async_load, async_sources, names_of, page_of

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.DEVICE_TRACKER,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.LOCK,
    Platform.NOTIFY,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register the actions, and the websocket API of the card."""
    async_set_up_actions(hass)
    async_set_up_bridge(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> bool:
    """Set up one account: restore its stored data and start its sources."""
    await async_deliver_card(hass)
    await async_register_webhooks(hass, entry)
    await async_load(hass, names_of(entry))
    check(entry)
    redactor = Redactor()
    sources = await async_sources(hass, entry, redactor)
    for source in sources:
        async_attach(hass, entry, source)
    coordinator = GarageCoordinator(hass, entry, sources, _policy(entry), redactor, page_of)
    contents = await coordinator.async_restore()
    entry.runtime_data = coordinator
    for name, can in coordinator.data.capabilities.items():
        if can.persistent is not None:
            can.persistent.load(contents["sources"].get(name))
            can.persistent.know(coordinator.vehicles.values())
    coordinator.data.publish_commands()
    await async_find_copies(hass, entry, coordinator.account.issues)
    await coordinator.journals.async_start()
    await _start_sources(coordinator, sources, contents)
    await coordinator.journals.async_look()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.journals.async_deliver()
    coordinator.async_confirm_commands()
    async_deliver_queued(hass, entry)
    return True


async def _start_sources(
    coordinator: GarageCoordinator, sources: list[Source], contents: Contents
) -> None:
    """Start every source; one that fails does not stop the others."""
    pollers = [_poller(coordinator, source) for source in sources]
    coordinator.pollers.update({poller.source.name: poller for poller in pollers})
    for poller in pollers:
        poller.health.load(contents["health"].get(poller.source.name), dt_util.utcnow())
    known = bool(coordinator.vehicles)
    failures: list[HomeAssistantError] = []
    for poller in pollers:
        try:
            await poller.async_first_poll(known=known)
        except (ConfigEntryNotReady, ConfigEntryError, ConfigEntryAuthFailed) as error:
            failures.append(error)
    failures.sort(key=lambda failure: not isinstance(failure, ConfigEntryAuthFailed))
    if failures and len(failures) == len(pollers):
        raise failures[0]
    # A car that was listed but never read has no values yet
    read = any(any(True for _ in vehicle) for vehicle in coordinator.vehicles.values())
    for poller in pollers:
        poller.async_start(time_left(contents, poller.source.name) if read else timedelta())
        if known and poller.source.name in contents["blocked"]:
            poller.restore_refusal()
    if failures and isinstance(failures[0], ConfigEntryAuthFailed):
        coordinator.config_entry.async_start_reauth(coordinator.hass)


def _poller(coordinator: GarageCoordinator, source: Source) -> SourcePoller:
    interval = SOURCES[source.name].setup.interval(coordinator.config_entry)
    return poller_of(coordinator.account, coordinator, source, interval)


async def async_unload_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> bool:
    """Unload an entry and save its data."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> None:
    """Delete the files, issues and webhooks of an entry."""
    await async_deliver_card(hass, leaving=entry.entry_id)
    await async_remove_webhooks(hass, entry)
    await async_load(hass, names_of(entry))
    await async_end(hass, entry, sources_of(entry))
    await GarageStore(hass, entry.entry_id).remove()
    await ImageStore(hass, entry.entry_id).remove()
    await async_remove_tokens(hass, entry, SOURCES)
    await SpentStore(hass, entry.entry_id).remove()
    await async_remove_journals(hass, entry)
    delete_issues(hass, entry.entry_id)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: MyBMWConfigEntry, device: DeviceEntry
) -> bool:
    """Allow removal of cars and source devices that the account does not have any more."""
    identifiers = {value for domain, value in device.identifiers if domain == DOMAIN}
    if device.entry_type is DeviceEntryType.SERVICE:
        sources = {identifier.rpartition("_")[2] for identifier in identifiers}
        return sources.isdisjoint(names_of(entry))
    if entry.state is not ConfigEntryState.LOADED:
        return False
    coordinator = entry.runtime_data
    if any(coordinator.listed(vin) for vin in identifiers):
        return False
    for vin in identifiers:
        coordinator.async_forget(vin)
        await coordinator.journals.async_remove(vin)
    return True


def _policy(entry: MyBMWConfigEntry) -> Policy:
    """Return the policy set by the options of an account."""
    return Policy(
        read_only=entry.options.get(OPTION_READ_ONLY, False),
        track_position=entry.options.get(OPTION_POSITION, True),
        ignored=_ignored(entry),
    )


def _ignored(entry: MyBMWConfigEntry) -> frozenset[AnyAttribute]:
    """Return what is not shown without a journal, or without a price."""
    if not is_on(entry):
        return car.JOURNAL
    return hidden_costs(entry)
