"""The cars of an account with their data, recorded and live."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final

from ..fingerprints import Json
from ..pictures import draw_car
from ..world import timestamp

# REST and stream spell some units differently (cardata.md#telematic-data)
_REST_UNITS: Final = {"percent": "%"}
_PAINT: Final = 0x7A8288


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One message of a recorded stream; `topic` is `<GCID>/<VIN>`."""

    time: datetime
    topic: str
    payload: Any


@dataclass(slots=True)
class CarDataCar:
    """A car; `telematics` holds `{timestamp, unit, value}` by descriptor."""

    vin: str
    basic_data: Json = field(default_factory=dict)
    telematics: dict[str, Json] = field(default_factory=dict)
    charging_history: list[Json] = field(default_factory=list)
    tyre_diagnosis: Json | None = None
    location_settings: list[Json] | None = None
    image: bytes | None = None
    mapping: Json = field(default_factory=dict)
    stream_file: Path | None = None

    @property
    def readable(self) -> bool:
        """Whether the account is PRIMARY for the car (cardata.md#cars-of-the-account)."""
        return bool(self.mapping.get("mappingType", "PRIMARY") == "PRIMARY")

    def apply(
        self, descriptor: str, value: Any, time: datetime | str, unit: str | None = None
    ) -> bool:
        """Apply a value of the stream; return False if the current one is newer.

        Raises ValueError for an invalid time.
        """
        moment = parse_time(time)
        held = self.telematics.get(descriptor)
        if (known := _measured(held)) and known > moment:
            return False
        usual = held.get("unit") if isinstance(held, dict) else None
        self.telematics[descriptor] = {
            "timestamp": timestamp(moment),
            "unit": _REST_UNITS.get(unit, unit) if unit else usual,
            "value": as_text(value),
        }
        return True

    def receive(self, payload: Any) -> None:
        """Apply all valid values of a stream message."""
        data = payload.get("data") if isinstance(payload, dict) else None
        for descriptor, item in (data if isinstance(data, dict) else {}).items():
            with suppress(AttributeError, KeyError, TypeError, ValueError):
                self.apply(descriptor, item["value"], item["timestamp"], item.get("unit"))

    def shift(self, by: timedelta) -> None:
        """Move all times of measurement, as if the car had been recorded later."""
        for item in self.telematics.values():
            if measured := _measured(item):
                item["timestamp"] = timestamp(measured + by)
        for session in self.charging_history:
            for part in (session, *(session.get("chargingBlocks") or ())):
                for name in ("startTime", "endTime"):
                    if isinstance(part.get(name), int | float):
                        part[name] += round(by.total_seconds())

    @property
    def measured(self) -> datetime | None:
        """The newest time of measurement."""
        times = (_measured(item) for item in self.telematics.values())
        return max((time for time in times if time), default=None)

    def draw(self) -> None:
        """Draw a picture if there is none."""
        self.image = self.image or draw_car("VehicleStatus", _PAINT)

    def stream(self) -> Iterator[StreamMessage]:
        """Yield the recorded messages of this car, in the order of the file."""
        if self.stream_file is None:
            return
        with self.stream_file.open() as lines:
            for line in filter(str.strip, lines):
                row = json.loads(line)
                if row["topic"].rpartition("/")[2].upper() == self.vin:
                    yield StreamMessage(parse_time(row["time"]), row["topic"], row["payload"])


def as_text(value: Any) -> str | None:
    """Return a value as REST sends it: text or null (cardata.md#stream-messages)."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def parse_time(value: Any) -> datetime:
    """Return a received time, UTC without a zone; raise TypeError or ValueError."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _measured(item: Any) -> datetime | None:
    try:
        return parse_time(item["timestamp"])
    except KeyError, TypeError, ValueError:
        return None
