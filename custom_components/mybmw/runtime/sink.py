"""The interface through which pollers pass on data, and what they share."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..client import AnyReading, Poll, Redactor, Vehicle
from .availability import SourceAvailability
from .issues import Issues


class Sink(Protocol):
    """Processes the data of the sources of an account, until it is `closed`."""

    closed: bool

    @property
    def vehicles(self) -> Mapping[str, Vehicle]:
        """Return the vehicles by VIN."""
        ...

    def accepts(self, vin: str) -> bool:
        """Return whether a car belongs to the account, even if it is new."""
        ...

    def async_process_poll(self, availability: SourceAvailability, poll: Poll) -> None:
        """Process a poll of a source, and which cars it could read."""
        ...

    def async_process_car_poll(self, poll: Poll) -> None:
        """Process a poll of some cars, which says nothing about the other ones."""
        ...

    def async_push(self, readings: Mapping[str, Iterable[AnyReading]]) -> None:
        """Process readings that cars have sent by themselves."""
        ...

    def async_update_availability(self, availability: SourceAvailability) -> None:
        """Update entities, log and issues after a change of the cars that a source can read."""
        ...

    def async_schedule_save(self, delay: float) -> None:
        """Save the plan within `delay` seconds."""
        ...

    async def async_save(self) -> None:
        """Save everything now."""
        ...


class Account(NamedTuple):
    """Objects that all pollers of an account share."""

    hass: HomeAssistant
    entry: ConfigEntry
    redactor: Redactor
    issues: Issues
