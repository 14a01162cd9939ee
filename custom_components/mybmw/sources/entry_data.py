"""Entries that something has damaged: a disk, an editor, or a backup of another version."""

from collections.abc import Callable, Mapping
from datetime import time
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
from homeassistant.exceptions import ConfigEntryError
import voluptuous as vol

from ..client.cardata import EXTRAS, SOURCE as CARDATA
from ..client.mybmw import SOURCE as MYBMW, Region
from ..const import (
    CONF_CA,
    CONF_SOURCES,
    CONF_TLS,
    DOMAIN,
    OPTION_CARDATA,
    OPTION_INTERVAL,
    OPTION_NIGHT_END,
    OPTION_NIGHT_START,
    OPTION_POSITION,
    OPTION_READ_ONLY,
    OPTION_STREAM,
    STREAM_BMW,
    STREAM_OFF,
    STREAM_OWN,
)


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise vol.Invalid("expected a number")
    return value


def _number(least: int, most: int) -> Callable[[object], object]:
    """Return what takes a number; True is none, although Python counts with it."""
    return vol.All(vol.Any(int, float), _no_bool, vol.Range(min=least, max=most))


def _time(value: Any) -> object:
    """Take a time of day (ISO 8601), or nothing."""
    if value and not isinstance(value, str):
        raise vol.Invalid("expected a time")
    return time.fromisoformat(value) if value else value


_NAME: Final = vol.All(str, vol.Length(min=1))
_OPTIONAL_TEXT: Final = vol.Any(None, str)
_MYBMW: Final = vol.Schema(
    {
        vol.Required(CONF_REGION): vol.In([region.value for region in Region]),
        vol.Required(CONF_USERNAME): _NAME,
        vol.Optional(CONF_PASSWORD): _OPTIONAL_TEXT,
    },
    extra=vol.ALLOW_EXTRA,
)
_CARDATA: Final = vol.Schema({vol.Required(CONF_CLIENT_ID): _NAME}, extra=vol.ALLOW_EXTRA)
_ACCOUNTS: Final = {MYBMW: _MYBMW, CARDATA: _CARDATA}


def _sources(sources: object) -> object:
    """Take accounts, one of which is of a source that is known."""
    if not isinstance(sources, dict) or sources.keys().isdisjoint(_ACCOUNTS):
        raise vol.Invalid("expected a source")
    known = {vol.Optional(name): account for name, account in _ACCOUNTS.items()}
    return vol.Schema(known, extra=vol.ALLOW_EXTRA)(sources)


_DATA: Final = vol.Schema({vol.Required(CONF_SOURCES): _sources}, extra=vol.ALLOW_EXTRA)
_STREAM: Final = vol.Schema(
    {
        vol.Optional(OPTION_STREAM): vol.In([STREAM_BMW, STREAM_OWN, STREAM_OFF]),
        vol.Optional(CONF_HOST): str,
        vol.Optional(CONF_PORT): _number(1, 65535),
        vol.Optional(CONF_TLS): bool,
        vol.Optional(CONF_CA): _OPTIONAL_TEXT,
        vol.Optional(CONF_USERNAME): _OPTIONAL_TEXT,
        vol.Optional(CONF_PASSWORD): _OPTIONAL_TEXT,
        vol.Optional(CONF_PREFIX): str,
    },
    extra=vol.ALLOW_EXTRA,
)
_OWN_STREAM: Final = vol.Schema(
    {vol.Required(CONF_HOST): _NAME, vol.Required(CONF_PORT): object}, extra=vol.ALLOW_EXTRA
)


def _own_stream(stream: Mapping[str, Any]) -> Mapping[str, Any]:
    """A broker of the user has an address."""
    if stream.get(OPTION_STREAM) == STREAM_OWN:
        _OWN_STREAM(dict(stream))
    return stream


_OPTIONS: Final = vol.Schema(
    {
        vol.Optional(OPTION_POSITION): bool,
        vol.Optional(OPTION_READ_ONLY): bool,
        vol.Optional(OPTION_INTERVAL): _number(1, 24 * 60),
        vol.Optional(OPTION_CARDATA): vol.Schema(
            {
                **{vol.Optional(task.value): bool for task in EXTRAS},
                vol.Optional(OPTION_NIGHT_START): _time,
                vol.Optional(OPTION_NIGHT_END): _time,
            },
            extra=vol.ALLOW_EXTRA,
        ),
        vol.Optional(OPTION_STREAM): vol.All(_STREAM, _own_stream),
    },
    extra=vol.ALLOW_EXTRA,
)


def check(entry: ConfigEntry) -> None:
    """Raise `ConfigEntryError` if an entry is damaged; it tells where, and no values."""
    if where := _damage(_DATA, entry.data):
        raise _damaged_data(where)
    if where := _damage(_OPTIONS, entry.options):
        raise damaged_options(where)


def _damaged_data(where: str) -> ConfigEntryError:
    return ConfigEntryError(
        translation_domain=DOMAIN,
        translation_key="damaged_data",
        translation_placeholders={"where": where},
    )


def damaged_options(where: str) -> ConfigEntryError:
    """Return what to raise for options that are damaged there."""
    return ConfigEntryError(
        translation_domain=DOMAIN,
        translation_key="damaged_options",
        translation_placeholders={"where": where},
    )


def sources_of(entry: ConfigEntry) -> Mapping[str, Mapping[str, Any]]:
    """Return how the sources of an account log in; those that are damaged are left out."""
    found = entry.data.get(CONF_SOURCES)
    if not isinstance(found, Mapping):
        return {}
    return {
        name: account
        for name, account in found.items()
        if isinstance(account, Mapping)
        and not (name in _ACCOUNTS and _damage(_ACCOUNTS[name], account))
    }


def options_of(entry: ConfigEntry) -> Mapping[str, Any]:
    """Return the options of an account; none, which means the usual ones, if they are damaged."""
    return {} if _damage(_OPTIONS, entry.options) else entry.options


def _damage(schema: vol.Schema, content: Mapping[str, Any]) -> str | None:
    """Return the path to the first damage, None if there is none."""
    try:
        schema(_plain(content))
    except vol.MultipleInvalid as error:
        return ".".join(map(str, error.errors[0].path))
    return None


def _plain(content: object) -> object:
    """Return mappings as dicts, which is what schemas take; entries keep them as read-only ones."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    return content
