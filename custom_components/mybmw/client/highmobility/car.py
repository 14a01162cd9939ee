"""The state of a car, and the result of reading cars once."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import Final

from ..core.attributes import (
    ACCIDENT,
    CHARGING_SESSIONS,
    DRIVE_TRAIN,
    LAST_UPDATE,
    MILEAGE,
    PRIVACY_MODE,
    STARTER_BATTERY_LOW,
    STARTER_BATTERY_VOLTAGE,
    AnyAttribute,
    AnyReading,
)
from ..core.convert import mapping, utc_time
from ..core.errors import ClientError, NotAllowedError
from ..core.events import EventKind
from ..core.last_answers import LastAnswers
from ..core.source import Poll
from ..core.values import ChargingSession, DriveTrain
from .clearance import Clearance, ClearanceState
from .component import SOURCE
from .http_errors import AsleepError, NoDataYetError
from .pace import CarPace

_LOGGER = logging.getLogger(__name__)

_PRIVATE: Final[Mapping[str, str]] = {"vehicle": "privacy_mode_active"}
"""The failure of a car that passes on nothing at all."""

_GOOD_VOLTAGE: Final = 12.2
_DRIVES: Final = 1.0
_OF_A_CAR: Final = (AsleepError, NoDataYetError, NotAllowedError)


@dataclass(slots=True)
class FleetCar:
    """One car; `low_battery` is when it warned of its 12 V battery.

    `accident` is when the driver reported one, `mileage` what it had when it was read afterwards.

    `privacy` is whether its privacy mode was on in the last answer. `newest` is when it measured
    its newest value, `failures` are why values are missing; `answers` explain the values.
    """

    pace: CarPace = field(default_factory=CarPace)
    clearance: Clearance | None = None
    denied: bool = False
    privacy: bool = False
    newest: datetime | None = None
    low_battery: datetime | None = None
    accident: datetime | None = None
    mileage: float | None = None
    drive_train: DriveTrain | None = None
    sessions: tuple[ChargingSession, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    answers: LastAnswers = field(default_factory=LastAnswers)

    @property
    def cleared(self) -> bool:
        """Return whether the clearance lets the car be read."""
        return self.clearance is None or self.clearance.state is ClearanceState.APPROVED

    @property
    def waiting(self) -> bool:
        """Return whether an approval is missing."""
        return self.clearance is not None and self.clearance.state is ClearanceState.PENDING

    @property
    def private(self) -> bool:
        """Return whether the privacy mode hides all data."""
        return self.failures == _PRIVATE

    @property
    def refused(self) -> bool:
        """Return whether the car was never read because its clearance was refused or has ended."""
        ended = self.clearance is not None and self.clearance.state.ended
        return ended and self.newest is None

    def warned(self, kind: EventKind, time: datetime) -> AnyReading:
        """Note a warning of the 12 V battery, or an accident."""
        if kind is EventKind.ACCIDENT_REPORTED:
            self.accident, self.mileage = time, None
            return ACCIDENT.at(True, time, SOURCE)
        self.low_battery = time
        return STARTER_BATTERY_LOW.at(True, time, SOURCE)

    def problems(self, values: Mapping[AnyAttribute, AnyReading]) -> Iterator[AnyReading]:
        """Yield the warnings of the car, ended ones if a later reading shows that."""
        if self.low_battery is not None:
            voltage = _later(values.get(STARTER_BATTERY_VOLTAGE), self.low_battery)
            low = voltage is None or voltage.value < _GOOD_VOLTAGE
            when = self.low_battery if voltage is None or low else voltage.time
            yield STARTER_BATTERY_LOW.at(low, when, SOURCE)
            self.low_battery = self.low_battery if low else None
        if self.accident is not None:
            mileage = _later(values.get(MILEAGE), self.accident)
            on = mileage is None or not self._drove_on(mileage.value)
            when = self.accident if mileage is None or on else mileage.time
            yield ACCIDENT.at(on, when, SOURCE)
            self.accident = self.accident if on else None

    def answered(
        self, values: Mapping[AnyAttribute, AnyReading], failures: Mapping[str, str]
    ) -> bool:
        """Store an answer; return whether it has newer values than the last one."""
        newest = values.get(LAST_UPDATE)
        changed = newest is not None and newest.value != self.newest
        self.newest = newest.value if newest is not None else self.newest
        self.failures, self.denied = failures, False
        if (train := values.get(DRIVE_TRAIN)) is not None:
            self.drive_train = train.value
        if (sessions := values.get(CHARGING_SESSIONS)) is not None:
            self.sessions = sessions.value
        return changed

    def hidden(self, now: datetime) -> AnyReading:
        """Note that the privacy mode of the car hid its data."""
        self.failures, self.privacy = _PRIVATE, True
        self.pace.done(now, changed=False)
        return PRIVACY_MODE.at(True, now, SOURCE)

    def shown(
        self, values: Mapping[AnyAttribute, AnyReading], now: datetime
    ) -> Iterator[AnyReading]:
        """End the privacy mode with an answer without it, however old the position is."""
        mode = values.get(PRIVACY_MODE)
        before, self.privacy = self.privacy, mode is not None and mode.value
        if before and not self.privacy:
            yield PRIVACY_MODE.at(False, now, SOURCE)

    def _drove_on(self, mileage: float) -> bool:
        """Return whether the car has driven since it was read first after the accident."""
        if self.mileage is None:
            self.mileage = mileage
        return mileage >= self.mileage + _DRIVES

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart as JSON."""
        return {
            "pace": self.pace.dump(),
            "clearance": self.clearance and self.clearance.dump(),
            "denied": self.denied,
            "low_battery": self.low_battery and self.low_battery.isoformat(),
            "accident": self.accident and self.accident.isoformat(),
        }

    def diagnostics(self) -> Mapping[str, object]:
        """Return what diagnostics show."""
        newest = self.newest and self.newest.isoformat()
        return {**self.dump(), "newest": newest, "failures": dict(self.failures)}

    @classmethod
    def load(cls, saved: object, now: datetime) -> FleetCar:
        """Restore what `dump` returned; invalid parts are left out."""
        fields = mapping(saved)
        car = cls(
            clearance=Clearance.load(fields.get("clearance")),
            denied=fields.get("denied") is True,
            low_battery=utc_time(fields.get("low_battery")),
            accident=utc_time(fields.get("accident")),
        )
        car.pace.load(fields.get("pace"))
        car.pace.go_back(now)
        return car


@dataclass(slots=True)
class ReadRun:
    """The result of one run so far; `error` ends it."""

    readings: dict[str, Sequence[AnyReading]] = field(default_factory=dict)
    errors: dict[str, ClientError] = field(default_factory=dict)
    vins: frozenset[str] | None = None
    error: ClientError | None = None

    async def attempt(self, work: Callable[[], Awaitable[object]]) -> None:
        """Await what everything else depends on; an error ends the run."""
        try:
            await work()
        except ClientError as error:
            _LOGGER.debug("The cars cannot be read: %s", error)
            self.error = error

    def poll(self) -> Poll:
        """Return the result of the poll, failed if the service failed for every car."""
        error = self.error
        if error is None and not self.readings:
            failures = (item for item in self.errors.values() if not isinstance(item, _OF_A_CAR))
            error = next(failures, None)
        return Poll(self.readings, self.errors, self.vins, error)


def _later(reading: AnyReading | None, time: datetime) -> AnyReading | None:
    """Return a reading if it was measured after a time."""
    return reading if reading is not None and reading.time > time else None
