"""Expiry of the end times of charging and climate control, which are unknown once passed."""

from datetime import datetime
from functools import partial

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time

from ..client import EXPIRING, Changes, Garage


class Expiry:
    """Timers, one for each car, for the first of its times to expire."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, garage: Garage) -> None:
        self._hass = hass
        self._garage = garage
        self._timers: dict[str, CALLBACK_TYPE] = {}
        entry.async_on_unload(self.close)

    @callback
    def plan(self, changes: Changes) -> None:
        """Update the timers of cars whose times have changed, or that were removed."""
        for vin, changed in changes.items():
            if vin not in self._garage.vehicles:
                self._stop(vin)
            elif not EXPIRING.keys().isdisjoint(changed):
                self._stop(vin)
                self._start(vin)

    @callback
    def close(self) -> None:
        """Stop all timers."""
        for vin in list(self._timers):
            self._stop(vin)

    @callback
    def _start(self, vin: str) -> None:
        when = self._garage.vehicles[vin].expires
        if when is not None:
            expire = partial(self._expire, vin)
            self._timers[vin] = async_track_point_in_utc_time(self._hass, expire, when)

    @callback
    def _stop(self, vin: str) -> None:
        if cancel := self._timers.pop(vin, None):
            cancel()

    @callback
    def _expire(self, vin: str, now: datetime) -> None:
        """Expire the times of a car; the change sets the next timer."""
        del self._timers[vin]
        self._garage.expire(vin, now)
