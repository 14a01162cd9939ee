"""Parse the lists that CarData sends as JSON in a text: service items, Check Control messages.

See docs/protocols/cardata.md#lists.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
import re
from typing import Final

from ..core.attributes import CHECK_CONTROL, SERVICES
from ..core.convert import Converter, integer, member, split_unit, text
from ..core.json_reader import Reader
from ..core.values import CheckControlMessage, ServiceItem, ServiceStatus, Severity
from .car_state import CarState, Readings, Value
from .converters import day, distance, inner, items
from .mapping import MESSAGE_LIST, SERVICE_LIST, SOURCE

_ANY_MESSAGE: Final = "CCM"
_STATUS: Final = member(ServiceStatus)
_SEVERITY: Final = member(Severity)
_NO_WORD: Final = re.compile(r"[\W_]+")
_OF_MESSAGES: Final = frozenset({"messageType", "title", "text", "description"})
"""Keys of messages; an object without any of them is no message."""

_SERVICE_IDS: Final[Mapping[int, str]] = {
    1: "ENGINE_OIL",
    2: "BRAKE_PADS_FRONT",
    3: "BRAKE_FLUID",
    6: "BRAKE_PADS_REAR",
    17: "VEHICLE_TUV",
    32: "VEHICLE_TUV",
    100: "VEHICLE_CHECK",
}
"""Types of services by BMW's number, as seen in users' data."""

_SERVICE_TITLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ENGINE_OIL", "OIL", "OIL_SERVICE", "ENGINE_OIL_SERVICE"), "ENGINE_OIL"),
    **dict.fromkeys(
        ("FRONT_BRAKE", "FRONT_BRAKES", "FRONT_BRAKE_PADS", "BRAKE_PADS_FRONT"),
        "BRAKE_PADS_FRONT",
    ),
    **dict.fromkeys(
        ("REAR_BRAKE", "REAR_BRAKES", "REAR_BRAKE_PADS", "BRAKE_PADS_REAR"), "BRAKE_PADS_REAR"
    ),
    "BRAKE_FLUID": "BRAKE_FLUID",
    **dict.fromkeys(
        (
            "STATUTORY_INSPECTION",
            "STATUTORY_VEHICLE_INSPECTION",
            "VEHICLE_INSPECTION",
            "VEHICLE_TUV",
            "TUV",
        ),
        "VEHICLE_TUV",
    ),
    **dict.fromkeys(
        (
            "EMISSION_CHECK",
            "EMISSIONS_CHECK",
            "EMISSION_INSPECTION",
            "EMISSIONS_INSPECTION",
            "STATUTORY_EMISSION_INSPECTION",
            "STATUTORY_EMISSIONS_INSPECTION",
        ),
        "EMISSION_CHECK",
    ),
    "VEHICLE_CHECK": "VEHICLE_CHECK",
    **dict.fromkeys(("TIRE_WEAR_FRONT", "TYRE_WEAR_FRONT"), "TIRE_WEAR_FRONT"),
    **dict.fromkeys(("TIRE_WEAR_REAR", "TYRE_WEAR_REAR"), "TIRE_WEAR_REAR"),
}
"""Types of services by BMW's title, in upper case with underscores."""


def _services(value: Value, car: CarState) -> Readings:
    listed = items(value.raw)
    found = tuple(item for fields in listed if (item := _service(fields, car)))
    if listed and not found:
        raise ValueError("no services")
    return (SERVICES.at(found, value.time, SOURCE),)


def _service(fields: Mapping[str, object], car: CarState) -> ServiceItem | None:
    reader = Reader(SOURCE, datetime.now(UTC), car.problems).inside(SERVICE_LIST)
    title = reader.take(fields, "title", text)
    kind = _service_kind(reader.take(fields, "id", integer), title)
    if kind is None:
        return None
    return ServiceItem(
        type=kind,
        status=reader.take(fields, "status", _STATUS),
        due=reader.take(fields, "date", day),
        distance=reader.take(fields, "unitOfLengthRemaining", _remaining(car)),
        description=title,
    )


def _service_kind(number: int | None, title: str | None) -> str | None:
    """Return the type of a service by its number or title; the title itself if it is unknown."""
    if number is not None and number in _SERVICE_IDS:
        return _SERVICE_IDS[number]
    word = _slug(title or "")
    if word:
        return _SERVICE_TITLES.get(word, word)
    return None if number is None else f"SERVICE_{number}"


def _slug(title: str) -> str:
    return _NO_WORD.sub("_", title.upper()).strip("_")


def _remaining(car: CarState) -> Converter[float]:
    """Return a converter for distances; the default unit is that of the car's display."""

    def convert(value: object) -> float | None:
        if value == "-":
            return None
        return distance(value, split_unit(value)[1] or car.display_unit())

    return convert


def _messages(value: Value, car: CarState) -> Readings:
    listed = [part for item in items(value.raw) for part in inner(item.get("value", item))]
    if listed and all(_OF_MESSAGES.isdisjoint(part) for part in listed):
        raise ValueError("no messages")
    found = (_message(part, car) for part in listed)
    return (CHECK_CONTROL.at(tuple(item for item in found if item), value.time, SOURCE),)


def _message(fields: Mapping[str, object], car: CarState) -> CheckControlMessage | None:
    """Return one message; its type is its title, or else its number; None for a status of OK."""
    reader = Reader(SOURCE, datetime.now(UTC), car.problems).inside(MESSAGE_LIST)
    kind = reader.take(fields, "messageType", text) or _ANY_MESSAGE
    title, number = reader.take(fields, "title", text), reader.take(fields, "id", integer)
    status = fields.get("status")
    if _OF_MESSAGES.isdisjoint(fields) or (
        isinstance(status, str) and status.strip().upper() == "OK"
    ):
        return None
    name = _slug(title or "") or (kind if number is None else f"{kind}_{number}")
    words = (reader.take(fields, key, text) for key in ("text", "description"))
    return CheckControlMessage(
        type=name,
        severity=reader.take(fields, "status", _SEVERITY),
        description=next(filter(None, words), title),
        id=None if number is None else str(number),
        distance=reader.take(fields, "unitOfLengthRemaining", _remaining(car)) or None,
    )


LISTS: Final[Mapping[str, Callable[[Value, CarState], Readings]]] = {
    SERVICE_LIST: _services,
    MESSAGE_LIST: _messages,
}
"""The functions that parse lists, by descriptor."""
