"""What an entity has said a kWh or a litre costs: states of two weeks, before that hourly means."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final, NamedTuple

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.helpers.importlib import async_import_module
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..client.journal.series import QUARTER
from ..const import DOMAIN
from ..runtime.files import contents_of, mapping_of, sequence_of
from .price_units import fuel_price_factor, price_factor

_VERSION: Final = 1
_HOUR: Final = 3600
_KEPT: Final = 14 * 24 * _HOUR
_MOST: Final = 5000
_LATE: Final = 60.0
_LEAST_KNOWN: Final = QUARTER / 2
_SAVE_AFTER: Final = 900.0
_ASK_AFTER: Final = 1.0
_SETTLED: Final = 3 * _HOUR


class Priced(NamedTuple):
    """What has a price: the name of the file, and what returns by what a unit is multiplied."""

    name: str
    factor: Callable[[object, str], float | None]


ENERGY: Final = Priced("prices", price_factor)
FUEL: Final = Priced("fuel_prices", fuel_price_factor)


def price_store(
    hass: HomeAssistant, entry_id: str, priced: Priced = ENERGY
) -> Store[dict[str, Any]]:
    """Return the file of the prices of an entry."""
    name = f"{DOMAIN}.{entry_id}.{priced.name}"
    return Store(hass, _VERSION, name, private=True, atomic_writes=True)


class PriceHistory:
    """The prices of one entity by time, in one currency.

    `changed` is called when prices were found that were asked for before.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        entity_id: str,
        currency: str,
        changed: Callable[[], None],
        priced: Priced = ENERGY,
    ) -> None:
        self._hass = hass
        self._entity = entity_id
        self._currency = currency
        self._changed = changed
        self._factor = priced.factor
        self._store = price_store(hass, entry_id, priced)
        self._times: list[float] = []
        self._prices: list[float | None] = []
        self._hours: dict[int, float | None] = {}
        self._missing: set[int] = set()
        self._timers: dict[str, CALLBACK_TYPE] = {}

    async def async_start(self) -> None:
        """Restore the prices, and begin to listen."""
        self._load(mapping_of(await contents_of(self._store)))
        self._take(self._hass.states.get(self._entity))
        self._timers["states"] = async_track_state_change_event(
            self._hass, [self._entity], self._update
        )

    @callback
    def close(self) -> None:
        """Stop listening."""
        for end in self._timers.values():
            end()

    async def async_save(self) -> None:
        """Save the prices now."""
        await self._store.async_save(self._dump())

    @callback
    def at(self, start: datetime) -> float | None:
        """Return the mean price of the quarter of an hour that starts at a time."""
        since = start.timestamp()
        own = self._own(since)
        if own is not None:
            return own
        hour = int(since // _HOUR * _HOUR)
        if hour not in self._hours:
            self._ask(hour)
        return self._hours.get(hour)

    def _own(self, since: float) -> float | None:
        """Return the mean of the states, None if they are not known for half of the quarter."""
        first = bisect_right(self._times, since) - 1
        end, total, known = since + QUARTER, 0.0, 0.0
        for number in range(max(first, 0), len(self._times)):
            begin = max(self._times[number], since)
            if begin >= end:
                break
            until = min(end, self._times[number + 1]) if number + 1 < len(self._times) else end
            price = self._prices[number]
            if price is not None:
                total += price * (until - begin)
                known += until - begin
        return total / known if known >= _LEAST_KNOWN else None

    @callback
    def _update(self, event: Event[EventStateChangedData]) -> None:
        self._take(event.data["new_state"])
        self._store.async_delay_save(self._dump, _SAVE_AFTER)

    @callback
    def _take(self, state: State | None) -> None:
        """Add a price; one that comes within a minute after a quarter holds from its start."""
        time = dt_util.utcnow().timestamp()
        if time % QUARTER <= _LATE:
            time -= time % QUARTER
        self._add(time, self._price_of(state))

    def _add(self, time: float, price: float | None) -> None:
        while self._times and self._times[-1] >= time:
            self._times.pop()
            self._prices.pop()
        if not self._prices or self._prices[-1] != price:
            self._times.append(time)
            self._prices.append(price)
        first = min(bisect_right(self._times, time - _KEPT), len(self._times) - 1)
        first = max(first - 1, len(self._times) - _MOST, 0)
        del self._times[:first], self._prices[:first]

    def _price_of(self, state: State | None) -> float | None:
        if state is None:
            return None
        try:
            price = float(state.state)
        except ValueError:
            return None
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        factor = self._factor(unit, self._currency)
        return None if factor is None or not isfinite(price) else price * factor

    def _dump(self) -> dict[str, Any]:
        return {
            "entity": self._entity,
            "currency": self._currency,
            "until": dt_util.utcnow().timestamp(),
            "prices": [list(pair) for pair in zip(self._times, self._prices, strict=True)],
        }

    def _load(self, saved: Any) -> None:
        """Restore prices of the same entity and currency; those of the time between are unknown."""
        if (saved.get("entity"), saved.get("currency")) != (self._entity, self._currency):
            return
        for pair in sequence_of(saved.get("prices")):
            match pair:
                case [int() | float() as time, int() | float() | None as price]:
                    self._add(float(time), price)
        until = saved.get("until")
        if isinstance(until, (int, float)) and self._times:
            self._add(float(until), None)

    @callback
    def _ask(self, hour: int) -> None:
        """Read an hour from the recorder, with others that are missing."""
        if not self._missing and "recorder" in self._hass.config.components:
            self._timers["read"] = async_call_later(self._hass, _ASK_AFTER, self._async_read)
        self._missing.add(hour)

    async def _async_read(self, _now: datetime) -> None:
        missing, self._missing = self._missing, set()
        recorded = await async_import_module(self._hass, f"{__package__}.recorded")
        start, end = min(missing), max(missing) + _HOUR
        times = [datetime.fromtimestamp(time, UTC) for time in (start, end)]
        found = await recorded.async_hours(self._hass, [self._entity], *times, "mean")
        hours = found.get(self._entity)
        factor = hours and self._factor(hours.unit, self._currency)
        known = {} if not factor else {key: factor * each for key, each in hours.values.items()}
        settled = dt_util.utcnow().timestamp() - _SETTLED
        before = len(self._hours)
        self._hours |= {key: None for key in missing if key < settled} | {
            key: known[key] for key in missing & known.keys()
        }
        if len(self._hours) > before:
            self._changed()
        if missing - self._hours.keys():
            self._timers["again"] = async_call_later(self._hass, _HOUR, self._try_again)

    @callback
    def _try_again(self, _now: datetime) -> None:
        self._changed()
