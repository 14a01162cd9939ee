"""Print results on standard output, and messages on standard error."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
import sys
from typing import Final

import orjson

from ..core import attributes as a
from ..core.attributes import AnyAttribute, AnyReading
from ..core.errors import (
    AuthError,
    BlockedError,
    ClientError,
    InvalidValueError,
    NetworkError,
    QuotaError,
    UnsupportedError,
)
from ..core.garage import Garage
from ..core.snapshot import encode
from ..core.source import Poll
from ..core.vehicle import Vehicle
from .geocoder import GeocoderError

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

_CODES: Final[Sequence[tuple[type[ClientError], int]]] = (
    (InvalidValueError, USAGE),
    (UnsupportedError, USAGE),
    (AuthError, 3),
    (BlockedError, 4),
    (QuotaError, 5),
    (NetworkError, 6),
)
_TITLES: Final = {
    a.BRAND: "Car",
    a.LAST_UPDATE: "Connection",
    a.MILEAGE: "Distance, fuel and battery",
    a.CHARGING_STATUS: "Charging",
    a.POSITION: "Position",
    a.LOCK_STATE: "Doors, windows and locks",
    a.CLIMATE_ACTIVITY: "Climate",
    a.SERVICES: "Service and warnings",
    next(iter(a.TIRE_PRESSURE.values())): "Tyres",
    next(iter(a.LAST_COMMAND.values())): "Last commands",
}
_MORE: Final = "More"
_HIDDEN_PREFIXES: Final = frozenset(
    {"charging_profile", "doors_and_windows", "fuel_and_battery", "headunit", "vehicle_location"}
)
_HIDDEN: Final = frozenset({a.BRAND, a.MODEL, a.COMMANDS})
_AGES: Final = ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"))


def _topics() -> Iterator[tuple[AnyAttribute, tuple[int, str]]]:
    """Yield every attribute with its position and its title."""
    title = _MORE
    for place, attribute in enumerate(a.ATTRIBUTES.values()):
        title = _TITLES.get(attribute, title)
        yield attribute, (place, title)


_TOPICS: Final = dict(_topics())


def note(text: str) -> None:
    """Print a message on standard error, in one line."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Print a line of the result on standard output."""
    print(text, flush=True)


def say_json(value: object) -> None:
    """Print JSON in one line on standard output."""
    say(orjson.dumps(value).decode())


def exit_code(error: ClientError) -> int:
    """Return the exit status of an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAILED)


def explanation(error: ClientError) -> str:
    """Return the message of an error, with the time to wait if it is known."""
    if isinstance(error, NetworkError) and not isinstance(error, GeocoderError):
        return f"the service cannot be reached ({error})"
    if isinstance(error, QuotaError) and error.retry_after:
        return f"{error} (again in {_duration(error.retry_after)})"
    return str(error)


def show(vehicles: Iterable[Vehicle], *, as_json: bool, one: bool = False) -> None:
    """Print cars as text, or as one line of JSON: a list, or with `one` an object."""
    vehicles = list(vehicles)
    if not as_json:
        say(status_text(vehicles))
        return
    found = [vehicle_json(vehicle) for vehicle in vehicles]
    say_json(found[0] if one else found)


def report_errors(program: str, garage: Garage, poll: Poll) -> int:
    """Print the errors of single cars and return the exit status; raise one of the account."""
    errors = {vin: error for vin, error in poll.errors.items() if error is not poll.error}
    for vin, error in errors.items():
        vehicle = garage.vehicles.get(vin)
        name = vehicle.name if vehicle is not None else "a car"
        note(f"{program}: {name}: {explanation(error)}")
    if poll.error is not None:
        raise poll.error
    return next(map(exit_code, errors.values()), OK)


def vehicle_json(vehicle: Vehicle) -> dict[str, object]:
    """Return a car as JSON with its values by key of the attribute; times are ISO 8601."""
    train = vehicle.drive_train
    return {
        "vin": vehicle.vin,
        "brand": vehicle.brand.value,
        "name": vehicle.name,
        "drive_train": train and train.value,
        "attributes": {
            reading.attribute.key: {
                "value": encode(reading),
                "unit": reading.attribute.unit,
                "time": reading.time.isoformat(),
                "source": reading.source,
            }
            for reading in _sorted(vehicle)
        },
    }


def vehicle_text(vehicle: Vehicle, now: datetime | None = None) -> str:
    """Return a car as text: a line for each value with its unit and age, by topic."""
    moment = now or datetime.now(UTC)
    lines = [vehicle.name, f"  VIN: {vehicle.vin}"]
    above = ""
    for reading in _sorted(vehicle):
        if reading.attribute in _HIDDEN:
            continue
        _, title = _topic(reading)
        if title != above:
            lines.append(f"  {title}")
            above = title
        age = _age(reading.time, moment)
        lines.append(f"    {_label(reading.attribute)}: {value_text(reading)} ({age})")
    return "\n".join(lines)


def status_text(vehicles: Iterable[Vehicle]) -> str:
    """Return all cars as text."""
    vehicles = list(vehicles)
    names = ", ".join(vehicle.name for vehicle in vehicles)
    found = f"Found {len(vehicles)} vehicles: {names}" if vehicles else "Found 0 vehicles"
    return "\n\n".join([found, *map(vehicle_text, vehicles)])


def value_text(reading: AnyReading) -> str:
    """Return a value as text with its unit; times are in the time zone of this machine."""
    text, unit = _words(reading.value), reading.attribute.unit
    return f"{text} {unit}" if unit else text


def _words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.10g}"
        case datetime():
            return f"{value.astimezone():%Y-%m-%d %H:%M}"
        case tuple():
            return "; ".join(map(_words, value)) or "none"
    if not is_dataclass(value) or isinstance(value, type):
        return str(value)
    parts = ((field.name.replace("_", " "), getattr(value, field.name)) for field in fields(value))
    return ", ".join(f"{name} {_words(part)}" for name, part in parts if part not in (None, ()))


def _sorted(vehicle: Vehicle) -> list[AnyReading]:
    """Return the readings with a value, in the order of attributes, then those of descriptors."""
    return sorted((item for item in vehicle if item.value is not None), key=_place)


def _place(reading: AnyReading) -> tuple[int, str]:
    return _topic(reading)[0], reading.attribute.key


def _topic(reading: AnyReading) -> tuple[int, str]:
    return _TOPICS.get(reading.attribute, (len(_TOPICS), _MORE))


def _label(attribute: AnyAttribute) -> str:
    if attribute not in _TOPICS:
        return attribute.key
    group, dot, name = attribute.key.partition(".")
    label = name if dot and group in _HIDDEN_PREFIXES else attribute.key
    return label.replace("_", " ").replace(".", " ")


def _age(time: datetime, now: datetime) -> str:
    return f"{_duration(seconds)} ago" if (seconds := (now - time).total_seconds()) >= 60 else "now"


def _duration(seconds: float) -> str:
    for length, one, many in _AGES:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {one if count == 1 else many}"
    return f"{max(1, round(seconds))} s"
