"""What the integration knows of a source: a row that is there at once, and what is loaded late."""

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


async def _nothing_wrong(_hass: HomeAssistant, _options: Mapping[str, Any]) -> str | None:
    return None


class SourceSetup(NamedTuple):
    """How a source is set up and built, which its module knows.

    `account` is what an entry keeps of a login, `stand_in` identifies an account where the service
    does not. `options` are the fields of the form, with `suggested` values; `tidied` returns
    what an entry keeps of them, checked by `kept_options`; `wrong` returns the key of an error.
    `interval` is how often to poll, None if the source decides; `server` is the address to look for
    when the user asks whether the service can be reached.
    """

    build: Callable[[HomeAssistant, ConfigEntry, Redactor], Awaitable[Source]]
    steps: type[SourceSteps]
    account: vol.Schema
    server: Callable[[ConfigEntry], str]
    stand_in: Callable[[Mapping[str, Any]], str | None] = lambda _account: None
    options: Fields = MappingProxyType({})
    suggested: Callable[[ConfigEntry], Mapping[str, Any]] = lambda _entry: {}
    kept_options: Fields = MappingProxyType({})
    tidied: Callable[[dict[str, Any]], dict[str, Any]] = lambda options: options
    wrong: Callable[[HomeAssistant, Mapping[str, Any]], Awaitable[str | None]] = _nothing_wrong
    interval: Callable[[ConfigEntry], timedelta | None] = lambda _entry: None


class SourceSpec(NamedTuple):
    """A row of the registry.

    `module` has a `SETUP`, and is imported when an entry or a flow needs it. `model` is what the
    maker calls the service. Sources with `commands` are asked first. `page` is the service's page,
    `pages` are those on which the user can do something about repair issues.
    """

    name: str
    module: str
    model: str
    page: str
    manufacturer: str = "BMW"
    commands: bool = False
    pages: Mapping[str, str] = MappingProxyType({})

    @property
    def setup(self) -> SourceSetup:
        """How it is set up; `async_load` has to have been awaited before."""
        return cast("SourceSetup", import_module(self.module).SETUP)
