"""Set-up of BMW CarData: how the source is built, and its options."""

from collections.abc import Mapping
from datetime import time, tzinfo
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import BooleanSelector, TimeSelector
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..client import Redactor
from ..client.cardata import EXTRAS, SOURCE, CardataSource, CardataTokens, Night, Pace, connect
from ..client.cardata.api import BASE
from ..const import (
    CONF_SOURCES,
    DOMAIN,
    OPTION_CARDATA,
    OPTION_NIGHT_END,
    OPTION_NIGHT_START,
    OPTION_STREAM,
)
from ..runtime.store import SpentStore
from ..runtime.token_store import TokenStore
from . import cardata_stream as stream
from .cardata_first import take_look
from .cardata_welcome import WelcomeSteps
from .entry_data import NAME, tolerant
from .spec import SourceSetup

_PACES: HassKey[dict[str, Pace]] = HassKey(f"{DOMAIN}_paces")
_REQUESTS: Final = vol.Schema(
    {
        **{vol.Required(task.value, default=True): BooleanSelector() for task in sorted(EXTRAS)},
        vol.Optional(OPTION_NIGHT_START): TimeSelector(),
        vol.Optional(OPTION_NIGHT_END): TimeSelector(),
    }
)


async def _build(hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor) -> CardataSource:
    store = TokenStore(hass, entry, SOURCE, CardataTokens.load, redactor)
    await store.async_begin()
    tokens = store.load()
    look = take_look(hass, tokens.gcid) if tokens is not None else None
    if look is not None:
        await look.hand_over(entry.entry_id)
    options = entry.options.get(OPTION_CARDATA, {})
    zone = dt_util.get_default_time_zone()
    source = connect(
        get_async_client(hass),
        entry.data[CONF_SOURCES][SOURCE][CONF_CLIENT_ID],
        tokens,
        save=store.save,
        load=store.load,
        broker=await stream.broker(hass, entry.options.get(OPTION_STREAM, {})),
        extras=[task for task in EXTRAS if options.get(task.value, True)],
        night=_night(options, zone),
        zone=zone,
        pace=hass.data.setdefault(_PACES, {}).setdefault(
            entry.entry_id, look.pace if look is not None else Pace()
        ),
        redactor=redactor,
    )
    spent = SpentStore(hass, entry.entry_id)
    source.keep(spent.save, await spent.load())
    return source


def _night(options: Mapping[str, Any], zone: tzinfo) -> Night | None:
    start, end = options.get(OPTION_NIGHT_START), options.get(OPTION_NIGHT_END)
    if not start or not end or start == end:
        return None
    return Night(time.fromisoformat(start), time.fromisoformat(end), zone)


def _time(value: Any) -> object:
    """Validate a time of day (ISO 8601), which may be empty."""
    if value and not isinstance(value, str):
        raise vol.Invalid("expected a time")
    return time.fromisoformat(value) if value else value


SETUP: Final = SourceSetup(
    build=_build,
    steps=WelcomeSteps,
    account=tolerant({vol.Required(CONF_CLIENT_ID): NAME}),
    server=lambda _entry: BASE,
    options={
        vol.Required(OPTION_CARDATA): section(_REQUESTS, {"collapsed": False}),
        vol.Required(OPTION_STREAM): section(stream.FIELDS, {"collapsed": True}),
    },
    stored_options={
        vol.Optional(OPTION_CARDATA): tolerant(
            {
                **{vol.Optional(task.value): bool for task in EXTRAS},
                vol.Optional(OPTION_NIGHT_START): _time,
                vol.Optional(OPTION_NIGHT_END): _time,
            }
        ),
        vol.Optional(OPTION_STREAM): stream.check_stored,
    },
    normalize_options=lambda options: {
        **options,
        OPTION_STREAM: stream.normalize(options[OPTION_STREAM]),
    },
    validate_options=lambda hass, options: stream.validate(hass, options.get(OPTION_STREAM, {})),
)
