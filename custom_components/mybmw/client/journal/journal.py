"""The journal of one car."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..core import attributes as car
from ..core.attributes import AnyAttribute, AnyReading
from ..core.convert import mapping
from ..core.records import AnyRecord, CapacityBasis, Charge, PlaceKind, Trip
from ..core.value_class import record
from ..core.values import ChargingSession
from .battery import Battery
from .charges import ChargeTracker
from .commutes import Commutes
from .costs import ChargingCosts
from .distances import PeriodDistances
from .fuel_costs import FuelCosts
from .lifetime import LifetimeCounts
from .log import JournalEvent, Log, Settings
from .observation import OBSERVED, Observation
from .period_sums import PeriodSums
from .prediction import Past, SocPrediction
from .presence import Presence
from .projected_range import RangeProjection
from .refuellings import Refuellings
from .retention import shrink
from .standby import Standby
from .trips import TripTracker

_TRIPS: Final = "trips"
_CHARGES: Final = "charges"
_PRESENCE: Final = "presence"
_BATTERY: Final = "battery"
_STANDBY: Final = "standby"
_PREDICTION: Final = "prediction"
_LIFETIME: Final = "lifetime"
_FUEL: Final = "fuel"
_SOLAR_STEP: Final = timedelta(minutes=1)


@record
class JournalUpdate:
    """The result of one evaluation of the readings.

    `records` are the changed ones by id, None for a removed one. `readings` are the live values,
    with the source of their newest input. `again` is the latest time of the next look, None if
    only another reading can change anything.
    """

    records: Mapping[str, AnyRecord | None]
    readings: tuple[AnyReading, ...] = ()
    events: tuple[JournalEvent, ...] = ()
    again: datetime | None = None


class Journal:
    """Turns observations of one car into records, live values and events."""

    def __init__(self, log: Log, settings: Settings) -> None:
        self.log = log
        self.settings = settings
        self.trips = TripTracker()
        self.lifetime = LifetimeCounts()
        self.refuellings = Refuellings()
        self.charges = ChargeTracker()
        self.prediction = SocPrediction()
        self.presence = Presence()
        self.costs = ChargingCosts()
        self.fuel_costs = FuelCosts()
        self.commutes = Commutes()
        self.battery = Battery()
        self.standby = Standby()
        self.range = RangeProjection()
        self._distances = PeriodDistances()
        self._sums = PeriodSums()
        self._shown: dict[AnyAttribute, object] = {}
        self._newest: datetime | None = None

    def look(self, observation: Observation, now: datetime) -> JournalUpdate:
        """Take in the newest readings of the car; any order and repetition is allowed."""
        observation = self._completed(observation)
        self.trips.look(observation, now, self.log, self.settings)
        moved = self.trips.moving_since
        self.charges.look(observation, now, self.log, self.settings, moved)
        self.costs.update(self.log, self.settings.prices)
        parked = self.trips.driving is False
        self.lifetime.look(observation, self.log, parked=parked)
        self.refuellings.look(observation, now, self.log)
        train = observation.value(car.DRIVE_TRAIN)
        burns = train is None or train.burns_fuel
        self.fuel_costs.update(self.log, self.settings.fuel_price if burns else None)
        # After the costs, which take a trip that has changed for one with other fuel at the start
        self.commutes.update(self.log, self.settings.work)
        self.presence.look(observation, self.settings, parked=parked)
        self.battery.look(observation)
        self.standby.look(observation, parked=parked)
        past = Past(self.charges.learned, self.charges.newest_first)
        self.prediction.look(observation, now, self.charges.open, past, self.settings)
        readings = tuple(self._readings(observation, now))
        records, events = self.log.take()
        solar = None if self._shown.get(car.SOLAR_SHARE_NOW) is None else now + _SOLAR_STEP
        times = (self.trips.again, self.charges.again, self.prediction.again, solar)
        again = min(filter(None, times), default=None)
        return JournalUpdate(records, readings, tuple(events), again)

    def running(self, observation: Observation) -> Charge | None:
        """Return the charge that goes on as far as it is known; None while none does."""
        charge = self.charges.open
        paused = charge is None or charge.paused is not None
        return None if paused else self.charges.running(self._completed(observation))

    def _completed(self, seen: Observation) -> Observation:
        """Return what is seen, with the usable capacity if the car does not say it."""
        usable = self._usable(seen)
        return seen if usable is None else replace(seen, usable=usable)

    def _usable(self, seen: Observation) -> float | None:
        """Return the capacity that the user has set, or one that the car does not say."""
        known = self.settings.capacities.get(seen.vin)
        if known is not None or seen.value(car.BATTERY_CAPACITY) is not None:
            return known
        return None if self.battery.estimate is None else self.battery.estimate.capacity

    def take_charges(self, sessions: Iterable[ChargingSession]) -> None:
        """Take in past charges as a source lists them; the next look returns what has changed."""
        self.charges.take_history(sessions, self.log, self.settings)

    def shrink(self, months: int, now: datetime) -> None:
        """Replace trips that are older than a number of months by monthly totals."""
        shrink(self.log, months, now, self.settings.zone)

    def dump(self) -> dict[str, Any]:
        """Return the open state as JSON, at most 4 kB."""
        return {
            _TRIPS: self.trips.dump(),
            _CHARGES: self.charges.dump(),
            _PRESENCE: self.presence.dump(),
            _BATTERY: self.battery.dump(),
            _STANDBY: self.standby.dump(),
            _PREDICTION: self.prediction.dump(),
            _LIFETIME: self.lifetime.dump(),
            _FUEL: self.refuellings.dump(),
        }

    def load(self, saved: object) -> None:
        """Restore the open state; invalid parts are ignored."""
        parts = mapping(saved)
        self.trips.load(parts.get(_TRIPS))
        self.charges.load(parts.get(_CHARGES))
        self.presence.load(parts.get(_PRESENCE))
        self.battery.load(parts.get(_BATTERY))
        self.standby.load(parts.get(_STANDBY))
        self.prediction.load(parts.get(_PREDICTION))
        self.lifetime.load(parts.get(_LIFETIME))
        self.refuellings.load(parts.get(_FUEL))

    def _readings(self, seen: Observation, now: datetime) -> Iterator[AnyReading]:
        """Yield the live values that have changed; their times never fall."""
        source = max(
            (seen.readings[key] for key in OBSERVED & seen.readings.keys()),
            key=lambda reading: reading.time,
            default=None,
        )
        if source is None:
            return
        self._newest = max(now, self._newest or now)
        for attribute, value in self._values(seen, now):
            if attribute not in self._shown and value is None:
                continue
            if attribute not in self._shown or self._shown[attribute] != value:
                self._shown[attribute] = value
                yield attribute.at(value, self._newest, source.source)

    def _values(self, seen: Observation, now: datetime) -> Iterator[tuple[AnyAttribute, object]]:
        yield car.DRIVING, self.trips.driving
        yield car.JOURNAL_TRIP, self.last_trip
        current = self.trips.current()
        driven: dict[AnyAttribute, object] = {}
        if current is not None or self.log.trips:
            driven |= self._distances.of(self.log, current, now, self.settings.zone)
        yield from driven.items()
        yield from self._sums.burnt(self.log, now, self.settings.zone)
        yield from self.fuel_costs.values(self._sums.fuel_costs)
        charged = [*self.charges.values(seen, now, self.settings)]
        yield from ((key, self._as_filed(value)) for key, value in charged)
        if charged:
            costs = dict(self.costs.values(self.log, driven, now, self.settings.zone))
            yield from costs.items()
            yield from self.fuel_costs.together(driven | costs, self._sums.fuel_costs)
            yield from self.costs.running(self.charges.running(seen))
            yield from self.battery.values(seen, self.log.charges.values(), self.log.version)
            yield from self._sums.of(self.log, now, self.settings.zone)
            yield car.SOLAR_SHARE_NOW, self._solar_share()
            yield car.PROJECTED_RANGE, self.range.of(seen, self._basis(seen), self.log)
            yield car.STANDBY_LOSS, self.standby.loss(now)
        yield car.PREDICTED_SOC, self.prediction.shown
        yield car.DISTANCE_FROM_HOME, self.presence.distance
        yield car.AT_HOME, self.presence.at_home

    def _solar_share(self) -> float | None:
        """Return the solar share in % while the car charges at home."""
        charge = self.charges.open
        if charge is None or charge.paused is not None or charge.place.kind is not PlaceKind.HOME:
            return None
        share = self.settings.solar()
        return None if share is None else float(round(100 * share))

    def _basis(self, seen: Observation) -> CapacityBasis:
        """Return where the usable capacity comes from."""
        if seen.vin in self.settings.capacities:
            return CapacityBasis.USER
        return CapacityBasis.CAR if seen.usable is None else CapacityBasis.CHARGES

    def _as_filed(self, value: object) -> object:
        """Return a charge with its cost."""
        return self.log.charges.get(value.id, value) if isinstance(value, Charge) else value

    @property
    def last_trip(self) -> Trip | None:
        """The last trip that has ended."""
        return self.log.trips.get(self.trips.state.last or "")
