"""The predicted state of charge as it rises, and how measured values correct it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from ..core.attributes import Reading
from ..core.convert import mapping, sequence, utc_time
from ..core.records import ChargingKind, PredictionBasis
from .charger_meter import MeterModel, MeterSample
from .charging_rates import DcCurve, Inputs, Rate, rate_of
from .counted_energy import is_possible

_HOUR: Final = timedelta(hours=1)
_STEP: Final = timedelta(minutes=5)
_DC_STEP: Final = timedelta(minutes=1)
_MOST_STEPS: Final = 600
_LEAST_GAIN: Final = 4.0
_CLEAR_GAIN: Final = 8.0
_LEAST_TIME: Final = timedelta(minutes=15)
_BELOW: Final = 0.5
_ABOVE: Final = 1.0
_EXACT: Final = 0.2
_SLOWER: Final = 3.0
_CLEAR: Final = 1.2
_METER_OFF: Final = 5.0
_RECENT: Final = timedelta(minutes=5)
_MOST_ERRORS: Final = 60
_LARGEST: Final = 1e9
_TIMES: Final = ("time", "real_at", "session", "anchor_at", "power_at")
_NUMBERS: Final = (
    "soc",
    "real",
    "factor",
    "anchor",
    "gained",
    "power",
    "power_soc",
    "by_time",
    "error",
)
_FLAGS: Final = ("stopped", "standing", "resting", "meter_off", "live")


class Counted(NamedTuple):
    """What the charger had counted in kWh at a time, with the state of charge then."""

    energy: float
    time: datetime
    soc: float


class Limits(NamedTuple):
    """Until when the charge is believed to go on, and up to which state of charge."""

    until: datetime
    cap: float


@dataclass(slots=True)
class PredictedCharge:
    """The state of charge that is predicted for `time`, in the charge that began at `session`.

    It is `resting` while the charge pauses.

    `real` was measured last. `factor` makes the rate of this charge slower or faster: it is
    adjusted by comparing what was `gained` since the measured `anchor`. A charge that was
    `standing` once has `stopped` if it stands again. `error` is the sum of `errors` ones. A power
    that is `live` was measured by the charger.
    """

    soc: float
    time: datetime
    real: float
    real_at: datetime
    session: datetime | None = None
    factor: float = 1.0
    anchor: float = 0.0
    anchor_at: datetime | None = None
    gained: float = 0.0
    power: float | None = None
    power_at: datetime | None = None
    power_soc: float = 0.0
    by_time: float | None = None
    stopped: bool = False
    standing: bool = False
    resting: bool = False
    restored: bool = False
    meter_off: bool = False
    live: bool = False
    error: float = 0.0
    errors: int = 0
    basis: PredictionBasis = PredictionBasis.MEASURED
    meter: Counted | None = None
    first: Counted | None = None
    last: Counted | None = None

    def begin(self, start: datetime) -> None:
        """Begin with a charge."""
        fresh = PredictedCharge(self.real, max(start, self.real_at), self.real, self.real_at, start)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))
        self.anchor, self.anchor_at = self.real, self.time

    @property
    def mean_error(self) -> float | None:
        """The mean error of this charge, None if no value was predicted."""
        return round(self.error / self.errors, 2) if self.errors else None

    @property
    def sample(self) -> MeterSample | None:
        """What the charger has counted for the measured gain."""
        if self.first is None or self.last is None or self.meter_off:
            return None
        hours = (self.last.time - self.first.time) / _HOUR
        points = self.last.soc - self.first.soc
        return MeterSample(self.last.energy - self.first.energy, hours, points)

    def rate(self, known: Inputs, time: datetime, curve: DcCurve) -> Rate | None:
        """Return the rate at a time, None if it is not known or the charge has stopped."""
        found = rate_of(known, self.soc, time, curve)
        if found is None or self.stopped:
            return None
        return found._replace(points=found.points * self.factor)

    def advance(self, known: Inputs, limits: Limits, curve: DcCurve, until: datetime) -> None:
        """Let the state of charge rise until a time; it does not fall."""
        stop = min(until, limits.until)
        longest = _DC_STEP if known.kind is ChargingKind.DC else _STEP
        for _ in range(_MOST_STEPS):
            step = min(longest, stop - self.time)
            found = self.rate(known, self.time, curve) if step > timedelta() else None
            if found is None or self.soc >= limits.cap or self.meter is not None:
                break
            self.basis = found.basis
            self.gained += found.points * (step / _HOUR)
            self.soc = min(self.soc + found.points * (step / _HOUR), limits.cap)
            self.time += step
        self.time = max(self.time, until)

    def count(self, energy: float, now: datetime, model: MeterModel, cap: float) -> None:
        """Let the energy that the charger has counted raise the state of charge."""
        base = self.meter
        hours = 0.0 if base is None else (now - base.time) / _HOUR
        if base is None or not is_possible(energy - base.energy, hours):
            self.meter = Counted(energy, now, self.soc)
            return
        gain = model.gain(energy - base.energy, hours)
        self.soc = max(self.soc, min(base.soc + gain, cap))
        self.basis = PredictionBasis.METER

    def correct(self, soc: Reading[float], rate: Rate | None, *, powered: bool) -> None:
        """Correct a charge that goes on by a measured value, which may be from a while ago.

        `powered` means that a power was measured together with it.
        """
        since = max(timedelta(), self.time - soc.time) / _HOUR
        gain = 0.0 if rate is None or self.meter is not None else rate.points * since
        then = max(self.soc - gain, min(self.soc, self.real))
        self._judge(then - soc.value, soc)
        self.soc = max(_corrected(then, soc.value) + self.soc - then, soc.value)
        self._learn(soc, then - soc.value, powered=powered)
        self._measured(soc)

    def settle(self, soc: Reading[float]) -> None:
        """Take in a value measured while the car does not charge."""
        near = self.session is not None and abs(self.soc - soc.value) <= _ABOVE
        self.soc = self.soc if near else soc.value
        self._measured(soc)

    def _measured(self, soc: Reading[float]) -> None:
        self.real, self.real_at = soc.value, soc.time
        self.time = max(self.time, soc.time)
        self.restored = False

    def _judge(self, off: float, soc: Reading[float]) -> None:
        """Note how wrong the prediction was; a meter that counts something else is ignored."""
        predicted = self.session is not None and self.real_at >= self.session
        if predicted and not self.restored and soc.time > self.real_at:
            self.error += max(0.0, abs(off) - _BELOW)
            self.errors += 1
        if (self.meter is not None or self.live) and abs(off) > _METER_OFF:
            self.meter_off, self.meter = True, None
            if self.live:
                self.live, self.power, self.power_at = False, None, None

    def _learn(self, soc: Reading[float], off: float, *, powered: bool) -> None:
        """Adjust the rate of this charge by half of the error.

        It is by more if the car is behind and no longer sends a power: it may have stopped.
        """
        if soc.value > self.real:
            self.stopped = self.standing = False
        if self.restored or self.anchor_at is None or soc.value < self.anchor:
            self.anchor, self.anchor_at, self.gained = soc.value, soc.time, 0.0
        gained = soc.value - self.anchor
        enough = max(self.gained, gained) >= _LEAST_GAIN and self.gained >= _BELOW
        if not enough or soc.time - self.anchor_at < _LEAST_TIME:
            return
        part = min(max(gained / self.gained, 0.0), 1.4)
        if off > _CLEAR and not powered:
            self.factor = max(self.factor * part**4, 0.1)
        else:
            self.factor = min(max(self.factor * (1 + max(part, 0.2)) / 2, 0.1), 1.3)
        self.stopped = gained <= 0 and (self.standing or self.gained >= _CLEAR_GAIN)
        self.standing = gained <= 0
        self.anchor, self.anchor_at, self.gained = soc.value, soc.time, 0.0

    def note_meter(self, energy: float, now: datetime) -> None:
        """Begin to count anew at a measured value, from which the charger's factor is learned."""
        self.meter = Counted(energy, now, self.soc)
        if now - self.real_at <= _RECENT:
            counted = Counted(energy, now, self.real)
            self.first, self.last = self.first or counted, counted

    def dump(self) -> dict[str, Any]:
        """Return it as JSON."""
        times = {name: getattr(self, name) for name in _TIMES}
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        counted = {name: getattr(self, name) for name in ("meter", "first", "last")}
        return {
            **{name: time.isoformat() for name, time in times.items() if time is not None},
            **{name: round(value, 3) for name, value in numbers.items() if value is not None},
            **{name: True for name in _FLAGS if getattr(self, name)},
            **{
                name: [round(item.energy, 3), item.time.isoformat(), round(item.soc, 2)]
                for name, item in counted.items()
                if item is not None
            },
            "errors": self.errors,
            "basis": self.basis.value,
        }


def load_predicted(saved: object) -> PredictedCharge | None:
    """Return what `dump` returned, None if it is not usable; invalid parts are left out."""
    fields = mapping(saved)
    times = {name: utc_time(fields.get(name)) for name in _TIMES}
    numbers = {name: _number(fields.get(name)) for name in _NUMBERS}
    time, real_at = times["time"], times["real_at"]
    soc, real = numbers["soc"], numbers["real"]
    if time is None or real_at is None or soc is None or real is None:
        return None
    found = PredictedCharge(soc, time, real, real_at, restored=True)
    for name, value in (*times.items(), *numbers.items()):
        if value is not None:
            setattr(found, name, value)
    for name in _FLAGS:
        setattr(found, name, fields.get(name) is True)
    for name in ("meter", "first", "last"):
        setattr(found, name, _counted(sequence(fields.get(name))))
    errors = _number(fields.get("errors"))
    found.errors = int(errors) if errors is not None and errors >= 0 else 0
    words = {item.value: item for item in PredictionBasis}
    found.basis = words.get(str(fields.get("basis")), found.basis)
    return found


def _number(value: object) -> float | None:
    usable = isinstance(value, (int, float)) and abs(value) < _LARGEST
    return float(value) if usable and isinstance(value, (int, float)) else None


def _counted(saved: object) -> Counted | None:
    match saved:
        case [int() | float() as energy, str(text), int() | float() as soc]:
            time = utc_time(text)
            return None if time is None else Counted(float(energy), time, float(soc))
    return None


def _corrected(then: float, real: float) -> float:
    """Return the prediction for the time of a measured value.

    A whole number may be rounded or cut off, so what is in its range is kept, with the progress
    since the last whole point. What is little above is kept as well: the rate becomes slower.
    """
    if not real.is_integer():
        return then if abs(then - real) <= _EXACT else real
    if then < real - _BELOW:
        return real
    return then if then <= real + _SLOWER else real + _BELOW
