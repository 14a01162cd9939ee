"""Predict the state of charge of a car between the values that it measures.

While it charges, the rate comes from the power that the charger at home or the car says, from the
time left or from earlier charges (`charging_rates`), or the energy that a charger counts takes its
place (`charger_meter`). Measured values correct the prediction at once (`predicted_charge`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from statistics import fmean, median
from typing import Any, Final, NamedTuple

from ..core import attributes as car
from ..core.attributes import Reading
from ..core.convert import mapping, sequence
from ..core.records import Charge, ChargeEnd, ChargingKind, PlaceKind, Prediction, PredictionBasis
from ..core.values import DriveTrain
from .charge_signs import NO_POWER
from .charger_meter import (
    MeterModel,
    MeterSample,
    add_sample,
    dump_samples,
    fit,
    load_samples,
    samples_of,
)
from .charging_rates import FULL, DcCurve, Inputs
from .grid_energy import AC_POWER, GridEnergy, kind_of
from .log import Settings
from .observation import Observation
from .open_charge import OpenCharge
from .predicted_charge import Limits, PredictedCharge, load_predicted

_HOUR: Final = timedelta(hours=1)
_EARLY: Final = timedelta(minutes=2)
_SAME_BURST: Final = timedelta(minutes=1)
_AFTER_END: Final = timedelta(minutes=15)
_SILENT: Final = timedelta(hours=3)
_SOON: Final = timedelta(minutes=1)
_LATE: Final = timedelta(minutes=10)
_CLOCK: Final = timedelta(minutes=5)
_LEAST_LEFT: Final = 5.0
_LEAST_GAP: Final = 2.0
_NEARLY_FULL: Final = 99.0
_CHARGES: Final = 10
_RECENT: Final = 100
_STEPS: Final = 2
_FREEZES: Final = frozenset({DriveTrain.PLUGIN_HYBRID, DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER})


class Past(NamedTuple):
    """What earlier charges have shown."""

    learned: GridEnergy
    newest_first: Sequence[Charge]


class SocPrediction:
    """Predicts the state of charge of one car; `shown` changes with each half point."""

    def __init__(self) -> None:
        """Create it without a value."""
        self.again: datetime | None = None
        self.shown: Prediction | None = None
        self.curve = DcCurve()
        self.errors: list[float] = []
        self._samples: list[MeterSample] = []
        self._state: PredictedCharge | None = None

    def look(
        self,
        seen: Observation,
        now: datetime,
        charge: OpenCharge | None,
        past: Past,
        settings: Settings,
    ) -> None:
        """Take in the newest readings; `charge` goes on, pauses, or has just ended."""
        self.again = None
        soc = seen.reading(car.STATE_OF_CHARGE)
        if soc is None or not (charge is not None or _plugs_in(seen)):
            return
        charge = None if charge is not None and charge.over is not None else charge
        state = self._state_for(soc, charge, now)
        if charge is not None and charge.paused is None:
            self._charging(state, seen, now, charge, past, settings)
        else:
            self._idle(state, soc, charge, seen)
        self._show(state)

    def _state_for(
        self, soc: Reading[float], charge: OpenCharge | None, now: datetime
    ) -> PredictedCharge:
        """Return the state, after the end of a charge or at the begin of another one."""
        state = self._state or PredictedCharge(soc.value, soc.time, soc.value, soc.time)
        self._state = state
        if state.time > now + _CLOCK:  # the clock was set back
            state.time = state.real_at = min(now, soc.time)
        start = None if charge is None else charge.start
        if state.session is not None and start != state.session:
            self._learn(state)
        if start is not None and start != state.session:
            state.session = None
            if state.real_at < soc.time <= start + _EARLY:
                state.settle(soc)
            state.begin(start)
        elif start is None:
            state.session = None
        return state

    def _learn(self, state: PredictedCharge) -> None:
        """Learn from a charge that has ended."""
        if state.mean_error is not None:
            self.errors = [*self.errors, state.mean_error][-_CHARGES:]
        if state.sample is not None:
            add_sample(self._samples, state.sample)
        self.curve.learn()

    def _charging(
        self,
        state: PredictedCharge,
        seen: Observation,
        now: datetime,
        charge: OpenCharge,
        past: Past,
        settings: Settings,
    ) -> None:
        if state.resting:
            state.time, state.resting = max(state.time, min(now, charge.active)), False
        known, limits = _inputs(state, seen, charge, past), _limits(state, seen, charge)
        soc = seen.reading(car.STATE_OF_CHARGE)
        counted = _of_charger(state, charge, settings.meter)
        state.meter = state.meter if counted is not None else None
        if soc is not None and soc.time > state.real_at and not _is_frozen(seen, charge):
            state.advance(known, limits, self.curve, soc.time)
            power = seen.time(car.CHARGING_POWER)
            powered = state.live or (power is not None and power >= soc.time - _LATE)
            state.correct(soc, state.rate(known, soc.time, self.curve), powered=powered)
            _take_time_left(state, seen, soc)
            if counted is not None and not state.meter_off:
                state.note_meter(counted, now)
        live = _of_charger(state, charge, settings.power) if counted is None else None
        if live is not None:
            state.power, state.power_at = max(live, 0.0), now
            state.power_soc, state.live = state.soc, True
        else:
            self._take_power(state, seen, charge)
        known, limits = _inputs(state, seen, charge, past), _limits(state, seen, charge)
        state.advance(known, limits, self.curve, now)
        if counted is not None and not state.meter_off:
            state.count(counted, now, self._model(past, seen), limits.cap)
        self._wait(state, known, limits, now)

    def _idle(
        self,
        state: PredictedCharge,
        soc: Reading[float],
        charge: OpenCharge | None,
        seen: Observation,
    ) -> None:
        """Keep the prediction while the charge pauses, until a value is measured."""
        state.meter, state.resting = None, True
        if soc.time > state.real_at and not (charge is not None and _is_frozen(seen, charge)):
            state.settle(soc)
            state.basis = PredictionBasis.MEASURED
        target = seen.value(car.CHARGING_TARGET)
        if charge is not None and charge.reason is ChargeEnd.TARGET_REACHED and target is not None:
            state.soc = max(state.soc, target)

    def _take_power(self, state: PredictedCharge, seen: Observation, charge: OpenCharge) -> None:
        """Take over a newly measured power, with the state of charge of that time."""
        power = seen.reading(car.CHARGING_POWER)
        if power is None or power.time < charge.start - _EARLY or power.value < NO_POWER:
            return
        if state.power_at is None or power.time > state.power_at:
            state.power, state.power_at, state.power_soc = power.value, power.time, state.soc
            state.live = False
            if _kind(charge, power.value) is ChargingKind.DC:
                self.curve.add(state.soc, power.value)

    def _model(self, past: Past, seen: Observation) -> MeterModel:
        """Return what a kWh of the charger is worth, from its own charges or BMW's history."""
        found = fit(self._samples) or fit(samples_of(islice(past.newest_first, _RECENT)))
        if found is not None:
            return found
        per_point = past.learned.of(ChargingKind.AC, seen.capacity)
        return MeterModel(1 / per_point if per_point else 0.0)

    def _wait(self, state: PredictedCharge, known: Inputs, limits: Limits, now: datetime) -> None:
        """Look again when another half point may be reached."""
        if state.soc >= limits.cap or (now >= limits.until and state.meter is None):
            return
        rate = state.rate(known, now, self.curve)
        if state.meter is not None or state.live:
            self.again = now + _SOON
        elif rate is not None and rate.points > 0:
            self.again = now + min(max(_HOUR / rate.points / _STEPS / 2, _SOON), _LATE)

    def _show(self, state: PredictedCharge) -> None:
        """Publish another half point, or that it is measured again."""
        value = round(state.soc * _STEPS) / _STEPS
        measured = PredictionBasis.MEASURED
        if (
            self.shown is None
            or self.shown.value != value
            or (self.shown.basis is measured) is not (state.basis is measured)
        ):
            error = round(fmean(self.errors), 1) if self.errors else None
            self.shown = Prediction(value, state.basis, state.real_at, error)

    def dump(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {
            "state": None if self._state is None else self._state.dump(),
            "errors": self.errors,
            "curve": self.curve.powers,
            "meter": dump_samples(self._samples),
        }

    def load(self, saved: object) -> None:
        """Restore the state; invalid parts are ignored."""
        fields = mapping(saved)
        self._state = load_predicted(fields.get("state"))
        errors = sequence(fields.get("errors"))[:_CHARGES]
        self.errors = [
            float(item) for item in errors if isinstance(item, (int, float)) and 0 <= item <= FULL
        ]
        self.curve.load(fields.get("curve"))
        self._samples = load_samples(fields.get("meter"))


def _plugs_in(seen: Observation) -> bool:
    train = seen.value(car.DRIVE_TRAIN)
    return train is not None and train.plugs_in


def _is_frozen(seen: Observation, charge: OpenCharge) -> bool:
    """Return whether the value is that of the start, which some cars keep while they charge."""
    train, soc = seen.value(car.DRIVE_TRAIN), seen.value(car.STATE_OF_CHARGE)
    return train is not None and train in _FREEZES and soc == charge.start_soc


def _kind(charge: OpenCharge, power: float | None) -> ChargingKind:
    peak = max((kw for _, kw in charge.curve), default=0.0)
    if charge.direct or max(peak, power or 0.0) > AC_POWER:
        return ChargingKind.DC
    return ChargingKind.AC if power is None else kind_of(power)


def _inputs(state: PredictedCharge, seen: Observation, charge: OpenCharge, past: Past) -> Inputs:
    """Return what is known of the rate."""
    power, kind = state.power, _kind(charge, state.power)
    per_point = past.learned.of(kind, seen.capacity)
    if not per_point:
        return Inputs(kind, by_time=state.by_time)
    ratios = past.learned.ratios.get(kind)
    ratio = median(ratios) if ratios and not state.live else 1.0
    usual = None if power is not None else _usual_power(past.newest_first, kind, charge)
    return Inputs(
        kind,
        None if power is None else power / ratio / per_point,
        power or 0.0,
        state.power_at,
        state.power_soc,
        state.by_time,
        None if usual is None else usual / per_point,
    )


def _usual_power(
    newest_first: Sequence[Charge], kind: ChargingKind, charge: OpenCharge
) -> float | None:
    """Return the power of the last charges of this kind at this place."""
    found = (
        item.power
        for item in islice(newest_first, _RECENT)
        if item.kind is kind and item.place == charge.place and item.power
    )
    powers = [*islice(found, _CHARGES)]
    return median(powers) if powers else None


def _limits(state: PredictedCharge, seen: Observation, charge: OpenCharge) -> Limits:
    """Return until when the charge goes on as far as is known, and its highest state of charge."""
    end = seen.value(car.CHARGING_END_TIME) or charge.expected
    newest = max(charge.active, state.real_at, state.power_at or charge.active)
    until = newest + _SILENT if end is None or end < newest else end + _AFTER_END
    target = seen.value(car.CHARGING_TARGET)
    cap = min(FULL if target is None else target, _NEARLY_FULL)
    return Limits(until, max(cap, state.real))


def _of_charger(
    state: PredictedCharge, charge: OpenCharge, measured: Callable[[], float | None]
) -> float | None:
    """Return what the charger at home has measured, None if this car may charge elsewhere."""
    if state.meter_off or _kind(charge, state.power) is ChargingKind.DC:
        return None
    home = charge.place.kind in (PlaceKind.HOME, PlaceKind.UNKNOWN)
    return measured() if home else None


def _take_time_left(state: PredictedCharge, seen: Observation, soc: Reading[float]) -> None:
    """Take the rate from the time that is left until the target."""
    left, target = seen.reading(car.CHARGING_TIME_LEFT), seen.value(car.CHARGING_TARGET)
    if left is None or abs(left.time - soc.time) > _SAME_BURST:
        return
    gap = (FULL if target is None else target) - state.soc
    if left.value >= _LEAST_LEFT and gap >= _LEAST_GAP:
        state.by_time = gap / left.value * 60
