"""What a month costs: counted per car, in the month of the bill.

See docs/protocols/highmobility.md#costs. Amounts are exact decimals.
"""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ..core.convert import mapping
from ..core.events import EventKind
from ..core.source import Bill

_CENT: Final = Decimal("0.01")
_NOTHING: Final = Decimal(0)
_MOST_CARS: Final = 1_000
_MOST_COUNTED: Final = 10**9


@dataclass(frozen=True, slots=True)
class Prices:
    """What things cost; `cap` is the most that a car costs in a month."""

    webhook: Decimal = Decimal("0.12")
    request: Decimal = _NOTHING
    cap: Decimal = Decimal("6.69")
    currency: str = "EUR"
    free: Collection[EventKind] = field(
        default_factory=lambda: frozenset(
            {EventKind.AUTHORIZATION_CHANGED, EventKind.FLEET_CLEARANCE_CHANGED, EventKind.PING}
        )
    )


@dataclass(slots=True)
class Counts:
    """What came and was asked for in one month about one car."""

    webhooks: int = 0
    free: int = 0
    duplicates: int = 0
    requests: int = 0

    def dump(self) -> dict[str, int]:
        """Return them as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


class Costs:
    """Counts webhooks and requests, and says what they cost.

    Months are those of `zone`, in which the bill is written.
    """

    def __init__(
        self, prices: Prices | None = None, zone: tzinfo = UTC, limit: Decimal | None = None
    ) -> None:
        """`limit` is what all cars together may cost in a month before polling stops."""
        self.prices = prices or Prices()
        self.limit = limit
        self._zone = zone
        self._month = ""
        self._cars: dict[str, Counts] = {}

    def webhook(self, vin: str, kind: EventKind, now: datetime, *, duplicate: bool = False) -> None:
        """Count a delivery about a car; one that came twice is counted apart."""
        counts = self._of(vin, now)
        if duplicate:
            counts.duplicates += 1
        elif kind in self.prices.free:
            counts.free += 1
        else:
            counts.webhooks += 1

    def request(self, vin: str, now: datetime) -> None:
        """Count a request about a car."""
        self._of(vin, now).requests += 1

    def take_back(self, vin: str, now: datetime) -> None:
        """Take back a request that cannot have reached the service."""
        counts = self._of(vin, now)
        counts.requests = max(0, counts.requests - 1)

    def counts(self, vin: str, now: datetime) -> Counts:
        """Return what was counted in the present month."""
        self._turn(now)
        return self._cars.get(vin) or Counts()

    def bill(self, vin: str | None, now: datetime) -> Bill | None:
        """Return what all cars cost in the present month, or one; None if nothing has a price."""
        if not (self.prices.webhook or self.prices.request):
            return None
        self._turn(now)
        vins = [*self._cars] if vin is None else [vin]
        counts = [self.counts(item, now) for item in vins]
        return Bill(
            since=self.month_start(now),
            until=self.next_month(now),
            currency=self.prices.currency,
            cost=float(sum(self.cost(item, now) for item in vins)),
            forecast=float(sum(self.forecast(item, now) for item in vins)),
            events=sum(item.webhooks for item in counts),
            calls=sum(item.requests for item in counts),
            free=sum(item.free for item in counts),
            duplicates=sum(item.duplicates for item in counts),
            capped=bool(vins) and all(self.capped(item, now) for item in vins),
            stopped=self.over_limit(now),
        )

    def cost(self, vin: str, now: datetime) -> Decimal:
        """Return what a car has cost in the present month."""
        return _cents(min(self._raw(vin, now), self.prices.cap))

    def capped(self, vin: str, now: datetime) -> bool:
        """Return whether a car costs nothing more in this month."""
        raw = self._raw(vin, now)
        return raw > 0 and raw >= self.prices.cap

    def forecast(self, vin: str, now: datetime) -> Decimal:
        """Return the expected cost of a car at the end of the month."""
        local = now.astimezone(self._zone)
        days = monthrange(local.year, local.month)[1]
        gone = (local - self._start(local)) / timedelta(days=1)
        raw = self._raw(vin, now)
        expected = raw * days / Decimal(str(gone)) if gone >= 1 else raw * days
        return _cents(min(max(raw, expected), self.prices.cap))

    def total(self, now: datetime) -> Decimal:
        """Return what all cars have cost in the present month."""
        self._turn(now)
        return sum((self.cost(vin, now) for vin in [*self._cars]), _NOTHING)

    def over_limit(self, now: datetime) -> bool:
        """Return whether the monthly limit is reached, so that nothing is polled any more."""
        return self.limit is not None and self.total(now) >= self.limit

    def month_start(self, now: datetime) -> datetime:
        """Return when the present month began (UTC)."""
        return self._start(now.astimezone(self._zone)).astimezone(UTC)

    def requests(self, now: datetime) -> int:
        """Return how many requests were made in the present month."""
        self._turn(now)
        return sum(counts.requests for counts in self._cars.values())

    def next_month(self, now: datetime) -> datetime:
        """Return when the next month begins (UTC)."""
        start = self._start(now.astimezone(self._zone))
        year, month = divmod(start.year * 12 + start.month, 12)
        return start.replace(year=year, month=month + 1).astimezone(UTC)

    def dump(self) -> Mapping[str, object]:
        """Return the counters as JSON."""
        return {
            "month": self._month,
            "cars": {vin: counts.dump() for vin, counts in self._cars.items()},
        }

    def load(self, saved: object) -> None:
        """Restore what `dump` returned; invalid parts are left out."""
        fields = mapping(saved)
        month = fields.get("month")
        if not isinstance(month, str) or month < self._month:
            return
        self._month = month
        for vin, counts in mapping(fields.get("cars")).items():
            known = mapping(counts)
            numbers = {name: _count(known.get(name)) for name in Counts.__slots__}
            self._cars[vin] = Counts(**numbers)

    def _raw(self, vin: str, now: datetime) -> Decimal:
        counts = self.counts(vin, now)
        return counts.webhooks * self.prices.webhook + counts.requests * self.prices.request

    def _of(self, vin: str, now: datetime) -> Counts:
        self._turn(now)
        if vin not in self._cars and len(self._cars) >= _MOST_CARS:
            return Counts()
        return self._cars.setdefault(vin, Counts())

    def _turn(self, now: datetime) -> None:
        """Reset the counters with each month, but not if the clock was set back."""
        month = f"{now.astimezone(self._zone):%Y-%m}"
        if month > self._month:
            self._month = month
            self._cars.clear()

    def _start(self, local: datetime) -> datetime:
        return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _count(value: object) -> int:
    usable = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), _MOST_COUNTED) if usable and isinstance(value, int) else 0
