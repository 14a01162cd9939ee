"""Counts what Home Assistant writes to its state machine."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[Counter[str]]:
    """Count what is written to the state machine, by entity."""
    counted: Counter[str] = Counter()

    @callback
    def count(event: Event[Any]) -> None:
        counted[event.data["entity_id"]] += 1

    @callback
    def every(_data: object) -> bool:
        return True

    stop = [
        hass.bus.async_listen(EVENT_STATE_CHANGED, count),
        hass.bus.async_listen(EVENT_STATE_REPORTED, count, event_filter=every),
    ]
    yield counted
    for remove in stop:
        remove()
