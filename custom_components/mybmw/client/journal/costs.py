"""The costs of the charges of a car, kept up to date, and their sums by period."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Final

from ..core.attributes import (
    COST,
    COST_PER_DISTANCE,
    DISTANCE,
    LAST_COST,
    RUNNING_COST,
    AnyAttribute,
)
from ..core.records import Charge
from .log import Log
from .prices import PriceList, priced
from .series import MILLION, cost_series, parts_of
from .summary import LEAST_DISTANCE, Period, start_of

_PERIODS: Final[Mapping[Period, AnyAttribute]] = {
    Period.DAY: COST["today"],
    Period.WEEK: COST["week"],
    Period.MONTH: COST["month"],
    Period.YEAR: COST["year"],
}


class ChargingCosts:
    """Prices charges when they change.

    A charge keeps its cost when the user changes a price, so that what was paid stays as it was;
    what had no price, or only in part, gets one.
    """

    def __init__(self) -> None:
        self._prices: PriceList | None = None
        self._done: dict[str, Charge] = {}
        self._again: set[str] = set()
        self._known: tuple[int, str, list[datetime]] | None = None
        self._sums: list[float] = []

    def update(self, log: Log, prices: PriceList | None) -> None:
        """Price the charges that are new or have changed, all incomplete ones with new prices."""
        if prices is None:
            self._prices = None
            return
        changed: Iterable[str] = {*log.changed, *self._again}
        self._again = set()
        if prices is not self._prices:
            self._take_complete(log)
            changed, self._prices = log.charges, prices
        for key in list(changed):
            item = log.charges.get(key)
            if item is not None and not self._is_done(item):
                log.put(priced(item, prices))
                self._done[key] = log.charges[key]

    def _take_complete(self, log: Log) -> None:
        """Leave charges alone that were priced before."""
        if not self._done:
            self._done = {key: item for key, item in log.charges.items() if key not in log.changed}

    def _is_done(self, item: Charge) -> bool:
        old = self._done.get(item.id)
        return (
            old is not None
            and item.cost is not None
            and not item.cost.partial
            and _basis(old) == _basis(item)
        )

    def reset(self, record_id: str) -> None:
        """Price a charge anew at the next update."""
        self._done.pop(record_id, None)
        self._again.add(record_id)

    def values(
        self, log: Log, distance: Mapping[AnyAttribute, object], now: datetime, zone: tzinfo
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield the cost of each period and of the last charge; `distance` is that of periods."""
        if self._prices is None:
            return
        yield from self._period_values(log, self._prices.currency, distance, now, zone)
        last = max(log.charges.values(), key=lambda item: item.end, default=None)
        yield LAST_COST, self._amount(last)

    def running(self, item: Charge | None) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield what the charge that goes on has cost so far."""
        if self._prices is not None:
            yield RUNNING_COST, self._amount(item and priced(item, self._prices))

    def _amount(self, item: Charge | None) -> float | None:
        """Return the cost of a charge, None if it is not known, or in another currency."""
        cost = None if item is None else item.cost
        if cost is None or self._prices is None or cost.currency != self._prices.currency:
            return None
        return round(cost.amount, 4)

    def _period_values(
        self,
        log: Log,
        currency: str,
        distance: Mapping[AnyAttribute, object],
        now: datetime,
        zone: tzinfo,
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        starts = [start_of(period, now, zone) for period in _PERIODS]
        if self._known != (log.version, currency, starts):
            self._known = log.version, currency, starts
            self._sums = [*_sums(log.charges.values(), currency, starts)]
        sums = dict(zip(_PERIODS.values(), self._sums, strict=True))
        yield from sums.items()
        yield COST_PER_DISTANCE, _ratio(sums[COST["month"]], distance.get(DISTANCE["month"]))


def _basis(item: Charge) -> tuple[object, ...]:
    """Return what the cost of a charge depends on, but for the prices."""
    return item.slots, item.place, item.kind, item.public, item.billed


def _sums(charges: Iterable[Charge], currency: str, starts: list[datetime]) -> Iterator[float]:
    """Yield the cost since each time; a quarter of an hour begins at each."""
    first = min(starts)
    paid = [
        item
        for item in charges
        if item.end > first and item.cost is not None and item.cost.currency == currency
    ]
    for start in starts:
        yield sum(_paid_since(item, start) for item in paid) / MILLION


def _paid_since(item: Charge, start: datetime) -> int:
    """Return the cost of a charge since a time, in millionths."""
    if item.cost is None or item.end <= start:
        return 0
    if item.slots and item.slots[0].start >= start:
        return round(MILLION * item.cost.amount)
    series, since = cost_series(item.cost.currency), start.timestamp()
    return sum(amount for key, begin, amount in parts_of(item) if key == series and begin >= since)


def _ratio(cost: float, distance: object) -> float | None:
    """Return the cost per 100 km."""
    if not isinstance(distance, float) or distance < LEAST_DISTANCE:
        return None
    return round(100 * cost / distance, 2)
