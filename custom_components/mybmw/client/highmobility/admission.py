"""Which cars may be read: by clearance of a fleet, or by the consent of a driver.

See docs/protocols/highmobility.md#fleet and #consent.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from ..core.convert import utc_time
from ..core.errors import AuthError
from ..core.events import EventKind
from .api import HighMobilityApi
from .car import FleetCar, ReadRun
from .clearance import read_clearance, read_clearances
from .webhooks import WebhookEvent

NEVER: Final = datetime.min.replace(tzinfo=UTC)

_CONSENT: Final = timedelta(minutes=30)
_LIST: Final = timedelta(hours=6)
_LATER: Final = datetime.max.replace(tzinfo=UTC)


class Admission:
    """Limits the cars of a source to those that the login is for.

    `checked` is when that was asked last; `wanted` are the cars of the fleet that are of interest,
    None for all.
    """

    def __init__(
        self,
        api: HighMobilityApi,
        cars: dict[str, FleetCar],
        *,
        fleet: bool,
        wanted: Iterable[str] | None,
    ) -> None:
        """Initialize without any known car."""
        self.checked = NEVER
        self._api = api
        self._cars = cars
        self._fleet = fleet
        self._wanted = None if wanted is None else frozenset(vin.upper() for vin in wanted)
        self._consent: str | None = None

    @property
    def pending(self) -> bool:
        """Return whether the approval of the owner is missing."""
        tokens = self._api.login.tokens
        return not self._fleet and tokens is not None and not tokens.approved

    @property
    def waiting(self) -> bool:
        """Return whether an approval is needed before any car can be read."""
        cars = self._cars.values()
        return self.pending or (any(c.waiting for c in cars) and not any(c.cleared for c in cars))

    @property
    def due(self) -> datetime:
        """Return when to ask next; for a fleet, the earliest time of any car."""
        if not self._fleet:
            waiting = self.pending or not self._cars
            return _LATER if not waiting else self._after(_CONSENT)
        clearances = [car.clearance for car in self._cars.values() if car.clearance is not None]
        times = [due for item in clearances if (due := item.due) is not None]
        return min([*times, self._after(_LIST)]) if self.checked != NEVER else NEVER

    def wants(self, vin: str) -> bool:
        """Return whether a car is wanted."""
        return self._wanted is None or vin in self._wanted

    def concerns(self, event: WebhookEvent) -> bool:
        """Return whether an event about a car that is not known yet may make it known."""
        if self._fleet:
            known = event.vin is not None and self.wants(event.vin)
            return event.kind is EventKind.FLEET_CLEARANCE_CHANGED and known
        return event.kind is EventKind.AUTHORIZATION_CHANGED and (self.pending or not self._cars)

    def hurry(self) -> None:
        """Ask as soon as possible."""
        self.checked = NEVER

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart as JSON."""
        return {"checked": self.checked.isoformat(), "consent": self._consent}

    def load(self, saved: Mapping[str, object], now: datetime) -> None:
        """Restore when it was last asked, unless a car may have been added since."""
        known = self._cars.keys() >= (self._wanted or frozenset())
        if known and all(car.cleared for car in self._cars.values()):
            self.checked = min(utc_time(saved.get("checked")) or NEVER, now)
        consent = saved.get("consent")
        self._consent = consent if isinstance(consent, str) else None

    async def look(self, run: ReadRun, now: datetime) -> None:
        """Ask, if that is due."""
        if self._fleet:
            await self._look_at_fleet(run, now)
        else:
            await self._look_at_consent(run, now)

    def _after(self, wait: timedelta) -> datetime:
        return self.checked + wait if self.checked != NEVER else NEVER

    async def _look_at_fleet(self, run: ReadRun, now: datetime) -> None:
        if self.due > now:
            return
        listed = read_clearances(await self._api.clearances())
        self.checked = now
        found = {vin: item for vin, item in listed.items() if self.wants(vin)}
        for vin in self._cars.keys() - found:
            del self._cars[vin]
        for vin, item in found.items():
            car = self._cars.setdefault(vin, FleetCar())
            before, car.clearance = car.clearance, read_clearance(item, now, car.clearance)
            if before is not None and before.state is not car.clearance.state:
                car.denied = False
                car.pace.event(now)
        run.vins = frozenset(found)

    async def _look_at_consent(self, run: ReadRun, now: datetime) -> None:
        """Refresh the token to see whether the owner has approved, and read the car if so."""
        tokens = await self._api.login.log_in()
        if not tokens.approved and self.due <= now:
            self.checked = now
            tokens = await self._api.login.renew()
        if tokens.refused:
            raise AuthError("the owner has not given consent")
        if self.pending:
            return
        if not self._cars or self._consent not in (None, tokens.authorization):
            self.checked = now
            await self._find_car()
        self._consent = tokens.authorization
        run.vins = frozenset(self._cars)

    async def _find_car(self) -> None:
        """Read which car the consent is for, which may have changed."""
        vin = await self._api.vehicle_info()
        for other in self._cars.keys() - {vin}:
            del self._cars[other]
        self._cars.setdefault(vin, FleetCar())
