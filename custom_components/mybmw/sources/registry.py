"""Making the sources of an account out of what its entry keeps."""

from collections.abc import Mapping
from datetime import time, timedelta, tzinfo
import ssl
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    CONF_CLIENT_ID,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_PREFIX,
    CONF_REGION,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import instance_id
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import create_client_context

from ..client import Http, Redactor, Source
from ..client.cardata import (
    EXTRAS,
    SOURCE as CARDATA,
    Broker,
    CardataSource,
    Night,
    Pace,
    Tokens as CardataTokens,
    connect as connect_cardata,
)
from ..client.mybmw import (
    SOURCE as MYBMW,
    Account,
    Authenticator,
    MyBMWSource,
    Region,
    Tokens,
    build_id,
    connect as connect_mybmw,
)
from ..const import (
    CONF_CA,
    CONF_CAPTCHA,
    CONF_SOURCES,
    CONF_TLS,
    DOMAIN,
    OPTION_CARDATA,
    OPTION_NIGHT_END,
    OPTION_NIGHT_START,
    OPTION_STREAM,
    STREAM_BMW,
    STREAM_OFF,
    STREAM_OWN,
)
from ..coordinator import MyBMWConfigEntry
from ..runtime.store import SpentStore
from ..runtime.token_store import TokenStore, async_remove_tokens
from .entry_data import damaged_options

SOURCES: Final = frozenset({CARDATA, MYBMW})
"""The sources that an entry may have."""

_PACES: HassKey[dict[str, Pace]] = HassKey(f"{DOMAIN}_paces")
_INTERVALS: Final = {Region.NORTH_AMERICA: timedelta(minutes=10)}
_USUAL_INTERVAL: Final = timedelta(minutes=5)


async def async_authenticator(
    hass: HomeAssistant, data: Mapping[str, Any], redactor: Redactor
) -> Authenticator:
    """Return what can log in to the MyBMW service as the data of an account say."""
    http = Http(get_async_client(hass), redactor)
    account = Account(
        region=Region(data[CONF_REGION]),
        username=data[CONF_USERNAME],
        build=build_id(await instance_id.async_get(hass), 0),
        password=data.get(CONF_PASSWORD),
        captcha=data.get(CONF_CAPTCHA),
    )
    return Authenticator(http, account)


async def async_sources(
    hass: HomeAssistant, entry: MyBMWConfigEntry, redactor: Redactor
) -> list[Source]:
    """Return the sources of an entry, those that can command cars first."""
    await async_remove_tokens(hass, entry, SOURCES.difference(entry.data[CONF_SOURCES]))
    sources: list[Source] = []
    if MYBMW in entry.data[CONF_SOURCES]:
        sources.append(await _mybmw(hass, entry, redactor))
    if CARDATA in entry.data[CONF_SOURCES]:
        sources.append(await _cardata(hass, entry, redactor))
    return sources


async def _mybmw(hass: HomeAssistant, entry: MyBMWConfigEntry, redactor: Redactor) -> MyBMWSource:
    store = TokenStore(hass, entry, MYBMW, Tokens.load, redactor)
    await store.async_begin()
    data = entry.data[CONF_SOURCES][MYBMW]
    return connect_mybmw(
        get_async_client(hass),
        data[CONF_REGION],
        data[CONF_USERNAME],
        data.get(CONF_PASSWORD),
        tokens=store.load(),
        save=store.save,
        load=store.load,
        device=await instance_id.async_get(hass),
        zone=dt_util.get_default_time_zone(),
        observer=(hass.config.latitude, hass.config.longitude),
        redactor=redactor,
    )


async def _cardata(
    hass: HomeAssistant, entry: MyBMWConfigEntry, redactor: Redactor
) -> CardataSource:
    store = TokenStore(hass, entry, CARDATA, CardataTokens.load, redactor)
    await store.async_begin()
    options = entry.options.get(OPTION_CARDATA, {})
    zone = dt_util.get_default_time_zone()
    source = connect_cardata(
        get_async_client(hass),
        entry.data[CONF_SOURCES][CARDATA][CONF_CLIENT_ID],
        store.load(),
        save=store.save,
        load=store.load,
        broker=await _broker(hass, entry.options.get(OPTION_STREAM, {})),
        extras=[task for task in EXTRAS if options.get(task.value, True)],
        night=_night(options, zone),
        zone=zone,
        pace=hass.data.setdefault(_PACES, {}).setdefault(entry.entry_id, Pace()),
        redactor=redactor,
    )
    spent = SpentStore(hass, entry.entry_id)
    source.keep(spent.save, await spent.load())
    return source


async def _broker(hass: HomeAssistant, options: Mapping[str, Any]) -> Broker | None:
    """Return where the stream comes from, None if there should be none."""
    match options.get(OPTION_STREAM, STREAM_BMW):
        case kind if kind == STREAM_OFF:
            return None
        case kind if kind == STREAM_OWN:
            secure = options.get(CONF_TLS, False)
            authority = options.get(CONF_CA)
            return Broker(
                await _tls(hass, authority) if secure else None,
                options[CONF_HOST],
                options[CONF_PORT],
                prefix=options.get(CONF_PREFIX, "bmw"),
                username=options.get(CONF_USERNAME),
                password=options.get(CONF_PASSWORD),
            )
        case _:
            return await bmw_broker(hass)


async def bmw_broker(hass: HomeAssistant) -> Broker:
    """Return BMW's own broker, which speaks TLS 1.3 only."""
    return Broker(await hass.async_add_executor_job(_strict_tls))


def _strict_tls() -> ssl.SSLContext:
    context = create_client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


async def _tls(hass: HomeAssistant, authority: str | None) -> ssl.SSLContext:
    """Return what verifies a broker of the user; an authority is checked when it is entered."""
    try:
        return await hass.async_add_executor_job(own_tls, authority)
    except ssl.SSLError:
        raise damaged_options(f"{OPTION_STREAM}.{CONF_CA}") from None


def own_tls(authority: str | None) -> ssl.SSLContext:
    """Return what verifies a broker of the user; raise `SSLError` if the authority is no PEM."""
    context = create_client_context()
    if authority:
        context.load_verify_locations(cadata=authority)
    return context


def _night(options: Mapping[str, Any], zone: tzinfo) -> Night | None:
    start, end = options.get(OPTION_NIGHT_START), options.get(OPTION_NIGHT_END)
    if not start or not end or start == end:
        return None
    return Night(time.fromisoformat(start), time.fromisoformat(end), zone)


def default_interval(entry: ConfigEntry) -> timedelta:
    """Return how often the service is asked unless the user decides otherwise."""
    region = Region(entry.data[CONF_SOURCES][MYBMW][CONF_REGION])
    return _INTERVALS.get(region, _USUAL_INTERVAL)
