"""What is remembered of a car, and of one run of reading."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import Final

from ..core.attributes import AnyReading, Attribute
from ..core.convert import mapping, utc_time
from ..core.descriptors import DESCRIPTORS
from ..core.errors import ClientError
from ..core.source import Poll
from ..core.values import ChargingSession, DriveTrain
from .clearance import Clearance, ClearanceState
from .component import SOURCE
from .pace import CarPace

_LOGGER = logging.getLogger(__name__)

_GOOD_VOLTAGE: Final = 12.2
_LOW_BATTERY: Final[Attribute[bool]] = DESCRIPTORS[
    "vehicle.electricalSystem.battery.serviceDemand.recharge"
].attribute


@dataclass(slots=True)
class FleetCar:
    """One car; `low_battery` is when the car warned of its 12 V battery.

    `newest` is when it measured its newest value, `failures` are why values are missing.
    """

    pace: CarPace = field(default_factory=CarPace)
    clearance: Clearance | None = None
    denied: bool = False
    newest: datetime | None = None
    low_battery: datetime | None = None
    drive_train: DriveTrain | None = None
    sessions: tuple[ChargingSession, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def cleared(self) -> bool:
        """Whether it may be read, as far as clearance is needed."""
        return self.clearance is None or self.clearance.state is ClearanceState.APPROVED

    def warned(self, time: datetime) -> AnyReading:
        """Note a warning of the 12 V battery."""
        self.low_battery = time
        return _LOW_BATTERY.at(True, time, SOURCE)

    def good_again(self, voltage: AnyReading | None) -> Iterator[AnyReading]:
        """End the warning once a good voltage was measured after it."""
        if self.low_battery is None or voltage is None or voltage.time <= self.low_battery:
            return
        if voltage.value >= _GOOD_VOLTAGE:
            self.low_battery = None
            yield _LOW_BATTERY.at(False, voltage.time, SOURCE)

    def dump(self) -> Mapping[str, object]:
        """Return what should survive a restart as JSON."""
        return {
            "pace": self.pace.dump(),
            "clearance": self.clearance and self.clearance.dump(),
            "denied": self.denied,
            "low_battery": self.low_battery and self.low_battery.isoformat(),
        }

    def diagnostics(self) -> Mapping[str, object]:
        """Return what diagnostics show."""
        newest = self.newest and self.newest.isoformat()
        return {**self.dump(), "newest": newest, "failures": dict(self.failures)}

    @classmethod
    def load(cls, saved: object, now: datetime) -> FleetCar:
        """Read what `dump` wrote; odd parts are left out."""
        fields = mapping(saved)
        car = cls(
            clearance=Clearance.load(fields.get("clearance")),
            denied=fields.get("denied") is True,
            low_battery=utc_time(fields.get("low_battery")),
        )
        car.pace.load(fields.get("pace"))
        car.pace.go_back(now)
        return car


@dataclass(slots=True)
class ReadRun:
    """What one run has brought so far; `error` ends it."""

    readings: dict[str, Sequence[AnyReading]] = field(default_factory=dict)
    errors: dict[str, ClientError] = field(default_factory=dict)
    vins: frozenset[str] | None = None
    error: ClientError | None = None

    async def attempt(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do what everything else depends on; a failure ends the run."""
        try:
            await work()
        except ClientError as error:
            _LOGGER.debug("The cars cannot be read: %s", error)
            self.error = error

    def poll(self) -> Poll:
        """Return the result; if every car failed, so did the whole."""
        error = self.error
        if error is None and self.errors and not self.readings:
            error = next(iter(self.errors.values()))
        return Poll(self.readings, self.errors, self.vins, error)
