"""Count what Home Assistant writes to its state machine and to its storage."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.json import prepare_save_json
from homeassistant.helpers.storage import Store


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[Counter[str]]:
    """Return the number of writes to the state machine, by entity."""
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


type Written = list[tuple[str, int]]
"""The name and the bytes of every file of `.storage` that was written."""


@contextmanager
def disk_writes() -> Iterator[Written]:
    """Record what Home Assistant writes to its storage, real or mocked."""
    written: Written = []
    usual = Store._async_write_data

    async def note(store: Store[Any], data: dict[str, Any]) -> None:
        if "data_func" in data:
            data["data"] = data.pop("data_func")()
        written.append((store.key, len(prepare_save_json(data)[1])))
        await usual(store, data)

    with patch.object(Store, "_async_write_data", note):
        yield written
