"""Replays a field case into one vehicle. The README beside this file describes the format."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from custom_components.mybmw.client import Garage, Vehicle, dump, load as load_readings
from custom_components.mybmw.client.cardata.car_state import CarState
from custom_components.mybmw.client.cardata.charging_history import past_charges
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.cardata.rest_readings import read_basic_data
from custom_components.mybmw.client.core.attributes import DRIVE_TRAIN, AnyReading
from custom_components.mybmw.client.core.descriptors import attribute_of
from custom_components.mybmw.client.core.values import DriveTrain
from custom_components.mybmw.client.mybmw.car_context import Context
from custom_components.mybmw.client.mybmw.readings import read_state
from tests.field_cases.diary import Diary

type Json = dict[str, Any]

FOLDER: Final = Path(__file__).parent
SHARED: Final = FOLDER.parents[1].parent / "shared" / "field_cases"
"""Cases that are kept beside the repository, not in it; the folder may be missing."""

_VIN: Final = "WBY0FINGERPRINT01"
_TOLERANCE: Final = 0.005
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_WITHOUT_A_TIME: Final = "2026-01-01T00:00:00Z"


def files() -> list[Path]:
    """Return the files of all cases, those of the repository first."""
    return [*sorted(FOLDER.glob("*.json")), *sorted(SHARED.glob("*.json"))]


def load(path: Path) -> Json:
    """Return one case."""
    case: Json = orjson.loads(path.read_bytes())
    return case


def time_of(text: str) -> datetime:
    """Return the time that a step names."""
    return datetime.fromisoformat(text)


def message_of(step: Json) -> Json:
    """Return the descriptors of one message of the stream, as a car sends them."""
    return {key: _item(value, step["stream"]) for key, value in step["v"].items()}


def _item(value: object, sent: str) -> Json:
    raw, unit, time = (*value, None, None)[:3] if isinstance(value, list) else (value, None, None)
    fields = {"timestamp": time or sent, "value": raw}
    return fields if unit is None else {**fields, "unit": unit}


class Replayer:
    """One car while its story goes on; what was expected and not found is in `failures`."""

    def __init__(self, case: Json) -> None:
        """Start with what is known of the car before the first step."""
        self.failures: dict[str, object] = {}
        self._garage = Garage()
        self._zone = ZoneInfo(case["zone"])
        train = case["train"] and DriveTrain(case["train"])
        self._memory = CarState(train, self._zone)
        known = [] if train is None else [DRIVE_TRAIN.at(train, _LONG_AGO)]
        self._garage.update(_VIN, known)
        writes = any("journal" in step for step in case["steps"])
        self._diary = Diary(case.get("home")) if writes else None

    @property
    def vehicle(self) -> Vehicle:
        """The car as it is now."""
        return self._garage.vehicles[_VIN]

    def run(self, steps: Iterable[Json]) -> None:
        """Replay steps in order."""
        for number, step in enumerate(steps, 1):
            if "expect" in step:
                self._compare(number, step["expect"])
            elif "journal" in step and self._diary is not None:
                found = self._diary.compare(step["journal"])
                self.failures |= {f"step {number}: {key}": item for key, item in found.items()}
            elif "history" in step and self._diary is not None:
                rows = past_charges(step["history"], Counter(), time_of(step["now"]))
                self._show(self._diary.history(rows, self.vehicle, time_of(step["now"])))
            elif "restart" in step:
                self._restart()
            elif "later" in step:
                self._garage.expire(_VIN, time_of(step["later"]))
                if self._diary is not None:
                    self._show(self._diary.wait(self.vehicle, time_of(step["later"])))
            else:
                self._garage.update(_VIN, self._read(step))
                if self._diary is not None:
                    moment = time_of(step.get("stream") or step.get("now", _WITHOUT_A_TIME))
                    self._show(self._diary.look(self.vehicle, moment))

    def _show(self, live: Iterable[AnyReading]) -> None:
        """Add the live values of the journal to the car, as Home Assistant does."""
        self._garage.update(_VIN, live)

    def _restart(self) -> None:
        """Go on with what is on disk, as after a restart."""
        saved = orjson.loads(orjson.dumps([dump(self.vehicle), self._memory.dump()]))
        memory = CarState(self._memory.drive_train, self._zone)
        memory.load(saved[1])
        self._garage, self._memory = Garage(), memory
        self._garage.update(_VIN, load_readings(saved[0]))
        self.vehicle.add_ended(load_readings(saved[0]))
        if self._diary is not None:
            self._diary.restart()

    def _read(self, step: Json) -> list[AnyReading]:
        if "stream" in step:
            return read_values(message_of(step), self._memory, time_of(step["stream"]))
        if "rest" in step:
            return read_values(step["rest"], self._memory, time_of(step["now"]))
        if "basic" in step:
            now = step.get("now", _WITHOUT_A_TIME)
            return read_basic_data(step["basic"], self._memory, time_of(now))
        fetched = time_of(step["now"])
        context = Context(fetched, self._zone, drive_train=self.vehicle.drive_train)
        answer = {"state": step["state"], "capabilities": step.get("capabilities")}
        return read_state(answer, context, Counter())

    def _compare(self, number: int, expected: Mapping[str, object]) -> None:
        for key, wanted in expected.items():
            value = self.vehicle.value(attribute_of(key))
            if not matches(value, wanted):
                self.failures[f"step {number}: {key}"] = value


def matches(value: object, wanted: object) -> bool:
    """Return whether a value is what a case expects."""
    value = value.value if isinstance(value, Enum) else value
    match wanted:
        case {"any": list(choices)}:
            return any(matches(value, choice) for choice in choices)
        case ["~" | "!~" as sign, str(part)]:
            return (part in str(value)) is (sign == "~")
        case bool() | None:
            return value is wanted
        case int() | float():
            return _near(value, wanted)
        case str() if isinstance(value, datetime):
            return value == time_of(wanted)
        case _:
            return str(value) == wanted


def _near(value: object, wanted: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value - wanted) <= abs(wanted) * _TOLERANCE
