"""Charges of simulated cars that report seldom, and how wrong predictions of them are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean
from typing import Final, Protocol

from custom_components.mybmw.client.core import attributes as car
from custom_components.mybmw.client.core.values import ChargingSession, ChargingStatus, DriveTrain
from custom_components.mybmw.client.core.vehicle import Vehicle
from custom_components.mybmw.client.journal.journal import Journal
from custom_components.mybmw.client.journal.log import Log, Settings
from custom_components.mybmw.client.journal.observation import observe

START: Final = datetime(2026, 11, 9, 12, tzinfo=UTC)
TARGET: Final = 80.0
_MINUTE: Final = timedelta(minutes=1)
_CAPACITY: Final = 80.0
_STEP: Final = 5
_LONGEST: Final = 24 * 60
_DC: Final = 23.0
_SOURCE: Final = "cardata"

type Power = Callable[[Random], Iterator[float]]
"""The power in kW that the charger offers, minute by minute."""

type Reports = Callable[[Random], frozenset[int]]
"""The minutes in which the car reports."""


@dataclass(frozen=True)
class Case:
    """A way to charge and to report; `stops` means that the charger stops without a message."""

    name: str
    power: Power
    reports: Reports
    begin: tuple[float, float] = (15.0, 40.0)
    stops: bool = False


def steady(kilowatts: float) -> Power:
    """Offer the same power all the time."""

    def power(_chance: Random) -> Iterator[float]:
        while True:
            yield kilowatts

    return power


def solar(chance: Random) -> Iterator[float]:
    """Offer what clouds leave over, never nothing."""
    level = chance.uniform(4, 9)
    while True:
        level = min(11.0, max(1.4, level + chance.gauss(0, 1.5)))
        yield from [level] * chance.randint(5, 15)


def every(minutes: int, first: int = 0) -> Reports:
    """Report every so many minutes, as an answer to a request does."""
    return lambda _chance: frozenset({0, *range(first or minutes, _LONGEST, minutes)})


def bursts(chance: Random) -> frozenset[int]:
    """Report for three minutes, then be silent for 35 to 75."""
    found, time = set(), 0
    while time < _LONGEST:
        found |= {time, time + 1, time + 2}
        time += chance.randint(35, 75)
    return frozenset(found)


def at_first(_chance: Random) -> frozenset[int]:
    """Report for three minutes, and never again."""
    return frozenset({0, 1, 2})


def one_burst(_chance: Random) -> frozenset[int]:
    """Report for three minutes, and once more for two."""
    return frozenset({0, 1, 2, 11, 12})


CASES: Final = (
    Case("AC 11 kW, bursts", steady(11.0), bursts),
    Case("AC 11 kW, hourly requests", steady(11.0), every(60)),
    Case("AC 11 kW, silent after the start", steady(11.0), at_first),
    Case("AC 2.3 kW, bursts", steady(2.3), bursts, (55.0, 65.0)),
    Case("AC 2.3 kW, silent after the start", steady(2.3), at_first, (55.0, 65.0)),
    Case("solar, data every 5 min", solar, every(5)),
    Case("solar, bursts", solar, bursts),
    Case("DC 150 kW, one burst", steady(150.0), one_burst, (8.0, 20.0)),
    Case("DC 150 kW, silent after the start", steady(150.0), at_first, (8.0, 20.0)),
    Case("stopped outside, hourly requests", steady(11.0), every(60), stops=True),
    Case("solar, silent after the start", solar, at_first),
    Case("stopped outside, silent", steady(11.0), at_first, stops=True),
)


@dataclass(frozen=True)
class Report:
    """What a car reports: whole % (cut off), the power in kW, and the minutes that are left."""

    soc: float
    power: float | None
    left: float | None


@dataclass(frozen=True)
class Minute:
    """The true state of charge at a minute, what the charger has counted, and what is reported."""

    soc: float
    counted: float
    report: Report | None


@dataclass
class Battery:
    """A car that differs from what is known of it: a capacity in kWh, losses, a DC curve."""

    chance: Random

    def __post_init__(self) -> None:
        """Make a car."""
        self.capacity = _CAPACITY * self.chance.uniform(0.97, 1.03)
        self.ac = self.chance.uniform(0.86, 0.94)
        self.dc = self.chance.uniform(0.93, 0.97)
        self.falls_from = self.chance.uniform(20, 35)
        self.at_80 = self.chance.uniform(0.35, 0.5)

    def taken(self, offered: float, soc: float) -> float:
        """Return the power in kW that it takes from the grid."""
        if offered <= _DC:
            return offered
        part = max(0.0, soc - self.falls_from) / (TARGET - self.falls_from)
        return offered * (1 - (1 - self.at_80) * part)

    def charge(self, case: Case, soc: float) -> list[Minute]:
        """Charge until the target; one that stops outside is watched until then nevertheless."""
        rising = list(self._rising(case.power(self.chance), soc))
        reports, wrong = case.reports(self.chance), self.chance.uniform(0.9, 1.1)
        stop = round(len(rising) * self.chance.uniform(0.4, 0.7)) if case.stops else len(rising)
        found = []
        for minute, now in enumerate(rising):
            true, power, counted = now if minute < stop else rising[stop]
            flows = minute <= stop
            left = (len(rising) - minute) * wrong
            said = Report(float(int(true)), power if flows else None, left if flows else None)
            found.append(Minute(true, counted, said if minute in reports else None))
        return found

    def _rising(self, offered: Iterator[float], soc: float) -> Iterator[tuple[float, float, float]]:
        counted = 0.0
        for power in offered:
            taken = self.taken(power, soc)
            yield soc, taken, counted
            if soc >= TARGET:
                return
            counted += taken / 60
            efficiency = self.dc if power > _DC else self.ac
            soc = min(TARGET, soc + 100 * taken * efficiency / 60 / self.capacity)


class Predictor(Protocol):
    """Something that predicts the state of charge, minute by minute."""

    def begin(self) -> None: ...
    def report(self, minute: int, said: Report) -> None: ...
    def at(self, minute: int) -> float: ...


@dataclass
class Ours:
    """The journal of a car; with a charger at home that counts or says its power, if at all."""

    metered: bool = False
    powered: bool = False
    log: Log = field(default_factory=Log)
    now: datetime = START

    def __post_init__(self) -> None:
        """Begin with an empty journal."""
        self.counted: float | None = None
        self.power: float | None = None
        settings = Settings(meter=lambda: self.counted, power=lambda: self.power)
        self.journal = Journal(self.log, settings)
        self.vehicle = Vehicle("WBA00000000000001")
        self.vehicle.update(
            [
                car.DRIVE_TRAIN.at(DriveTrain.ELECTRIC, self.now),
                car.BATTERY_CAPACITY.at(_CAPACITY, self.now),
                car.CHARGING_TARGET.at(TARGET, self.now),
            ]
        )

    def begin(self) -> None:
        """Begin another charge, a day later."""
        self.now += timedelta(days=1)
        self.vehicle.update([car.CHARGER_CONNECTED.at(True, self.now, _SOURCE)])

    def report(self, minute: int, said: Report) -> None:
        """Take in a report."""
        time = self.now + minute * _MINUTE
        found: list[car.AnyReading] = [car.STATE_OF_CHARGE.at(said.soc, time, _SOURCE)]
        found.append(car.CHARGING_STATUS.at(ChargingStatus.CHARGING, time, _SOURCE))
        if said.power is not None:
            found.append(car.CHARGING_POWER.at(said.power, time, _SOURCE))
        if said.left is not None:
            end = time + said.left * _MINUTE
            found.append(car.CHARGING_TIME_LEFT.at(said.left, time, _SOURCE))
            found.append(car.CHARGING_END_TIME.at(end, time, _SOURCE))
        self.vehicle.update(found)
        self.journal.look(observe(self.vehicle), time + timedelta(seconds=2))

    def at(self, minute: int) -> float:
        """Return the prediction."""
        self.journal.look(observe(self.vehicle), self.now + minute * _MINUTE)
        shown = self.journal.prediction.shown
        assert shown is not None
        return shown.value

    def end(self, minutes: Sequence[Minute]) -> None:
        """Unplug the car, and read BMW's history of the charge."""
        end = self.now + len(minutes) * _MINUTE
        self.vehicle.update(
            [
                car.STATE_OF_CHARGE.at(float(int(minutes[-1].soc)), end, _SOURCE),
                car.CHARGING_STATUS.at(ChargingStatus.NOT_CHARGING, end, _SOURCE),
                car.CHARGING_POWER.at(0.0, end, _SOURCE),
                car.CHARGER_CONNECTED.at(False, end, _SOURCE),
            ]
        )
        self.counted = self.power = None
        self.journal.look(observe(self.vehicle), end + timedelta(minutes=5))
        first, last = minutes[0], minutes[-1]
        row = ChargingSession(
            self.now, end, last.counted, float(int(first.soc)), float(int(last.soc))
        )
        self.journal.take_charges([row])
        self.journal.look(observe(self.vehicle), end + timedelta(hours=1))


@dataclass
class Errors:
    """Errors in points: their mean, and the mean of the worst one of each charge."""

    mean: float
    worst: float


def play(minutes: Sequence[Minute], predictor: Predictor, step: int = _STEP) -> list[float]:
    """Return the errors of a prediction, every few minutes of a charge."""
    predictor.begin()
    found = []
    for number, minute in enumerate(minutes):
        if isinstance(predictor, Ours) and predictor.metered:
            predictor.counted = round(1_000 + minute.counted, 1)
        if isinstance(predictor, Ours) and predictor.powered and number:
            predictor.power = round(60 * (minute.counted - minutes[number - 1].counted), 2)
        if minute.report is not None:
            predictor.report(number, minute.report)
        if number % step == 0:
            found.append(abs(predictor.at(number) - minute.soc))
    return found


def errors_of(
    case: Case,
    made: Callable[[Battery], Predictor],
    count: int,
    seed: int = 1,
) -> Errors:
    """Return how wrong the predictions of so many cars are."""
    means, worst = [], []
    for number in range(count):
        battery = Battery(Random(1_000 * seed + number))
        predictor = made(battery)
        found = play(battery.charge(case, battery.chance.uniform(*case.begin)), predictor)
        means.append(fmean(found))
        worst.append(max(found))
    return Errors(fmean(means), fmean(worst))


def untaught(_battery: Battery) -> Ours:
    """Return a journal that knows nothing of the car."""
    return Ours()


def taught(
    battery: Battery, kilowatts: float = 11.0, *, metered: bool = False, powered: bool = False
) -> Ours:
    """Return a journal after four well reported charges."""
    journal = Ours(metered, powered)
    case = Case("lesson", steady(kilowatts), every(1 if kilowatts > _DC else 10))
    for _ in range(4):
        minutes = battery.charge(case, 8.0 if kilowatts > _DC else 20.0)
        play(minutes, journal, 30)
        journal.end(minutes)
    return journal
