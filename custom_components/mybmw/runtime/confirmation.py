"""Reading cars again whose commands no state has confirmed yet."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..client import AuthError, BlockedError, Garage, QuotaError
from ..const import DOMAIN
from .poller import SourcePoller

_WAITS: Final = (30.0, 60.0, 180.0)
_REFUSED: Final = (AuthError, BlockedError, QuotaError)


class Confirmer:
    """Reads a car some time after a command, through the source that sent it.

    A source whose calls are counted is never asked, and one that refuses to answer not again.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        garage: Garage,
        pollers: Mapping[str, SourcePoller],
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._garage = garage
        self._pollers = pollers
        self._timers: dict[str, list[CALLBACK_TYPE]] = {}

    @callback
    def begin(self, vin: str) -> None:
        """Read a car after some waits, as long as a command to it is not confirmed."""
        self._stop(vin)
        if not self._garage.unconfirmed.waiting(vin):
            return
        self._timers[vin] = [
            async_call_later(self._hass, wait, partial(self._read_soon, vin, wait == _WAITS[-1]))
            for wait in _WAITS
        ]

    @callback
    def begin_now(self) -> None:
        """Read all cars at once that wait for a state since before a restart, and later again."""
        for vin in self._garage.unconfirmed.vins():
            self.begin(vin)
            self._create_task(vin, last=False)

    @callback
    def close(self) -> None:
        """Read no more."""
        for vin in list(self._timers):
            self._stop(vin)

    @callback
    def _stop(self, vin: str) -> None:
        for cancel in self._timers.pop(vin, ()):
            cancel()

    @callback
    def _read_soon(self, vin: str, last: bool, _now: datetime) -> None:
        if self._garage.unconfirmed.waiting(vin):
            self._create_task(vin, last=last)
        else:
            self._stop(vin)

    @callback
    def _create_task(self, vin: str, *, last: bool) -> None:
        self._entry.async_create_background_task(
            self._hass, self._read(vin, last=last), f"{DOMAIN} read after a command"
        )

    async def _read(self, vin: str, *, last: bool) -> None:
        """Read a car; after the last time, or without a way to read it, say that it is unknown."""
        names = {sent.source for sent in self._garage.unconfirmed.waiting(vin)}
        asked = [poller for name, poller in self._pollers.items() if name in names]
        answered = False
        for poller in asked:
            if poller.status.calls_left is None:
                poll = await poller.async_ask(vin)
                error = poll.errors.get(vin) or poll.error
                answered |= not isinstance(error, _REFUSED)
        if last or not answered:
            self._stop(vin)
            self._garage.give_up(vin)
