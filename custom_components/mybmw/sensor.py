"""Sensors: one line of a table each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    DEGREE,
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfLength,
    UnitOfPressure,
    UnitOfTime,
    UnitOfVolume,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Attribute, Vehicle, attributes as car
from .client.values import (
    AlarmState,
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    ChargingStatus,
    CheckControlMessage,
    ClimateActivity,
    ConnectionType,
    DriveTrain,
    LastStateCall,
    LockState,
    Season,
    ServiceItem,
    ServiceStatus,
    TimerType,
    Tire,
    next_service_by_distance,
    next_service_by_time,
)
from .coordinator import MyBMWConfigEntry
from .entity import MyBMWDescription, MyBMWEntity, async_add_when_known

PARALLEL_UPDATES = 0

type State = str | float | date | datetime | None

SERVICE_TYPES: Final = (
    "BRAKE_FLUID",
    "BRAKE_PADS_FRONT",
    "BRAKE_PADS_REAR",
    "EMISSION_CHECK",
    "ENGINE_OIL",
    "OIL",
    "TIRE_WEAR_FRONT",
    "TIRE_WEAR_REAR",
    "VEHICLE_CHECK",
    "VEHICLE_TUV",
)


@dataclass(frozen=True, kw_only=True)
class SensorDescription(MyBMWDescription, SensorEntityDescription):
    """A sensor: how its state follows from the value of its attribute."""

    state: Callable[[Any], State]
    extra: Callable[[Any], dict[str, object]] | None = None

    @override
    def usable(self, vehicle: Vehicle) -> bool:
        return self.state_of(vehicle) is not None

    def state_of(self, vehicle: Vehicle) -> State:
        """Return the state, None if there is nothing to tell."""
        value = vehicle.value(self.attributes[0])
        return None if value is None else self.state(value)


def _same(value: State) -> State:
    """Show whole numbers without a fraction, as they have always been shown."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sensor[T](
    attribute: Attribute[T],
    state: Callable[[T], State] | None = None,
    *,
    key: str | None = None,
    name: str | None = None,
    off: bool = False,
    diagnostic: bool = False,
    **more: Any,
) -> SensorDescription:
    """Describe a sensor; `off` means disabled at first, `name` is the translation key."""
    key = key or attribute.key
    return SensorDescription(
        key=key,
        translation_key=name or key.rpartition(".")[2],
        attributes=(attribute,),
        state=state or _same,
        entity_registry_enabled_default=not off,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
        **more,
    )


def _enum[E: StrEnum](attribute: Attribute[E], kind: type[E], **more: Any) -> SensorDescription:
    return _sensor(
        attribute,
        str.lower,
        device_class=SensorDeviceClass.ENUM,
        options=[item.value.lower() for item in kind],
        **more,
    )


def _distance(attribute: Attribute[float], **more: Any) -> SensorDescription:
    return _sensor(
        attribute,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        **{"state_class": SensorStateClass.MEASUREMENT, **more},
    )


def _percent(attribute: Attribute[float], **more: Any) -> SensorDescription:
    return _sensor(
        attribute,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        **more,
    )


def _time(attribute: Attribute[datetime], **more: Any) -> SensorDescription:
    return _sensor(attribute, device_class=SensorDeviceClass.TIMESTAMP, **more)


def _pressure(attribute: Attribute[float], **more: Any) -> SensorDescription:
    wheel = attribute.key.split(".")[1]
    kind = attribute.key.rpartition(".")[2]
    return _sensor(
        attribute,
        name=f"{wheel}_{kind}",
        device_class=SensorDeviceClass.PRESSURE,
        native_unit_of_measurement=UnitOfPressure.KPA,
        suggested_unit_of_measurement=UnitOfPressure.BAR,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
        **more,
    )


def _next_date(items: tuple[ServiceItem, ...]) -> State:
    item = next_service_by_time(items)
    return item.due if item else None


def _next_distance(items: tuple[ServiceItem, ...]) -> State:
    item = next_service_by_distance(items)
    return item.distance if item else None


def _next_details(items: tuple[ServiceItem, ...]) -> dict[str, object]:
    item = next_service_by_time(items)
    return {"service": item.type.lower()} if item else {}


def _of_type(items: tuple[ServiceItem, ...], kind: str) -> Iterator[ServiceItem]:
    return (item for item in items if item.type == kind)


def _service_date(kind: str, items: tuple[ServiceItem, ...]) -> State:
    return min((item.due for item in _of_type(items, kind) if item.due), default=None)


def _service_distance(kind: str, items: tuple[ServiceItem, ...]) -> State:
    distances = (item.distance for item in _of_type(items, kind))
    return min((distance for distance in distances if distance is not None), default=None)


def _service_status(kind: str, items: tuple[ServiceItem, ...]) -> State:
    worst = [ServiceStatus.OVERDUE, ServiceStatus.PENDING, ServiceStatus.OK]
    found = {item.status for item in _of_type(items, kind)}
    return next((status.lower() for status in worst if status in found), None)


def _services(kind: str) -> Iterator[SensorDescription]:
    """Describe the sensors of one kind of service, such as engine oil."""
    word = kind.lower()
    yield _sensor(
        car.SERVICES,
        partial(_service_date, kind),
        key=f"service.{word}.date",
        name=f"service_{word}_date",
        off=True,
        device_class=SensorDeviceClass.DATE,
    )
    yield _sensor(
        car.SERVICES,
        partial(_service_distance, kind),
        key=f"service.{word}.distance",
        name=f"service_{word}_distance",
        off=True,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
    )
    yield _sensor(
        car.SERVICES,
        partial(_service_status, kind),
        key=f"service.{word}.status",
        name=f"service_{word}_status",
        off=True,
        device_class=SensorDeviceClass.ENUM,
        options=[status.lower() for status in ServiceStatus],
    )


def _message_count(messages: tuple[CheckControlMessage, ...]) -> State:
    return len(messages)


def _message_details(messages: tuple[CheckControlMessage, ...]) -> dict[str, object]:
    return {message.type.lower(): (message.severity or "unknown").lower() for message in messages}


def _season(tire: Tire) -> State:
    return tire.season and tire.season.lower()


def _tire_name(tire: Tire) -> State:
    words = filter(None, (tire.manufacturer, tire.tread, tire.dimension))
    return " ".join(words)[:255] or None


def _tire(wheel: str) -> Iterator[SensorDescription]:
    """Describe the sensors of one mounted tyre."""
    attribute = car.TIRE[wheel]
    yield _sensor(
        attribute,
        _tire_name,
        key=f"tires.{wheel}.model",
        name=f"{wheel}_tire_model",
        off=True,
        diagnostic=True,
    )
    yield _sensor(
        attribute,
        _season,
        key=f"tires.{wheel}.season",
        name=f"{wheel}_tire_season",
        off=True,
        diagnostic=True,
        device_class=SensorDeviceClass.ENUM,
        options=[season.lower() for season in Season],
    )
    yield _sensor(
        attribute,
        lambda tire: tire.manufactured,
        key=f"tires.{wheel}.manufactured",
        name=f"{wheel}_tire_manufactured",
        off=True,
        diagnostic=True,
        device_class=SensorDeviceClass.DATE,
    )
    yield _sensor(
        attribute,
        lambda tire: tire.mounted,
        key=f"tires.{wheel}.mounted",
        name=f"{wheel}_tire_mounted",
        off=True,
        diagnostic=True,
        device_class=SensorDeviceClass.DATE,
    )


def _window(profile: ChargingProfile) -> State:
    start, end = profile.window_start, profile.window_end
    if start is None or end is None or start == end:
        return None
    return f"{start:%H:%M}-{end:%H:%M}"


def _departures(profile: ChargingProfile) -> State:
    return sum(timer.active for timer in profile.timers)


def _departure_details(profile: ChargingProfile) -> dict[str, object]:
    return {
        f"timer_{timer.id}": {
            "time": f"{timer.time:%H:%M}" if timer.time else None,
            "active": timer.active,
            "days": [day.lower() for day in timer.days],
        }
        for timer in profile.timers
    }


SENSORS: Final[tuple[SensorDescription, ...]] = (
    _distance(car.MILEAGE, state_class=SensorStateClass.TOTAL_INCREASING),
    _distance(car.REMAINING_RANGE_TOTAL),
    _distance(car.REMAINING_RANGE_ELECTRIC),
    _distance(car.REMAINING_RANGE_FUEL),
    _sensor(
        car.REMAINING_FUEL,
        device_class=SensorDeviceClass.VOLUME_STORAGE,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _percent(car.REMAINING_FUEL_PERCENT, state_class=SensorStateClass.MEASUREMENT),
    _percent(
        car.STATE_OF_CHARGE,
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _percent(car.CHARGING_TARGET),
    _enum(car.CHARGING_STATUS, ChargingStatus),
    _time(car.CHARGING_END_TIME),
    _time(car.CHARGING_START_TIME, off=True),
    _sensor(
        car.CHARGING_TIME_LEFT,
        off=True,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
    ),
    _enum(car.CONNECTION_TYPE, ConnectionType, off=True),
    _sensor(
        car.AC_CURRENT_LIMIT,
        off=True,
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
    ),
    _enum(car.CHARGING_MODE, ChargingMode, off=True, diagnostic=True),
    _enum(car.CHARGING_PREFERENCE, ChargingPreference, off=True, diagnostic=True),
    _enum(car.TIMER_TYPE, TimerType, off=True, diagnostic=True),
    _sensor(
        car.CHARGING_PROFILE,
        _window,
        key="charging_profile.preferred_charging_window",
        off=True,
    ),
    _sensor(
        car.CHARGING_PROFILE,
        _departures,
        key="charging_profile.departure_times",
        off=True,
        extra=_departure_details,
    ),
    _sensor(car.SERVICE_PACK, off=True, diagnostic=True),
    _sensor(car.DC_LOUDNESS, str.lower, off=True, diagnostic=True),
    _enum(car.CLIMATE_ACTIVITY, ClimateActivity, name="climate_status"),
    _time(car.CLIMATE_END_TIME, off=True),
    _enum(car.LOCK_STATE, LockState, key="doors_and_windows.lock_state_detail", off=True),
    _enum(car.ALARM, AlarmState, off=True),
    _sensor(
        car.HEADING,
        off=True,
        native_unit_of_measurement=DEGREE,
        suggested_display_precision=0,
    ),
    _sensor(car.ADDRESS, off=True),
    *(_pressure(car.TIRE_PRESSURE[wheel]) for wheel in car.WHEELS),
    *(_pressure(car.TIRE_TARGET_PRESSURE[wheel], off=True) for wheel in car.WHEELS),
    *(item for wheel in car.WHEELS for item in _tire(wheel)),
    _sensor(
        car.SERVICES,
        _next_date,
        key="next_service_by_time",
        extra=_next_details,
        device_class=SensorDeviceClass.DATE,
    ),
    _sensor(
        car.SERVICES,
        _next_distance,
        key="next_service_by_distance",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
    ),
    *(item for kind in SERVICE_TYPES for item in _services(kind)),
    _sensor(
        car.CHECK_CONTROL,
        _message_count,
        key="check_control_message_count",
        off=True,
        extra=_message_details,
    ),
    _time(car.LAST_UPDATE, diagnostic=True),
    _enum(car.LSC_TYPE, LastStateCall, off=True, diagnostic=True),
    _enum(car.DRIVE_TRAIN, DriveTrain, off=True, diagnostic=True),
    _sensor(car.SOFTWARE_VERSION, off=True, diagnostic=True),
    _sensor(car.IDRIVE_VERSION, off=True, diagnostic=True),
    _sensor(car.HEADUNIT_TYPE, off=True, diagnostic=True),
    _sensor(car.TELEMATICS_UNIT, off=True, diagnostic=True),
    _sensor(car.MODEL_YEAR, str, off=True, diagnostic=True),
    _sensor(car.COLOR, off=True, diagnostic=True),
    _sensor(car.COUNTRY, off=True, diagnostic=True),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up sensors."""
    async_add_when_known(entry, async_add_entities, SENSORS, MyBMWSensor)


class MyBMWSensor(MyBMWEntity, SensorEntity):
    """A sensor of a car."""

    entity_description: SensorDescription

    @property
    @override
    def native_value(self) -> State:
        """The state."""
        return self.entity_description.state_of(self.vehicle)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """What belongs to the state, if anything does."""
        extra = self.entity_description.extra
        value = self.vehicle.value(self.entity_description.attributes[0])
        return None if extra is None or value is None else extra(value)
