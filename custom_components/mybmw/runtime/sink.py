"""What pollers hand over to, and what they share."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..client import AnyReading, Poll, Redactor, Vehicle
from .issues import Issues
from .reach import Reach


class Sink(Protocol):
    """Takes what the sources of an account bring; nothing more once it is `closed`."""

    closed: bool

    @property
    def vehicles(self) -> Mapping[str, Vehicle]:
        """The vehicles by VIN."""
        ...

    def shows(self, vin: str) -> bool:
        """Tell whether a car belongs to the account, or would if it were known."""
        ...

    def async_take(self, reach: Reach, poll: Poll) -> None:
        """Take in what a source brought, and which cars it could read."""
        ...

    def async_take_some(self, poll: Poll) -> None:
        """Take in what a source said of some cars, whether or not it could read others."""
        ...

    def async_push(self, readings: Mapping[str, Iterable[AnyReading]]) -> None:
        """Take in what cars have sent by themselves."""
        ...

    def async_check(self, reach: Reach) -> None:
        """Take in that a source may be able to read other cars than before."""
        ...

    def async_schedule_save(self, delay: float) -> None:
        """Save within some seconds what is planned and was learned."""
        ...

    async def async_save(self) -> None:
        """Save what is known."""
        ...


class Account(NamedTuple):
    """What all pollers of an account share."""

    hass: HomeAssistant
    entry: ConfigEntry
    redactor: Redactor
    issues: Issues
