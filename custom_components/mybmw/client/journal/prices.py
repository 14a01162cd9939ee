"""What charges cost: prices by place and time, and the cost of a charge.

Prices are per kWh in one currency. The energy of a quarter of an hour has the price at its start,
so that nights on which the clock changes need no care. Amounts are rounded when they are shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, time, timedelta, tzinfo
from math import fsum
from typing import Final, NamedTuple

from ..core.records import Charge, ChargingKind, How, Money
from ..core.value_class import record

type PriceAt = Callable[[datetime], float | None]
"""Returns the price of the quarter of an hour that starts at a time, None if it is not known."""

_UNPRICED: Final = 0.05
_DAY: Final = timedelta(days=1)


class PricePeriod(NamedTuple):
    """A price on some days of the week (0 is Monday), from a local time of day to another.

    One that ends at an earlier time than it starts ends on the next day.
    """

    days: frozenset[int]
    start: time
    end: time
    price: float

    def applies(self, local: datetime) -> bool:
        """Return whether the price holds at a local time."""
        now, today = local.time(), local.weekday() in self.days
        if self.start < self.end:
            return today and self.start <= now < self.end
        yesterday = (local.date() - _DAY).weekday() in self.days
        return (today and now >= self.start) or (yesterday and now < self.end)


class Price(NamedTuple):
    """A price per kWh at any time, and a fee for each charge."""

    at: PriceAt
    fee: float = 0.0


@record
class FuelPrice:
    """The price of a litre of fuel at any time, in one currency."""

    currency: str
    at: PriceAt


@record
class PriceList:
    """All prices of the user: at home, by the entity id of zones, and at public charging points."""

    currency: str
    home: Price | None = None
    places: Mapping[str, Price] = field(default_factory=dict)
    public_ac: Price | None = None
    public_dc: Price | None = None

    def of(self, item: Charge) -> Price | None:
        """Return the price that applies to a charge."""
        if item.place.zone is not None and item.place.zone in self.places:
            return self.places[item.place.zone]
        if item.at_home:
            return self.home
        return self.public_dc if item.kind is ChargingKind.DC else self.public_ac


def fixed(price: float) -> PriceAt:
    """Return a price that is the same at any time."""
    return lambda _start: price


def time_of_use(base: float | None, rules: Sequence[PricePeriod], zone: tzinfo) -> PriceAt:
    """Return the price of the first rule that applies, else the base price."""

    def at(start: datetime) -> float | None:
        local = start.astimezone(zone)
        return next((rule.price for rule in rules if rule.applies(local)), base)

    return at


def priced(item: Charge, prices: PriceList) -> Charge:
    """Return a charge with its cost.

    What the user has set stays. Away from home, what BMW says counts more than a price.
    """
    price = prices.of(item)
    if item.cost is not None and item.cost.how is How.USER:
        return replace(item, costs=())
    if item.billed is not None and (price is None or not item.at_home):
        return replace(item, cost=item.billed, costs=())
    known = [] if price is None else [(slot.energy, price.at(slot.start)) for slot in item.slots]
    if price is None or all(each is None for _, each in known):
        return replace(item, cost=None, costs=())
    amounts = [0.0 if each is None else energy * each for energy, each in known]
    amounts[0] += price.fee
    cost = Money(fsum(amounts), prices.currency, How.TARIFF, partial=_is_partial(known))
    even = not price.fee and len({each for _, each in known}) == 1
    return replace(item, cost=cost, costs=() if even else tuple(round(part, 6) for part in amounts))


def _is_partial(known: Iterable[tuple[float, float | None]]) -> bool:
    """Return whether more than a little of the energy has no price."""
    parts = list(known)
    missing = fsum(energy for energy, each in parts if each is None)
    return missing > _UNPRICED * fsum(energy for energy, _ in parts)
