"""Polling cars after a command until their state confirms it."""

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
    """Polls a car some time after a command, from the source that sent it.

    Sources with a limited number of calls are not polled; polling ends if a source refuses it.
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
        """Schedule polls of a car while one of its commands is unconfirmed."""
        self._stop(vin)
        if not self._garage.unconfirmed.waiting(vin):
            return
        self._timers[vin] = [
            async_call_later(self._hass, wait, partial(self._poll_soon, vin, wait == _WAITS[-1]))
            for wait in _WAITS
        ]

    @callback
    def begin_now(self) -> None:
        """Poll all cars with a command that was unconfirmed before a restart, now and later."""
        for vin in self._garage.unconfirmed.vins():
            self.begin(vin)
            self._create_task(vin, last=False)

    @callback
    def close(self) -> None:
        """Cancel all scheduled polls."""
        for vin in list(self._timers):
            self._stop(vin)

    @callback
    def _stop(self, vin: str) -> None:
        for cancel in self._timers.pop(vin, ()):
            cancel()

    @callback
    def _poll_soon(self, vin: str, last: bool, _now: datetime) -> None:
        if self._garage.unconfirmed.waiting(vin):
            self._create_task(vin, last=last)
        else:
            self._stop(vin)

    @callback
    def _create_task(self, vin: str, *, last: bool) -> None:
        self._entry.async_create_background_task(
            self._hass, self._poll(vin, last=last), f"{DOMAIN} poll after a command"
        )

    async def _poll(self, vin: str, *, last: bool) -> None:
        """Poll a car; the state becomes unknown after the last poll, or if none is possible."""
        names = {sent.source for sent in self._garage.unconfirmed.waiting(vin)}
        answered = False
        for poller in [poller for name, poller in self._pollers.items() if name in names]:
            if poller.status.calls_left is None:
                poll = await poller.async_poll_car(vin)
                error = poll.errors.get(vin) or poll.error
                answered |= not isinstance(error, _REFUSED)
        if last or not answered:
            self._stop(vin)
            self._garage.give_up(vin)
