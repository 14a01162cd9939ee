"""The costs of the fuel of trips and refuellings, and those of fuel and electricity together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from ..core.attributes import (
    COST,
    DISTANCE,
    ENERGY_COST_MONTH,
    ENERGY_COST_PER_DISTANCE,
    FUEL_COST,
    FUEL_COST_PER_DISTANCE,
    AnyAttribute,
)
from ..core.records import EnergyCost, Figure, How, Money, Refuelling, Trip
from .log import Log
from .prices import FuelPrice
from .summary import LEAST_DISTANCE, Mean

_MONTH: Final = "month"


class FuelCosts:
    """Prices the fuel of trips and refuellings when it becomes known.

    They keep their cost when the user changes the price, so that what was paid stays as it was.
    """

    def __init__(self) -> None:
        self._price: FuelPrice | None = None
        self._done: dict[str, float | None] | None = None

    def update(self, log: Log, price: FuelPrice | None) -> None:
        """Price what has changed, and all without a cost with a new price."""
        changed: Iterable[str] = [*log.changed]
        if price is None:
            self._price = None
            return
        if self._done is None:
            priced = [item for item in _burnt(log) if item.fuel_cost is not None]
            self._done = {item.id: _litres(item) for item in priced if item.id not in log.changed}
        if price is not self._price:
            unpriced = [item.id for item in _burnt(log) if item.fuel_cost is None]
            changed, self._price = dict.fromkeys([*log.changed, *unpriced]), price
        for key in changed:
            item = log.trips.get(key) or log.refuellings.get(key)
            if item is None:
                continue
            litres = _litres(item)
            if litres is None and item.fuel_cost is None:
                continue
            if item.fuel_cost is None or (self._done.get(key) != litres and not _is_total(item)):
                log.put(replace(item, fuel_cost=_cost(item, litres, price)))
                self._done[key] = litres

    def values(
        self, means: Mapping[str, Mapping[str, Mean]]
    ) -> Iterator[tuple[AnyAttribute, float | None]]:
        """Yield what the fuel has cost by period; `means` are those of each currency."""
        if self._price is None:
            return
        found = {period: mean.get(self._price.currency) for period, mean in means.items()}
        for period, mean in found.items():
            yield FUEL_COST[period], None if mean is None else round(mean.total, 4)
        month = found[_MONTH]
        per_distance = None if month is None else month.per_distance
        yield FUEL_COST_PER_DISTANCE, None if per_distance is None else round(per_distance, 2)

    def together(
        self, known: Mapping[AnyAttribute, object], means: Mapping[str, Mapping[str, Mean]]
    ) -> Iterator[tuple[AnyAttribute, EnergyCost | None]]:
        """Yield what charging and fuel cost this month, None while one of them is not known."""
        charging, distance = known.get(COST[_MONTH]), known.get(DISTANCE[_MONTH])
        if self._price is None or not isinstance(charging, float):
            return
        mean, made = means[_MONTH].get(self._price.currency), None
        if mean is not None and isinstance(distance, float):
            total = charging + mean.total
            parts = (total, charging, mean.total, distance, mean.weight)
            made = EnergyCost(*(round(part, 4) for part in parts))
        yield ENERGY_COST_MONTH, made
        yield ENERGY_COST_PER_DISTANCE, None if made is None else _per_distance(made)


def _burnt(log: Log) -> Iterable[Trip | Refuelling]:
    return chain[Trip | Refuelling](log.trips.values(), log.refuellings.values())


def _is_total(item: Trip | Refuelling) -> bool:
    """Return whether the cost is the sum of what trips have cost, at the prices of their time."""
    return isinstance(item, Trip) and item.monthly


def _litres(item: Trip | Refuelling) -> float | None:
    return item.fuel.value if isinstance(item.fuel, Figure) else item.fuel


def _cost(item: Trip | Refuelling, litres: float | None, price: FuelPrice) -> Money | None:
    """Return what fuel cost at the end of a trip, None if litres or price are not known."""
    each = None if litres is None else price.at(item.end)
    if litres is None or each is None:
        return None
    return Money(litres * each, price.currency, How.TARIFF)


def _per_distance(cost: EnergyCost) -> EnergyCost | None:
    """Return a cost per 100 km, None if too little is known of the fuel, or of the distance."""
    if min(cost.distance, cost.fuel_distance) < LEAST_DISTANCE:
        return None
    charging, fuel = 100 * cost.charging / cost.distance, 100 * cost.fuel / cost.fuel_distance
    return replace(
        cost, amount=round(charging + fuel, 2), charging=round(charging, 2), fuel=round(fuel, 2)
    )
