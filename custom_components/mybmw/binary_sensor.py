"""Binary sensors of cars and sources."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfLength, UnitOfPressure
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .attribute_units import Quantity, ShownUnit, distance, in_units
from .catalogue import ENABLED_BY_DEFAULT, category, flag_class, translation_key
from .check_control import MESSAGES, MOST_SHOWN, message_details
from .client import Garage, Status, Vehicle, attributes as car
from .client.core.attributes import AnyAttribute, Attribute
from .client.core.descriptors import DESCRIPTORS, Descriptor, Kind
from .client.core.values import ChargingStatus, LidState, ServiceItem, Severity, by_urgency
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import (
    CarBillDescription,
    CarBillEntity,
    MyBMWDescription,
    MyBMWEntity,
    SourceDescription,
    SourceEntity,
    async_add_car_entities,
    async_add_source_entities,
)

PARALLEL_UPDATES = 0

SERVICES: Final = "services"


@dataclass(frozen=True, kw_only=True, eq=False)
class BinaryDescription(MyBMWDescription, BinarySensorEntityDescription):
    """Describes a binary sensor: how to get its state and its extra attributes."""

    on: Callable[[Any], bool | None]
    extra: Callable[[Vehicle], dict[str, object]] | None = None

    @override
    def usable(self, vehicle: Vehicle, _garage: Garage) -> bool:
        return self.on(vehicle) is not None


def _flag(
    attribute: Attribute[bool], *, key: str | None = None, off: bool = False, **more: Any
) -> BinaryDescription:
    on = methodcaller("value", attribute)
    return _binary((attribute,), on, key=key or attribute.key, off=off, **more)


def _binary(
    attributes: tuple[AnyAttribute, ...],
    on: Callable[[Vehicle], bool | None],
    *,
    key: str,
    off: bool = False,
    diagnostic: bool = False,
    **more: Any,
) -> BinaryDescription:
    return BinaryDescription(
        key=key,
        translation_key=key.replace(".", "_"),
        attributes=attributes,
        on=on,
        entity_registry_enabled_default=not off,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
        **more,
    )


def _opening(
    attribute: Attribute[LidState], device_class: BinarySensorDeviceClass, *, off: bool = False
) -> BinaryDescription:
    def on(vehicle: Vehicle) -> bool | None:
        state = vehicle.value(attribute)
        return None if state is None else state.open

    def extra(vehicle: Vehicle) -> dict[str, object]:
        state = vehicle.value(attribute)
        return {} if state is None else {"position": state.lower()}

    return _binary(
        (attribute,), on, key=attribute.key, off=off, device_class=device_class, extra=extra
    )


def _open(vehicle: Vehicle, members: Iterable[Attribute[LidState]]) -> bool | None:
    """Return whether anything is open, None if that is unknown."""
    known = [attribute for attribute in members if attribute in vehicle]
    states = [vehicle.value(attribute) for attribute in known]
    if any(state is not None and state.open for state in states):
        return True
    return None if not states or None in states else False


def _any_open(
    key: str, members: dict[str, Attribute[LidState]], device_class: BinarySensorDeviceClass
) -> BinaryDescription:
    def on(vehicle: Vehicle) -> bool | None:
        return _open(vehicle, members.values())

    def extra(vehicle: Vehicle) -> dict[str, object]:
        states = {name: vehicle.value(attribute) for name, attribute in members.items()}
        return {name: state.lower() for name, state in states.items() if state is not None}

    return _binary(tuple(members.values()), on, key=key, extra=extra, device_class=device_class)


def _unlocked(vehicle: Vehicle) -> bool | None:
    state = vehicle.value(car.LOCK_STATE)
    return None if state is None else not state.locked


def _lock_details(vehicle: Vehicle) -> dict[str, object]:
    state = vehicle.value(car.LOCK_STATE)
    return {} if state is None else {"door_lock_state": state.lower()}


def _charging(vehicle: Vehicle) -> bool | None:
    status = vehicle.value(car.CHARGING_STATUS)
    return None if status is None else status is ChargingStatus.CHARGING


def _service_due(vehicle: Vehicle) -> bool | None:
    items = vehicle.value(car.SERVICES)
    return None if items is None else any(item.status not in (None, "OK") for item in items)


def _service_details(vehicle: Vehicle) -> dict[str, object]:
    """Return the attributes of the most urgent service of each type, and all services."""
    most_urgent_first = by_urgency(vehicle.value(car.SERVICES) or ())[:MOST_SHOWN]
    details: dict[str, object] = {}
    for item in reversed(most_urgent_first):
        details |= _service_item(item)
    return {**details, SERVICES: [_service(item) for item in most_urgent_first]}


def _service(item: ServiceItem) -> dict[str, object]:
    return {
        "type": item.type.lower(),
        "status": (item.status or "unknown").lower(),
        "date": item.due and item.due.isoformat(),
        **distance(item.distance),
        "text": item.description,
    }


def _service_item(item: ServiceItem) -> dict[str, object]:
    name = item.type.lower()
    details: dict[str, object] = {name: (item.status or "unknown").lower()}
    if item.due is not None:
        details[f"{name}_date"] = item.due.isoformat()
    if item.distance is not None:
        length = Quantity(item.distance, UnitOfLength.KILOMETERS, with_unit=True)
        details[f"{name}_distance"] = length
    return details


def _warned(vehicle: Vehicle) -> bool | None:
    messages = vehicle.value(car.CHECK_CONTROL)
    return None if messages is None else any(item.severity is not Severity.LOW for item in messages)


def _tire_problem(vehicle: Vehicle) -> bool | None:
    known = [pair for item in car.TIRE_COMPARISON.values() if (pair := vehicle.value(item))]
    return any(pair.off for pair in known) if known else None


def _tire_details(vehicle: Vehicle) -> dict[str, object]:
    """Return the deviation of each wheel from its target pressure."""
    pairs = ((wheel, vehicle.value(item)) for wheel, item in car.TIRE_COMPARISON.items())
    unit = UnitOfPressure.KPA
    off = {wheel: Quantity(pair.deviation, unit) for wheel, pair in pairs if pair and pair.off}
    return {**off, "unit": ShownUnit(unit)} if off else {}


def _closed_and_locked(vehicle: Vehicle) -> bool | None:
    """Return whether anything is open or unlocked, None if that is unknown."""
    states = (_unlocked(vehicle), _open(vehicle, (*car.LIDS.values(), *car.WINDOWS.values())))
    return True if True in states else None if None in states else False


def _catalogue_sensor(item: Descriptor) -> BinaryDescription:
    """Describe the binary sensor of a descriptor in the catalogue."""
    attribute: Attribute[bool] = item.attribute
    device_class = flag_class(item)
    # For Home Assistant, a lock that is on is unlocked
    inverted = device_class is BinarySensorDeviceClass.LOCK

    def on(vehicle: Vehicle) -> bool | None:
        value = vehicle.value(attribute)
        return None if value is None else value is not inverted

    return BinaryDescription(
        key=attribute.key,
        translation_key=translation_key(item),
        attributes=(attribute,),
        on=on,
        device_class=device_class,
        entity_registry_enabled_default=attribute.key in ENABLED_BY_DEFAULT,
        entity_category=category(item),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class CarBillBinaryDescription(CarBillDescription, BinaryDescription):
    """Describes a binary sensor of what a car costs: how to get its state from the bill."""


BINARY_SENSORS: Final[tuple[BinaryDescription, ...]] = (
    _flag(car.DRIVING, device_class=BinarySensorDeviceClass.MOVING),
    _flag(car.AT_HOME, off=True, device_class=BinarySensorDeviceClass.PRESENCE),
    _any_open("lids", dict(car.LIDS), BinarySensorDeviceClass.OPENING),
    _any_open("windows", dict(car.WINDOWS), BinarySensorDeviceClass.WINDOW),
    _binary(
        (car.LOCK_STATE,),
        _unlocked,
        key="door_lock_state",
        extra=_lock_details,
        device_class=BinarySensorDeviceClass.LOCK,
    ),
    _binary(
        (car.SERVICES,),
        _service_due,
        key="condition_based_services",
        extra=_service_details,
        device_class=BinarySensorDeviceClass.PROBLEM,
    ),
    _binary(
        (car.CHECK_CONTROL,),
        _warned,
        key="check_control_messages",
        extra=lambda vehicle: message_details(vehicle.value(car.CHECK_CONTROL) or ()),
        device_class=BinarySensorDeviceClass.PROBLEM,
    ),
    _binary(
        (car.CHARGING_STATUS,),
        _charging,
        key="charging_status",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
    ),
    _flag(
        car.CHARGER_CONNECTED,
        key="connection_status",
        device_class=BinarySensorDeviceClass.PLUG,
    ),
    _flag(car.PRECONDITIONING_AT_DEPARTURE, off=True),
    *(
        _opening(
            attribute,
            BinarySensorDeviceClass.OPENING
            if name in ("hood", "trunk")
            else BinarySensorDeviceClass.WINDOW
            if name == "sun_roof"
            else BinarySensorDeviceClass.DOOR,
            off=name not in ("trunk", "sun_roof"),
        )
        for name, attribute in car.LIDS.items()
    ),
    *(
        _opening(attribute, BinarySensorDeviceClass.WINDOW, off=True)
        for attribute in car.WINDOWS.values()
    ),
    _opening(car.CONVERTIBLE_ROOF, BinarySensorDeviceClass.WINDOW),
    _flag(car.POSITION_LIGHT, off=True, device_class=BinarySensorDeviceClass.LIGHT),
    _binary(
        (car.LOCK_STATE, *car.LIDS.values(), *car.WINDOWS.values()),
        _closed_and_locked,
        key="not_closed_and_locked",
        off=True,
        device_class=BinarySensorDeviceClass.SAFETY,
    ),
    _binary(
        (
            *car.TIRE_COMPARISON.values(),
            *car.TIRE_TARGET_PRESSURE.values(),
            *car.TIRE_PRESSURE.values(),
        ),
        _tire_problem,
        key="tire_pressure",
        extra=_tire_details,
        device_class=BinarySensorDeviceClass.PROBLEM,
    ),
    _flag(car.STARTER_BATTERY_LOW, device_class=BinarySensorDeviceClass.PROBLEM),
    _flag(car.ACCIDENT, device_class=BinarySensorDeviceClass.SAFETY),
    _flag(car.CABLE_UNLOCKED_AFTER_CHARGING, off=True, diagnostic=True),
    _flag(car.FLAP_PERMANENTLY_UNLOCKED, off=True, diagnostic=True),
    _flag(car.LSC_ENABLED, off=True, diagnostic=True),
    _flag(car.TRACKING_ENABLED, off=True, diagnostic=True),
    _flag(car.PRIVACY_MODE, off=True, diagnostic=True),
    *(_catalogue_sensor(item) for item in DESCRIPTORS.values() if item.kind is Kind.FLAG),
    CarBillBinaryDescription(
        key="price_cap_reached",
        translation_key="car_price_cap_reached",
        entity_category=EntityCategory.DIAGNOSTIC,
        on=lambda bill: bill.capped,
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceBinaryDescription(SourceDescription, BinarySensorEntityDescription):
    """Describes a binary sensor of a source: how to get its state from the status."""

    on: Callable[[Status], bool | None]


SOURCE_BINARY_SENSORS: Final = (
    SourceBinaryDescription(
        key="stream",
        translation_key="stream",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists=lambda can: can.pushing is not None and can.hooked is None,
        on=lambda status: None if status.stream is None else status.stream == "connected",
    ),
    SourceBinaryDescription(
        key="price_cap_reached",
        translation_key="price_cap_reached",
        entity_category=EntityCategory.DIAGNOSTIC,
        exists=lambda can: can.billed is not None and can.billed.bill() is not None,
        on=lambda status: None if status.bill is None else status.bill.capped,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up binary sensors."""
    async_add_car_entities(entry, async_add_entities, BINARY_SENSORS, _make)
    async_add_source_entities(
        entry, async_add_entities, SOURCE_BINARY_SENSORS, MyBMWSourceBinarySensor
    )


class MyBMWBinarySensor(MyBMWEntity, BinarySensorEntity):
    """A binary sensor of a car."""

    _unrecorded_attributes = frozenset({MESSAGES, SERVICES})
    entity_description: BinaryDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state."""
        return self.entity_description.on(self.vehicle)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """Return the extra attributes."""
        extra = self.entity_description.extra
        if extra is None:
            return None
        return in_units(extra(self.vehicle), self.hass.config.units)


class CarBillBinarySensor(CarBillEntity, MyBMWBinarySensor):
    """A binary sensor of what a car costs."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state."""
        return None if self.bill is None else self.entity_description.on(self.bill)


def _make(
    coordinator: GarageCoordinator, vehicle: Vehicle, description: BinaryDescription
) -> MyBMWBinarySensor:
    billed = isinstance(description, CarBillDescription)
    return (CarBillBinarySensor if billed else MyBMWBinarySensor)(coordinator, vehicle, description)


class MyBMWSourceBinarySensor(SourceEntity, BinarySensorEntity):
    """A binary sensor of a source."""

    entity_description: SourceBinaryDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state."""
        return self.entity_description.on(self.coordinator.status)
