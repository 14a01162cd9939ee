"""Entries that something has damaged: a disk, an editor, or a backup of another version.

The sources of an entry have to be loaded before they are looked at.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ConfigEntryError
import voluptuous as vol

from ..const import CONF_SOURCES, DOMAIN, OPTION_POSITION, OPTION_READ_ONLY
from .registry import SOURCES, names_of


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise vol.Invalid("expected a number")
    return value


def number(least: int, most: int) -> Callable[[object], object]:
    """Return what takes a number; True is none, although Python counts with it."""
    return vol.All(vol.Any(int, float), _no_bool, vol.Range(min=least, max=most))


def tolerant(fields: Mapping[Any, Any]) -> vol.Schema:
    """Return a schema that lets pass what it does not know, from a newer version perhaps."""
    return vol.Schema(dict(fields), extra=vol.ALLOW_EXTRA)


NAME: Final = vol.All(str, vol.Length(min=1))
OPTIONAL_TEXT: Final = vol.Any(None, str)


def _sources(sources: object) -> object:
    """Take accounts, one of which is of a source that is known."""
    if not isinstance(sources, dict) or sources.keys().isdisjoint(SOURCES):
        raise vol.Invalid("expected a source")
    known = SOURCES.keys() & sources
    return tolerant({vol.Optional(name): SOURCES[name].setup.account for name in known})(sources)


_DATA: Final = tolerant({vol.Required(CONF_SOURCES): _sources})
_GENERAL: Final = {vol.Optional(OPTION_POSITION): bool, vol.Optional(OPTION_READ_ONLY): bool}


def check(entry: ConfigEntry) -> None:
    """Raise `ConfigEntryError` if an entry is damaged; it tells where, and no values."""
    if where := _damage(_DATA, entry.data):
        raise _damaged_data(where)
    if where := _damage(_options(entry), entry.options):
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


def sources_of(entry: ConfigEntry) -> dict[str, Mapping[str, Any]]:
    """Return how the sources of an account log in; those that are damaged are left out."""
    found = entry.data.get(CONF_SOURCES)
    if not isinstance(found, Mapping):
        return {}
    return {
        name: account
        for name, account in found.items()
        if isinstance(account, Mapping)
        and not (name in SOURCES and _damage(SOURCES[name].setup.account, account))
    }


def options_of(entry: ConfigEntry) -> Mapping[str, Any]:
    """Return the options of an account; none, which means the usual ones, if they are damaged."""
    return {} if _damage(_options(entry), entry.options) else entry.options


def _options(entry: ConfigEntry) -> vol.Schema:
    fields: dict[Any, Any] = dict(_GENERAL)
    for name in names_of(entry):
        fields |= SOURCES[name].setup.kept_options
    return tolerant(fields)


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
