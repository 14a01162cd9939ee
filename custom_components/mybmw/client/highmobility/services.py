"""Service items and warnings of the Auto API (docs/protocols/highmobility.md#service)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
import re
from typing import Final

from ..core.attributes import CHECK_CONTROL, FAULT_CODES, SERVICES, AnyReading, Unit
from ..core.convert import Converter, day, integer, mapping, text
from ..core.descriptors import DESCRIPTORS
from ..core.values import CheckControlMessage, ServiceItem, ServiceStatus, Severity
from .component import SOURCE, Component, Document
from .converters import measured, month_start, one_of

CONDITION_BASED: Final = "maintenance.condition_based_services"
MESSAGES: Final = "diagnostics.check_control_messages"
CODES: Final = ("diagnostics.trouble_codes", "diagnostics.confirmed_trouble_codes")

_FAULTS: Final = DESCRIPTORS["vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"].attribute
_MOST_CODES: Final = 100
_KM: Final = measured(Unit.KILOMETERS)
_NO_WORD: Final = re.compile(r"[\W_]+")
_DUE: Final = one_of(
    ok=ServiceStatus.OK, pending=ServiceStatus.PENDING, overdue=ServiceStatus.OVERDUE
)
_STATUS: Final = one_of(
    ok=ServiceStatus.OK, warning=ServiceStatus.PENDING, critical=ServiceStatus.OVERDUE
)
_SEVERITY: Final[Mapping[str, Severity | None]] = {
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}
_NUMBERS: Final[Mapping[int, str]] = {
    1: "ENGINE_OIL",
    2: "BRAKE_PADS_FRONT",
    3: "BRAKE_FLUID",
    6: "BRAKE_PADS_REAR",
    17: "VEHICLE_TUV",
    32: "VEHICLE_TUV",
    100: "VEHICLE_CHECK",
}
"""What BMW's numbers of services mean, as in CarData."""

_ITEMS: Final[Mapping[str, tuple[str | None, str | None, str | None]]] = {
    "BRAKE_FLUID": (
        "maintenance.brake_fluid_change_date",
        "maintenance.brake_fluid_remaining_distance",
        "maintenance.brake_fluid_status",
    ),
    "ENGINE_OIL": (
        "maintenance.next_oil_service_date",
        "maintenance.distance_to_next_oil_service",
        "diagnostics.engine_oil_service_status",
    ),
    "VEHICLE_CHECK": (
        "maintenance.vehicle_check_date",
        "maintenance.vehicle_check_distance_to",
        "maintenance.vehicle_check_status",
    ),
    "VEHICLE_TUV": (
        "maintenance.next_inspection_date",
        "maintenance.next_inspection_distance_to",
        "maintenance.inspection_status",
    ),
    "SERVICE": ("maintenance.service_date", None, "maintenance.service_status"),
}
"""Items that are sent one by one: the properties with date, distance left and status."""

_BRAKES: Final = (
    ("maintenance.brakes_service_due_dates", "due_date", "due", day),
    ("maintenance.brakes_service_remaining_distances", "distance", "distance", _KM),
    ("maintenance.brakes_service_statuses", "status", "status", _STATUS),
)
_AXLES: Final = {"front": "BRAKE_PADS_FRONT", "rear": "BRAKE_PADS_REAR"}

PATHS: Final = (
    CONDITION_BASED,
    *(path for paths in _ITEMS.values() for path in paths if path is not None),
    *(path for path, *_ in _BRAKES),
)
"""All properties about services."""


def services(document: Document) -> Iterator[AnyReading]:
    """Combine the service items; those in the list of the car come first."""
    listed = {item.type: item for item in _listed(document)}
    found = [*listed.values(), *(item for item in _single(document) if item.type not in listed)]
    times = [item.time for path in PATHS for item in document.components(path)]
    if found:
        yield SERVICES.at(tuple(found), max(times), SOURCE)
    elif document.is_empty_list(CONDITION_BASED):
        yield SERVICES.at((), document.newest or document.fetched, SOURCE)


def _listed(document: Document) -> Iterator[ServiceItem]:
    for component in document.components(CONDITION_BASED):
        fields = mapping(component.data)
        kind = _kind(document, fields)
        if kind is None:
            document.problems[CONDITION_BASED] += 1
            continue
        yield ServiceItem(
            type=kind,
            status=_field(document, fields, "due_status", _DUE),
            due=document.converted(CONDITION_BASED, fields, _month),
            description=_field(document, fields, "text", text)
            or _field(document, fields, "description", text),
        )


def _kind(document: Document, fields: Mapping[str, object]) -> str | None:
    """Return what an item is about, by its number or its title."""
    number = _field(document, fields, "id", integer)
    if number is not None and number in _NUMBERS:
        return _NUMBERS[number]
    title = _NO_WORD.sub("_", (_field(document, fields, "text", text) or "").upper()).strip("_")
    return title or (None if number is None else f"SERVICE_{number}")


def _month(value: object) -> date | None:
    return month_start(mapping(value))


def _field[T](
    document: Document, fields: Mapping[str, object], name: str, convert: Converter[T]
) -> T | None:
    value = fields.get(name)
    return None if value is None else document.converted(CONDITION_BASED, value, convert)


def _single(document: Document) -> Iterator[ServiceItem]:
    for kind, (date_, distance, status) in _ITEMS.items():
        item = ServiceItem(
            type=kind,
            status=document.value(status, _STATUS) if status else None,
            due=document.value(date_, day) if date_ else None,
            distance=document.value(distance, _KM) if distance else None,
        )
        if item != ServiceItem(kind, None):
            yield item
    yield from _brakes(document)


def _brakes(document: Document) -> Iterator[ServiceItem]:
    told: dict[str, dict[str, object]] = {axle: {} for axle in _AXLES}
    for path, field, name, convert in _BRAKES:
        for component in document.components(path):
            fields = mapping(component.data)
            axle = fields.get("axle")
            if axle in told:
                value = document.converted(path, fields.get(field), convert)
                told[str(axle)][name] = value
    for axle, known in told.items():
        if any(value is not None for value in known.values()):
            yield ServiceItem(_AXLES[axle], **{"status": None, **known})  # type: ignore[arg-type]


def warnings(document: Document) -> Iterator[AnyReading]:
    """Read Check Control messages; an empty list says that there are none."""
    components = document.components(MESSAGES)
    found = tuple(
        message for item in components if (message := _message(document, item)) is not None
    )
    when = _when(document, MESSAGES, components)
    if when is not None:
        yield CHECK_CONTROL.at(found, when, SOURCE)


def _message(document: Document, component: Component) -> CheckControlMessage | None:
    fields = mapping(component.data)
    number = document.converted(MESSAGES, fields.get("id"), integer)
    title = document.converted(MESSAGES, fields.get("text"), text)
    if number is None and title is None:
        document.problems[MESSAGES] += 1
        return None
    status = document.converted(MESSAGES, fields.get("status"), text)
    if status is not None and status.lower() == "ok":
        return None
    return CheckControlMessage(
        type=f"CCM_{number}" if number is not None else "CCM",
        severity=_SEVERITY.get(status.lower()) if status is not None else None,
        description=title,
        id=None if number is None else str(number),
    )


def fault_codes(document: Document) -> Iterator[AnyReading]:
    """Read trouble codes of both lists, each once, and how many there are."""
    found: list[str] = []
    times: list[datetime] = []
    for path in CODES:
        components = document.components(path)
        when = _when(document, path, components)
        times += [when] if when is not None else []
        found += _codes(document, path, components)
    if times:
        codes = tuple(dict.fromkeys(found))
        yield FAULT_CODES.at(codes[:_MOST_CODES], max(times), SOURCE)
        yield _FAULTS.at(len(codes), max(times), SOURCE)


def _codes(document: Document, path: str, components: Iterable[Component]) -> Iterator[str]:
    for component in components:
        code = document.converted(path, mapping(component.data).get("id"), text)
        if code is None:
            document.problems[path] += 1
        else:
            yield code


def _when(document: Document, path: str, components: Iterable[Component]) -> datetime | None:
    """Return the time of a list; an empty one is as new as the newest value of the car."""
    times = [component.time for component in components]
    if times:
        return max(times)
    return (document.newest or document.fetched) if document.is_empty_list(path) else None
