"""What the card shows of a car besides its facts: who it is, its state, warnings and services."""

from collections.abc import Callable, Iterator, Mapping
import re
from typing import Final, NamedTuple

from homeassistant.const import UnitOfLength

from ..attribute_units import Quantity, distance, in_units
from ..binary_sensor import BinaryDescription
from ..check_control import MOST_SHOWN
from ..client import AnyAttribute, Vehicle, attributes as car, distances
from ..client.core.values import (
    Access,
    CheckControlMessage,
    Connection,
    DriveTrain,
    ServiceItem,
    ServiceStatus,
    Severity,
    Unreadable,
    by_severity,
    by_urgency,
)
from ..doctor import async_condition
from .facts import WATCHED
from .viewer import ITEMS, EntityKey, Viewer, enabled
from .words import bounded, iso

_BODIES: Final = (
    ("convertible", r"cabrio|convertible|roadster|spider|\bz4\b|\b(f23|f33|g14|g23|g29|g83)"),
    ("estate", r"touring|clubman|\b(f11|f31|f54|g21|g31|g61|g81|g99)"),
    ("suv", r"\bi?x\d?\b|\bxm\b|countryman|aceman|paceman|cullinan"),
    ("small", r"\bi3\b|\bi01\b|cooper|\bone\b|\bm?1\d\d"),
)
_DRIVES: Final[Mapping[DriveTrain | None, str]] = {
    DriveTrain.ELECTRIC: "electric",
    DriveTrain.PLUGIN_HYBRID: "plug_in_hybrid",
    DriveTrain.ELECTRIC_WITH_RANGE_EXTENDER: "plug_in_hybrid",
    DriveTrain.COMBUSTION: "combustion",
    DriveTrain.HYBRID: "combustion",
    DriveTrain.MILD_HYBRID: "combustion",
}
_FUEL: Final = (car.REMAINING_FUEL, car.REMAINING_FUEL_PERCENT, car.REMAINING_RANGE_FUEL)
_MESSAGES: Final = EntityKey("binary_sensor", "check_control_messages")
_SERVICES: Final = EntityKey("binary_sensor", "condition_based_services")
_REPORTED: Final = EntityKey("sensor", car.LAST_UPDATE.key)
_CONNECTION: Final = EntityKey("sensor", car.CONNECTION.key)
_ERRORS: Final = frozenset({Severity.HIGH, Severity.CRITICAL})
_AREA: Final = EntityKey("sensor", "reach.longest")
_TRACKER: Final = EntityKey("device_tracker", "location")
_MOST_CORNERS: Final = 120
_MINOR: Final = frozenset({Severity.LOW})
_SHOWN: Final[frozenset[AnyAttribute]] = frozenset(
    attribute for watched in WATCHED.values() for attribute in watched
)

OK: Final = "ok"


class Warned(NamedTuple):
    """A binary sensor that is a warning while it is on; the text is `warning_` and its name."""

    name: str
    place: EntityKey
    severity: str = "warning"


_MOST_NAMED: Final = 3

WARNINGS: Final = (
    Warned("accident", EntityKey("binary_sensor", car.ACCIDENT.key), "error"),
    Warned("tyre_pressure", EntityKey("binary_sensor", "tire_pressure")),
    Warned("battery_12v", EntityKey("binary_sensor", car.STARTER_BATTERY_LOW.key)),
    Warned("service", _SERVICES),
)


def drive_of(vehicle: Vehicle) -> str:
    """Return the kind of drive, from what the car has if its drive train is not known."""
    known = _DRIVES.get(vehicle.drive_train)
    if known is not None:
        return known
    plugs_in = vehicle.value(car.STATE_OF_CHARGE) is not None
    if any(vehicle.value(attribute) is not None for attribute in _FUEL):
        return "plug_in_hybrid" if plugs_in else "combustion"
    return "electric" if plugs_in else "unknown"


def body_of(vehicle: Vehicle) -> str:
    """Return the shape of a car by the name of its model and its type."""
    model, kind = vehicle.value(car.MODEL), vehicle.value(car.BODY_TYPE)
    words = f"{model or ''} {kind or ''}"[:200].lower()
    found = (body for body, pattern in _BODIES if re.search(pattern, words))
    mini = vehicle.brand.value == "MINI"
    return next(found, "small" if mini else "saloon")


def _model(viewer: Viewer) -> str | None:
    model = viewer.vehicle.value(car.MODEL)
    return model and bounded(model)


def _brand(viewer: Viewer) -> str | None:
    brand = viewer.vehicle.value(car.BRAND)
    return brand and brand.lower()


def _reported(viewer: Viewer) -> str | None:
    time = viewer.vehicle.value(car.LAST_UPDATE)
    readable = viewer.may_read(viewer.entity(_REPORTED))
    return iso(time) if time is not None and readable else None


def _asleep(viewer: Viewer) -> bool | None:
    connection = viewer.vehicle.value(car.CONNECTION)
    known = connection in (Connection.ACTIVE, Connection.ASLEEP)
    if not known or not viewer.may_read(viewer.entity(_CONNECTION)):
        return None
    return connection is Connection.ASLEEP


def _warnings(viewer: Viewer) -> list[dict[str, object]]:
    """Return what the owner should see to, most serious first."""
    found = [*_messages(viewer), *_switched_on(viewer)]
    return sorted(found, key=lambda item: item["severity"] != "error")[:MOST_SHOWN]


def _messages(viewer: Viewer) -> Iterator[dict[str, object]]:
    for message in _readable_messages(viewer):
        if message.severity not in _MINOR:
            severity = "error" if message.severity in _ERRORS else "warning"
            entity_id = enabled(viewer.readable([_MESSAGES]))
            yield {"text": _text(viewer, message), "entity_id": entity_id, "severity": severity}


def _switched_on(viewer: Viewer) -> Iterator[dict[str, object]]:
    for warned in WARNINGS:
        item, readable = ITEMS[warned.place], viewer.readable([warned.place])
        if readable and isinstance(item, BinaryDescription) and item.on(viewer.vehicle):
            text = viewer.words.card.get(f"warning_{warned.name}", warned.name)
            if warned.place == _SERVICES:
                text = _due(viewer) or text
            yield {"text": text, "entity_id": enabled(readable), "severity": warned.severity}


def _due(viewer: Viewer) -> str | None:
    """Return which services are due, most urgent first; None without a text."""
    items = by_urgency(viewer.vehicle.value(car.SERVICES) or ())
    due = [item for item in items if item.status not in (None, ServiceStatus.OK)]
    names = list(dict.fromkeys(_name_of(viewer, item) for item in due))
    more = [] if len(names) <= _MOST_NAMED else ["…"]
    text = viewer.words.card.get("warning_services")
    return text and text.format(services=", ".join([*names[:_MOST_NAMED], *more]))


def _name_of(viewer: Viewer, item: ServiceItem) -> str:
    """Return the name of a service, else how BMW calls it."""
    name = viewer.words.attribute(".".join(_SERVICES), item.type.lower())
    return bounded(name or item.description or item.type)


def _readable_messages(viewer: Viewer) -> list[CheckControlMessage]:
    messages = viewer.vehicle.value(car.CHECK_CONTROL)
    if not messages or not viewer.readable([_MESSAGES]):
        return []
    return by_severity(messages)[:MOST_SHOWN]


def _text(viewer: Viewer, message: CheckControlMessage) -> str:
    """Return the text of a message, else the name of its type."""
    name = viewer.words.attribute(".".join(_MESSAGES), message.type.lower())
    return bounded(message.description or name or message.type)


def _check_control(viewer: Viewer) -> list[dict[str, object]]:
    return [
        {"text": _text(viewer, item), "severity": item.severity and item.severity.lower()}
        for item in _readable_messages(viewer)
    ]


def _services(viewer: Viewer) -> list[dict[str, object]]:
    items = viewer.vehicle.value(car.SERVICES)
    if not items or not viewer.readable([_SERVICES]):
        return []
    return [_service(viewer, item) for item in by_urgency(items)[:MOST_SHOWN]]


def _service(viewer: Viewer, item: ServiceItem) -> dict[str, object]:
    """Return a service with its status, date and distance."""
    words, kind, entity = viewer.words, item.type.lower(), ".".join(_SERVICES)
    status = item.status and item.status.lower()
    due = in_units({"unit": None, **distance(item.distance)}, viewer.hass.config.units)
    return {
        "text": _name_of(viewer, item),
        "status": status,
        "due_text": status and (words.attribute(entity, kind, status) or status),
        "due": item.due and item.due.isoformat(),
        **due,
    }


def _reach(viewer: Viewer) -> dict[str, object] | None:
    """Return the edge of the area that a car can get to, if its position may be seen."""
    area = viewer.coordinator.area(viewer.vehicle)
    if area is None or not (viewer.readable([_TRACKER]) and viewer.readable([_AREA])):
        return None
    corners = max((item.corners for item in area.polygons), key=len)
    step = -(-len(corners) // _MOST_CORNERS)
    points = [[item.latitude, item.longitude] for item in corners[::step]]
    longest = Quantity(distances(area).longest, UnitOfLength.KILOMETERS, with_unit=True)
    return {"points": points, "text": longest.shown(viewer.hass.config.units)}


class Part(NamedTuple):
    """A part of what the card shows, and the attributes whose changes may change it."""

    make: Callable[[Viewer], object]
    attributes: frozenset[AnyAttribute]


PARTS: Final[Mapping[str, Part]] = {
    "model": Part(_model, frozenset({car.MODEL})),
    "brand": Part(_brand, frozenset({car.BRAND})),
    "drive": Part(
        lambda viewer: drive_of(viewer.vehicle),
        frozenset({car.DRIVE_TRAIN, car.STATE_OF_CHARGE, *_FUEL}),
    ),
    "body": Part(
        lambda viewer: body_of(viewer.vehicle), frozenset({car.MODEL, car.BODY_TYPE, car.BRAND})
    ),
    "reported_at": Part(_reported, frozenset({car.LAST_UPDATE})),
    "asleep": Part(_asleep, frozenset({car.CONNECTION})),
    "warnings": Part(
        _warnings,
        frozenset({car.CHECK_CONTROL}.union(*(ITEMS[warned.place].watched for warned in WARNINGS))),
    ),
    "services": Part(_services, frozenset({car.SERVICES})),
    "reach": Part(
        _reach,
        frozenset({car.RANGE_MAP, car.POSITION, car.REMAINING_RANGE_TOTAL, car.TRACKING_ENABLED}),
    ),
    "check_control": Part(_check_control, frozenset({car.CHECK_CONTROL})),
}


def state_of(viewer: Viewer) -> dict[str, str | None]:
    """Return the kind of state of a car, with what is wrong and what to do."""
    kind = _kind(viewer)
    if kind == OK:
        return {"kind": OK, "text": None, "action": None}
    words = viewer.words
    condition = async_condition(viewer.coordinator, viewer.vehicle, words.explanations)
    text = condition["car"]["text"] or condition["account"]["text"]
    return state(words.card, kind, text)


def state(card: Mapping[str, str], kind: str, text: str | None = None) -> dict[str, str | None]:
    """Return a state with its texts, `text` instead of the general one if there is one."""
    own = card.get(f"state_{kind}")
    return {"kind": kind, "text": text or own, "action": card.get(f"action_{kind}")}


def _kind(viewer: Viewer) -> str:
    vehicle, availability = viewer.vehicle, viewer.coordinator.availability
    if availability.refused(vehicle.vin):
        secondary = vehicle.value(car.ACCESS) is Access.SECONDARY
        return "secondary_user" if secondary else "not_allowed"
    if all(vehicle.value(attribute) is None for attribute in _SHOWN):
        return "no_data"
    if availability.healthy(vehicle.vin, None):
        return OK
    causes = availability.unreadable(vehicle.vin).values()
    return "stale" if Unreadable.SILENT in causes else "unavailable"
