"""MyBMW: cars of BMW, MINI, Rolls-Royce and Toyota in Home Assistant."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_PASSWORD, CONF_REGION, CONF_USERNAME, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    config_validation as cv,
    entity_registry as er,
    instance_id,
    issue_registry as ir,
)
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.util import dt as dt_util

from .client import Garage, Http, Recorder, Redactor, Source, attributes as car
from .client.mybmw import SOURCE, Account, Authenticator, MyBMWSource, Region, Tokens, build_id
from .const import (
    CONF_CAPTCHA,
    CONF_SOURCES,
    CONF_TOKENS,
    DOMAIN,
    OPTION_INTERVAL,
    OPTION_POSITION,
    OPTION_READ_ONLY,
)
from .coordinator import GarageCoordinator, MyBMWConfigEntry, SourcePoller, blocked_issue
from .store import GarageStore, ImageStore, time_left

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.DEVICE_TRACKER,
    Platform.IMAGE,
    Platform.LOCK,
    Platform.NOTIFY,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)

_COMMANDING: Final = (
    Platform.BUTTON,
    Platform.LOCK,
    Platform.NOTIFY,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SWITCH,
)
_WHERE_IT_IS: Final = (car.POSITION, car.HEADING, car.ADDRESS)
_INTERVALS: Final = {Region.NORTH_AMERICA: timedelta(minutes=10)}
_USUAL_INTERVAL: Final = timedelta(minutes=5)


async def async_setup_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> bool:
    """Set up the garage of one account, with what was known before, and start its sources."""
    redactor = Redactor()
    sources = [source async for source in _sources(hass, entry, redactor)]
    garage = Garage(
        sources, ignored=() if entry.options.get(OPTION_POSITION, True) else _WHERE_IT_IS
    )
    _remove_unwanted(hass, entry)
    coordinator = GarageCoordinator(hass, entry, garage, redactor)
    contents = await coordinator.async_restore()
    entry.runtime_data = coordinator
    for source in sources:
        source.know(garage.vehicles.values())
        poller = SourcePoller(coordinator, source, _interval(entry))
        await poller.async_begin(time_left(contents, source.name))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> bool:
    """Unload the entry and save what is known."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> None:
    """Delete the files of an entry that was removed."""
    await GarageStore(hass, entry.entry_id).remove()
    await ImageStore(hass, entry.entry_id).remove()
    ir.async_delete_issue(hass, DOMAIN, blocked_issue(entry.entry_id))


async def async_migrate_entry(hass: HomeAssistant, entry: MyBMWConfigEntry) -> bool:
    """Bring an older entry up to date; one of a newer version cannot be used."""
    return entry.version == 1


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: MyBMWConfigEntry, device: DeviceEntry
) -> bool:
    """Allow a car to be removed that is not in the account any more."""
    vins = {value for domain, value in device.identifiers if domain == DOMAIN}
    if entry.state is not ConfigEntryState.LOADED:
        return False
    coordinator = entry.runtime_data
    if any(coordinator.listed(vin) for vin in vins):
        return False
    for vin in vins:
        coordinator.async_forget(vin)
    return True


async def async_login(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    redactor: Redactor,
    save: Callable[[Tokens], None] | None = None,
    saved: Callable[[], Tokens | None] | None = None,
) -> tuple[Http, Authenticator]:
    """Return the way to the MyBMW service and the login there that the entry's data describe."""
    http = Http(get_async_client(hass), redactor, Recorder(redactor))
    account = Account(
        region=Region(data[CONF_REGION]),
        username=data[CONF_USERNAME],
        build=build_id(await instance_id.async_get(hass), 0),
        password=data.get(CONF_PASSWORD),
        captcha=data.get(CONF_CAPTCHA),
    )
    return http, Authenticator(http, account, _tokens(data), save, saved)


def tokens_as_data(tokens: Tokens) -> dict[str, str | None]:
    """Return tokens as they are kept in an entry."""
    return {
        "access": tokens.access,
        "refresh": tokens.refresh,
        "expires": tokens.expires.isoformat(),
        "gcid": tokens.gcid,
    }


def _tokens(data: Mapping[str, Any]) -> Tokens | None:
    tokens = data.get(CONF_TOKENS)
    if not tokens:
        return None
    return Tokens(
        access=tokens["access"],
        refresh=tokens["refresh"],
        expires=datetime.fromisoformat(tokens["expires"]),
        gcid=tokens.get("gcid"),
    )


async def _sources(
    hass: HomeAssistant, entry: MyBMWConfigEntry, redactor: Redactor
) -> AsyncIterator[Source]:
    if SOURCE in entry.data[CONF_SOURCES]:
        yield await _mybmw(hass, entry, redactor)


async def _mybmw(hass: HomeAssistant, entry: MyBMWConfigEntry, redactor: Redactor) -> MyBMWSource:
    def saved() -> Tokens | None:
        return _tokens(entry.data[CONF_SOURCES].get(SOURCE, {}))

    def save(tokens: Tokens) -> None:
        if hass.config_entries.async_get_entry(entry.entry_id) is None:
            return
        sources = entry.data[CONF_SOURCES]
        mine = {**sources[SOURCE], CONF_TOKENS: tokens_as_data(tokens)}
        data = {**entry.data, CONF_SOURCES: {**sources, SOURCE: mine}}
        hass.config_entries.async_update_entry(entry, data=data)

    data = entry.data[CONF_SOURCES][SOURCE]
    http, login = await async_login(hass, data, redactor, save, saved)
    home = (hass.config.latitude, hass.config.longitude)
    return MyBMWSource(http, login, zone=dt_util.get_default_time_zone(), observer=home)


def _remove_unwanted(hass: HomeAssistant, entry: MyBMWConfigEntry) -> None:
    """Remove the entities that options have switched off, which would stay as unavailable."""
    unwanted = set(_COMMANDING) if entry.options.get(OPTION_READ_ONLY) else set()
    if not entry.options.get(OPTION_POSITION, True):
        unwanted.add(Platform.DEVICE_TRACKER)
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.domain in unwanted:
            registry.async_remove(entity.entity_id)


def default_interval(entry: ConfigEntry) -> timedelta:
    """Return how often the service is asked unless the user decides otherwise."""
    region = Region(entry.data[CONF_SOURCES][SOURCE][CONF_REGION])
    return _INTERVALS.get(region, _USUAL_INTERVAL)


def _interval(entry: MyBMWConfigEntry) -> timedelta:
    chosen = entry.options.get(OPTION_INTERVAL)
    return timedelta(minutes=chosen) if chosen else default_interval(entry)
