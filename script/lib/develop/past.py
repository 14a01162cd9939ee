"""The last days of the cars: what their journals have recorded, and what BMW lists of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, override
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant

from custom_components.mybmw.client.core.records import PlaceKind, Record, RecordPlace
from custom_components.mybmw.client.core.values import DriveTrain, Position
from custom_components.mybmw.client.journal.log import Log, Settings
from custom_components.mybmw.journal import store
from custom_components.mybmw.journal.store import CarFiles, CarList
from custom_components.mybmw.runtime.files import Read
from tests.client.journal.charging import sessions_of
from tests.client.journal.support import Owner
from tests.replay.cardata import CarDataCar
from tests.replay.carstate import ODOMETER, CarState, Drivetrain
from tests.replay.charging_days import charge, history
from tests.replay.days import DAY, HOUR, Part, Step, commute, dc_charge, drive, night, plan, workday
from tests.replay.driving_days import away, errand
from tests.replay.fingerprints import Json
from tests.replay.timeline import messages

from .configuration import HOME, NAME, ZONE

_TRAINS: Final = {
    Drivetrain.BEV: DriveTrain.ELECTRIC,
    Drivetrain.PHEV: DriveTrain.PLUGIN_HYBRID,
    Drivetrain.ICE: DriveTrain.COMBUSTION,
}
_NEAR: Final = 0.001
_SOLAR: Final = ((4.1, 50.0), (0.0, 15.0), (5.5, 80.0), (0.0, 10.0), (3.7, 60.0))
# Rounding must not hide the last kilometre
_BIT: Final = 0.001


@dataclass(frozen=True, slots=True)
class Past:
    """The records and the open state of a journal, and the charges as BMW lists them."""

    records: Mapping[str, Record]
    state: Mapping[str, Any]
    charges: list[Json]


def pasts_of(cars: Iterable[CarDataCar], days: int) -> dict[str, Past]:
    """Return the last days of the cars of CarData by VIN, up to the last midnight."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    usual = (car for car in cars if car.readable and ODOMETER in car.telematics)
    return {car.vin: _past_of(car, today, days) for car in usual} if days else {}


def let_happen(pasts: Mapping[str, Past], cars: Mapping[str, CarDataCar]) -> None:
    """Let journals that have no files yet begin with the past, and BMW list its charges."""
    for vin, past in pasts.items():
        cars[vin].charging_history[:] = past.charges

    def files(hass: HomeAssistant, name: str, listed: CarList, vin: str) -> CarFiles:
        return _Files(pasts.get(vin), hass, name, listed, vin)

    patch.object(store, "CarFiles", files).start()


class _Files(CarFiles):
    """The files of a car, which are written before they are read for the first time."""

    def __init__(self, past: Past | None, *car: Any) -> None:
        """Create them; a car without a past has the usual ones."""
        super().__init__(*car)
        self._past = past

    @override
    async def load(self, log: Log) -> Read:
        state = await super().load(log)
        if self._past is None or state.contents is not None or state.failed:
            return state
        for item in self._past.records.values():
            log.put(item)
        log.take()
        await self.save(self._past.state, self._past.records)
        await self.save_months(log)
        await self.save(self._past.state, {})
        return Read(self._past.state, failed=False)


def _past_of(car: CarDataCar, today: date, days: int) -> Past:
    now = CarState.of(car.basic_data, car.telematics)
    now = replace(now, home=HOME, plugged=False, soc=min(now.soc, now.target))
    first = today - timedelta(days=days)
    begin = datetime.combine(first, time(), ZoneInfo(ZONE))
    driven = _end(_days(now, first, days)).odometer - now.odometer
    then = replace(now, odometer=now.odometer - driven + _BIT)
    changes = [*_days(then, first, days)]
    settings = Settings(zone=ZoneInfo(ZONE), place_of=_place_of, home=Position(*HOME))
    owner = Owner(_TRAINS[now.drivetrain], settings)
    owner.receive(messages(changes, vin=car.vin, gcid="", start=begin, together=8))
    owner.wait(max(owner.now, datetime.combine(today, time(), ZoneInfo(ZONE))))
    rows = history(changes, begin)
    owner.import_charges(sessions_of(rows))
    records: dict[str, Record] = {**owner.log.trips, **owner.log.charges}
    return Past(records, owner.journal.dump(), rows)


def _days(car: CarState, first: date, count: int) -> Part:
    kinds = [_workday, _workday, _workday, _workday, _workday, _saturday, _sunday]
    steps: list[tuple[float, Step]] = [
        (day * DAY, kinds[(first + timedelta(days=day)).weekday()]) for day in range(count)
    ]
    return (yield from plan(car, steps))


def _workday(car: CarState, at: float) -> Part:
    """To work and home, and charge."""
    return (yield from workday(car, at))


def _saturday(car: CarState, at: float) -> Part:
    """Shop, and charge at home with what the sun gives."""
    steps: list[tuple[float, Step]] = [(0, night), (9.5 * HOUR, errand), (11 * HOUR, commute)]
    if car.electric:
        steps.append((12.5 * HOUR, lambda state, time: charge(state, time, _SOLAR)))
    return (yield from plan(car, steps, at))


def _sunday(car: CarState, at: float) -> Part:
    """Go far away and back; a fast charge in between if the car can do that."""
    steps: list[tuple[float, Step]] = [
        (0, night),
        (9 * HOUR, lambda state, time: drive(state, time, away(state, 70, 200.0))),
    ]
    if car.drivetrain is Drivetrain.BEV:
        steps.append((13 * HOUR, dc_charge))
    steps.append((15 * HOUR, commute))
    return (yield from plan(car, steps, at))


def _end(part: Part) -> CarState:
    while True:
        try:
            next(part)
        except StopIteration as end:
            car: CarState = end.value
            return car


def _place_of(position: Position | None) -> RecordPlace:
    if position is None:
        return RecordPlace()
    here = (position.latitude, position.longitude)
    if all(abs(one - other) < _NEAR for one, other in zip(here, HOME, strict=True)):
        return RecordPlace(PlaceKind.HOME, "zone.home", NAME)
    return RecordPlace(PlaceKind.AWAY)
