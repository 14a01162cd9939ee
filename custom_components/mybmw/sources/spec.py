"""The registry row of a source, and its set-up, which is imported when needed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..client import Redactor, Source
from .flow import SourceSteps

type Fields = Mapping[vol.Marker, Any]


async def _end_nothing(
    _hass: HomeAssistant, _entry: ConfigEntry, _account: Mapping[str, Any]
) -> None:
    return None


async def _accept(_hass: HomeAssistant, _options: Mapping[str, Any]) -> str | None:
    return None


class SourceSetup(NamedTuple):
    """How a source is set up and built.

    `account` is the schema of its stored login data, `fallback_id` returns a unique id where the
    service has none. `options` are the fields of the options form, with `suggested_options`;
    `normalize_options` returns the options to store, `stored_options` are their fields,
    `validate_options` returns the translation key of an error. `interval` returns the polling
    interval, None if the source plans its calls; `server` the URL for system health.
    `ended` is awaited with the stored login data once the source was removed.
    """

    build: Callable[[HomeAssistant, ConfigEntry, Redactor], Awaitable[Source]]
    steps: type[SourceSteps]
    account: vol.Schema
    server: Callable[[ConfigEntry], str]
    fallback_id: Callable[[Mapping[str, Any]], str | None] = lambda _account: None
    options: Fields = MappingProxyType({})
    suggested_options: Callable[[ConfigEntry], Mapping[str, Any]] = lambda _entry: {}
    stored_options: Fields = MappingProxyType({})
    normalize_options: Callable[[dict[str, Any]], dict[str, Any]] = lambda options: options
    validate_options: Callable[[HomeAssistant, Mapping[str, Any]], Awaitable[str | None]] = _accept
    interval: Callable[[ConfigEntry], timedelta | None] = lambda _entry: None
    ended: Callable[[HomeAssistant, ConfigEntry, Mapping[str, Any]], Awaitable[None]] = _end_nothing


class SourceSpec(NamedTuple):
    """A row of the registry.

    `module` has a `SETUP`, and is imported when an entry or a flow needs it. `model` is the name of
    the service, `page` its website, `pages` are the websites on which to solve repair issues.
    Sources with `commands` are preferred for commands; one that `replaces` others is offered where
    one of them is blocked. `ways` are the steps with which it can be added, if there are several,
    `again` those that can be repeated without a login.
    """

    name: str
    module: str
    model: str
    page: str
    manufacturer: str = "BMW"
    commands: bool = False
    replaces: bool = True
    pages: Mapping[str, str] = MappingProxyType({})
    ways: tuple[str, ...] = ()
    again: tuple[str, ...] = ()

    @property
    def beginnings(self) -> tuple[str, ...]:
        """Return the ids of the steps with which the source can be added."""
        return self.ways or (self.name,)

    @property
    def setup(self) -> SourceSetup:
        """Return the set-up; `async_load` has to be awaited before."""
        return cast("SourceSetup", import_module(self.module).SETUP)
