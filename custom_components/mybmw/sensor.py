"""Sensors of cars and sources."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    DEGREE,
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfEnergyDistance,
    UnitOfLength,
    UnitOfMass,
    UnitOfPower,
    UnitOfPressure,
    UnitOfTime,
    UnitOfVolume,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util.unit_system import METRIC_SYSTEM

from .attribute_units import in_units
from .catalogue import (
    ACTIVITIES,
    ENABLED_BY_DEFAULT,
    category,
    is_idle,
    sensor_class,
    state_class,
    translation_key,
)
from .check_control import MESSAGES, NO_MESSAGE, NOT_STATED, message_details, worst_severity
from .client import (
    Attribute,
    Bill,
    Capabilities,
    Cause,
    CommandKind,
    CommandResult,
    CommandState,
    Distances,
    Garage,
    Group,
    Status,
    Unit,
    Vehicle,
    attributes as car,
    distances,
    reachable,
)
from .client.core.attributes import AnyAttribute
from .client.core.descriptors import DESCRIPTORS, PROPERTIES, Descriptor, Kind
from .client.core.records import (
    BatteryEstimate,
    Charge,
    EnergyCost,
    Prediction,
    ProjectedRange,
    Trip,
)
from .client.core.values import (
    Access,
    Activity,
    AlarmState,
    ChargingEndReason,
    ChargingEndResult,
    ChargingMode,
    ChargingPreference,
    ChargingProfile,
    ChargingSession,
    ChargingStatus,
    ClimateActivity,
    Comparison,
    Connection,
    ConnectionType,
    Destination,
    DriveTrain,
    LastStateCall,
    LockState,
    PositionStatus,
    Season,
    ServiceItem,
    ServiceStatus,
    Severity,
    StreamState,
    TimerType,
    Tire,
    Unreadable,
    UpdateReason,
    Wear,
    next_service_by_distance,
    next_service_by_time,
)
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .doctor import (
    OK,
    SourceHealth,
    async_car_causes,
    async_covered,
    async_health,
    async_shares,
    async_source_causes,
)
from .entity import (
    AlwaysAvailable,
    CarBillDescription,
    CarBillEntity,
    CommandDescription,
    MyBMWDescription,
    MyBMWEntity,
    SourceDescription,
    SourceEntity,
    async_add_car_entities,
    async_add_source_entities,
)
from .record_details import (
    battery_details,
    charge_details,
    energy_cost_details,
    prediction_details,
    range_details,
    session_details,
    start_of_period,
    trip_details,
)

PARALLEL_UPDATES = 0

CODES: Final = "codes"
FAILURES: Final = "errors"
FAULT_MEMORY: Final = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"
INSPECTION: Final = "vehicle.status.serviceTime.inspectionDateLegal"
SERVICE_DISTANCE: Final = "vehicle.status.serviceDistance.next"

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

_PRECISION: Final = dict.fromkeys(
    (Unit.KILOMETERS, Unit.METERS, Unit.MINUTES, Unit.PERCENT, Unit.SECONDS), 0
)
# The logbook ignores sensors that have this attribute, whatever its value is
_HIDE_FROM_LOGBOOK: Final[Mapping[str, object]] = {ATTR_UNIT_OF_MEASUREMENT: ""}
_TRANSLATED_UNITS: Final = frozenset({Unit.WEEKS, Unit.MONTHS, Unit.STARS})


@dataclass(frozen=True, kw_only=True, eq=False)
class SensorDescription(MyBMWDescription, SensorEntityDescription):
    """Describes a sensor: how to get its state and its extra attributes from attributes.

    `fallback` is shown if the main attribute has no state. The extra attributes are those of
    `details`, or of the main attribute. The state is unknown while the `activity`, charging or
    climate control, has ended.
    """

    state: Callable[[Any], State]
    extra: Callable[[Any], dict[str, object]] | None = None
    fallback: Attribute[Any] | None = None
    details: Attribute[Any] | None = None
    hide_from_logbook: bool = False
    activity: AnyAttribute | None = None

    @property
    @override
    def watched(self) -> tuple[AnyAttribute, ...]:
        return super().watched if self.activity is None else (*self.attributes, self.activity)

    @override
    def usable(self, vehicle: Vehicle, _garage: Garage) -> bool:
        return self.state_of(vehicle) is not None

    def state_of(self, vehicle: Vehicle) -> State:
        """Return the state, None if it is unknown."""
        if self.activity is not None and is_idle(vehicle, self.attributes[0]):
            return None
        value = vehicle.value(self.attributes[0])
        state = None if value is None else self.state(value)
        if state is None and self.fallback is not None:
            return _number(vehicle.value(self.fallback))
        return state

    def details_of(self, vehicle: Vehicle) -> dict[str, object] | None:
        """Return the extra attributes, None if there are none."""
        extra = self.extra
        value = extra and vehicle.value(self.details or self.attributes[0])
        return None if extra is None or value is None else extra(value)


@dataclass(frozen=True, kw_only=True, eq=False)
class ReachDescription(SensorDescription):
    """Describes a sensor of how far the edge of the area is that a car can get to."""

    state: Callable[[Distances], State]
    also_watched: ClassVar[tuple[AnyAttribute, ...]] = (car.TRACKING_ENABLED,)

    @override
    def usable(self, vehicle: Vehicle, _garage: Garage) -> bool:
        return reachable(vehicle) is not None


def _number(value: State) -> State:
    """Return a value, whole numbers as integers as in earlier versions."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sensor[T](
    attribute: Attribute[T],
    state: Callable[[T], State] | None = None,
    *,
    key: str | None = None,
    name: str | None = None,
    off: bool = False,
    diagnostic: bool = False,
    fallback: Attribute[Any] | None = None,
    details: Attribute[Any] | None = None,
    **more: Any,
) -> SensorDescription:
    """Describe a sensor; `off` means disabled by default, `name` is the translation key."""
    key = key or attribute.key
    others = (item for item in (fallback, details) if item is not None)
    return SensorDescription(
        key=key,
        translation_key=name or key.rpartition(".")[2],
        attributes=(attribute, *others),
        state=state or _number,
        fallback=fallback,
        details=details,
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
    """Describe the sensors of one type of service, such as engine oil."""
    inspection = kind == "VEHICLE_TUV"

    def sensor(name: str, state: Callable[..., State], **more: Any) -> SensorDescription:
        word = kind.lower()
        return _sensor(
            car.SERVICES,
            partial(state, kind),
            key=f"service.{word}.{name}",
            name=f"service_{word}_{name}",
            **{"off": True, **more},
        )

    yield sensor(
        "date",
        _service_date,
        off=not inspection,
        fallback=DESCRIPTORS[INSPECTION].attribute if inspection else None,
        device_class=SensorDeviceClass.DATE,
    )
    yield sensor(
        "distance",
        _service_distance,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
    )
    yield sensor(
        "status",
        _service_status,
        device_class=SensorDeviceClass.ENUM,
        options=[status.lower() for status in ServiceStatus],
    )


def _fault_codes(codes: tuple[str, ...]) -> dict[str, object]:
    return {CODES: list(codes)}


def _season(tire: Tire) -> State:
    return tire.season and tire.season.lower()


def _tire_name(tire: Tire) -> State:
    words = filter(None, (tire.manufacturer, tire.tread, tire.dimension))
    return " ".join(words)[:255] or None


def _tire(wheel: str) -> Iterator[SensorDescription]:
    """Describe the sensors of one mounted tyre."""

    def sensor(name: str, state: Callable[[Tire], State], **more: Any) -> SensorDescription:
        return _sensor(
            car.TIRE[wheel],
            state,
            key=f"tires.{wheel}.{name}",
            name=f"{wheel}_tire_{name}",
            off=True,
            diagnostic=True,
            **more,
        )

    day = SensorDeviceClass.DATE
    seasons = [season.lower() for season in Season]
    yield sensor("model", _tire_name)
    yield sensor("season", _season, device_class=SensorDeviceClass.ENUM, options=seasons)
    yield sensor("manufactured", lambda tire: tire.manufactured, device_class=day)
    yield sensor("mounted", lambda tire: tire.mounted, device_class=day)


def _wear(wheel: str) -> Iterator[SensorDescription]:
    """Describe the sensors of the wear of one tyre."""
    yield _enum(car.TIRE_WEAR[wheel], Wear, name=f"{wheel}_tire_wear", off=True)
    yield _distance(
        car.TIRE_DISTANCE_LEFT[wheel], name=f"{wheel}_tire_distance_left", off=True, diagnostic=True
    )


def _last_energy(sessions: tuple[ChargingSession, ...]) -> State:
    return sessions[0].energy if sessions else None


def _last_end(sessions: tuple[ChargingSession, ...]) -> State:
    return sessions[0].end if sessions else None


def _last_session(sessions: tuple[ChargingSession, ...]) -> dict[str, object]:
    return session_details(sessions[0]) if sessions else {}


def _charged(charge: Charge) -> State:
    return None if charge.energy is None else round(charge.energy.value, 2)


def _charge_end(charge: Charge) -> State:
    return charge.end


@dataclass(frozen=True, kw_only=True, eq=False)
class ChargeDescription(SensorDescription):
    """Describes a sensor of the last charge: that of the journal, else of the history of BMW."""

    of_charge: Callable[[Charge], State]
    attributes: tuple[AnyAttribute, ...] = (car.CHARGING_SESSIONS, car.JOURNAL_CHARGE)

    @override
    def state_of(self, vehicle: Vehicle) -> State:
        charge = vehicle.value(car.JOURNAL_CHARGE)
        return super().state_of(vehicle) if charge is None else self.of_charge(charge)

    @override
    def details_of(self, vehicle: Vehicle) -> dict[str, object] | None:
        charge = vehicle.value(car.JOURNAL_CHARGE)
        if charge is None or self.extra is None:
            return super().details_of(vehicle)
        return charge_details(charge)


def _predicted(prediction: Prediction) -> State:
    return prediction.value


def _distance_driven(trip: Trip) -> State:
    return _number(round(trip.distance, 2))


def _cost_of(cost: EnergyCost) -> State:
    return cost.amount


def _capacity(estimate: BatteryEstimate) -> State:
    return estimate.capacity


def _projected(projected: ProjectedRange) -> State:
    return projected.range


def _sum(attribute: Attribute[float], period: str) -> SensorDescription:
    """Describe a sensor of the distance in a period."""
    return _sensor(
        attribute,
        off=period != "month",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        state_class=SensorStateClass.TOTAL,
    )


def _cost(attribute: Attribute[float], period: str) -> SensorDescription:
    """Describe a sensor of what was paid for charging or fuel in a period."""
    return _sensor(
        attribute,
        off=period != "month",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL,
    )


def _charged_since(attribute: Attribute[float]) -> SensorDescription:
    """Describe a sensor of the energy that was charged in a period."""
    return _sensor(
        attribute,
        off=True,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        state_class=SensorStateClass.TOTAL,
    )


def _consumption(attribute: Attribute[float]) -> SensorDescription:
    """Describe a sensor of the consumption in a period."""
    return _sensor(
        attribute,
        off=True,
        device_class=SensorDeviceClass.ENERGY_DISTANCE,
        native_unit_of_measurement=UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    )


def _total(attribute: Attribute[float], *, off: bool = False) -> SensorDescription:
    """Describe a sensor of charged energy."""
    return _sensor(
        attribute,
        off=off,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        state_class=SensorStateClass.TOTAL_INCREASING,
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


def _catalogue_sensor(item: Descriptor) -> SensorDescription:
    """Describe the sensor of a descriptor in the catalogue."""
    unit = item.attribute.unit
    number = item.kind is Kind.NUMBER
    faults = item.attribute.key == FAULT_MEMORY
    return _sensor(
        item.attribute,
        extra=_fault_codes if faults else None,
        details=car.FAULT_CODES if faults else None,
        activity=ACTIVITIES.get(item.attribute.key),
        name=translation_key(item),
        off=item.attribute.key not in ENABLED_BY_DEFAULT,
        diagnostic=category(item) is not None,
        device_class=sensor_class(item),
        state_class=state_class(item),
        native_unit_of_measurement=unit.value if unit and unit not in _TRANSLATED_UNITS else None,
        suggested_unit_of_measurement=UnitOfTime.MINUTES if unit is Unit.SECONDS else None,
        suggested_display_precision=_PRECISION.get(unit, 1) if number and unit else None,
        options=list(item.words) if item.kind is Kind.WORD else None,
    )


def _reach(name: str) -> ReachDescription:
    return ReachDescription(
        key=f"reach.{name}",
        translation_key=f"reach_{name}",
        attributes=(car.RANGE_MAP, car.POSITION, car.REMAINING_RANGE_TOTAL),
        state=attrgetter(name),
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
    )


_FORMS: Final[Mapping[Unit | None, Mapping[str, Any]]] = {
    Unit.KILOMETERS: {
        "device_class": SensorDeviceClass.DISTANCE,
        "native_unit_of_measurement": UnitOfLength.KILOMETERS,
        "suggested_display_precision": 1,
    },
    Unit.MINUTES: {
        "device_class": SensorDeviceClass.DURATION,
        "native_unit_of_measurement": UnitOfTime.MINUTES,
        "suggested_display_precision": 0,
    },
    Unit.PERCENT: {
        "native_unit_of_measurement": PERCENTAGE,
        "suggested_display_precision": 0,
    },
    Unit.KILOWATT_HOURS_PER_100_KILOMETERS: {
        "device_class": SensorDeviceClass.ENERGY_DISTANCE,
        "native_unit_of_measurement": UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        "suggested_display_precision": 1,
    },
    Unit.LITERS_PER_100_KILOMETERS: {
        "native_unit_of_measurement": "L/100 km",
        "suggested_display_precision": 1,
    },
    Unit.LITERS: {
        "device_class": SensorDeviceClass.VOLUME,
        "native_unit_of_measurement": UnitOfVolume.LITERS,
        "suggested_display_precision": 1,
    },
    Unit.KILOGRAMS: {
        "device_class": SensorDeviceClass.WEIGHT,
        "native_unit_of_measurement": UnitOfMass.KILOGRAMS,
        "suggested_display_precision": 0,
    },
    Unit.STARS: {"suggested_display_precision": 1},
}
_TRIP_ON_AT_FIRST: Final = ("distance", "duration", "electric_consumption")


def _trip(name: str, attribute: Attribute[float]) -> SensorDescription:
    """Describe a sensor of the last trip."""
    return _sensor(
        attribute,
        name=f"last_trip_{name}",
        off=name not in _TRIP_ON_AT_FIRST,
        state_class=None if attribute.unit is Unit.LITERS else SensorStateClass.MEASUREMENT,
        **_FORMS[attribute.unit],
    )


def _own(figure: Comparison) -> State:
    return _number(figure.own)


def _own_highest(figure: Comparison) -> State:
    return _number(figure.own_highest)


def _own_current(figure: Comparison) -> State:
    return _number(figure.own_current)


def _community(figure: Comparison) -> dict[str, object]:
    return {
        "community_low": figure.community_low,
        "community_average": figure.community_average,
        "community_high": figure.community_high,
    }


def _all_trips(name: str, attribute: Attribute[Comparison]) -> SensorDescription:
    """Describe a sensor of all trips, which tells the figures of other drivers too."""
    total = name == "electric_distance"
    growing, average = SensorStateClass.TOTAL_INCREASING, SensorStateClass.MEASUREMENT
    return _sensor(
        attribute,
        _own,
        name=f"all_trips_{name}",
        extra=_community,
        off=not total,
        state_class=growing if total else average,
        **_FORMS[attribute.unit],
    )


def _saved(attribute: Attribute[float]) -> SensorDescription:
    return _sensor(
        attribute,
        name=attribute.key.replace(".", "_"),
        off=True,
        state_class=SensorStateClass.TOTAL if attribute.unit is Unit.LITERS else None,
        **_FORMS[attribute.unit],
    )


def _last_destination(places: tuple[Destination, ...]) -> State:
    return (places[0].address or "")[:255] or None if places else None


def _destination_details(places: tuple[Destination, ...]) -> dict[str, object]:
    last = places[0] if places else Destination()
    created = last.created and last.created.isoformat()
    return {
        "latitude": last.position and last.position.latitude,
        "longitude": last.position and last.position.longitude,
        "created": created,
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class CarBillSensorDescription(CarBillDescription, SensorDescription):
    """Describes a sensor of what a car costs: how to get its state and attributes from the bill."""

    amounts: Callable[[Bill], dict[str, object]] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageDescription(SensorDescription):
    """Describes the sensor of how much was received of what a car can send."""

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        """Return whether a source of the car knows what such cars can send."""
        sources = zip(garage.capabilities.values(), garage.sources.values(), strict=True)
        return any(
            can.tracing is not None and item.has(vehicle.vin) and can.tracing.streams(vehicle.vin)
            for can, item in sources
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class DataStateDescription(SensorDescription):
    """Describes the sensor of why a car sends nothing new."""

    @override
    def usable(self, vehicle: Vehicle, garage: Garage) -> bool:
        """Return whether a source has the car."""
        return any(source.has(vehicle.vin) for source in garage.sources.values())


_COVERAGE_INTERVAL: Final = timedelta(minutes=15)
_COVERAGE: Final = CoverageDescription(
    key="data_coverage",
    translation_key="data_coverage",
    attributes=(car.LAST_UPDATE,),
    state=lambda _time: None,
    native_unit_of_measurement=PERCENTAGE,
    state_class=SensorStateClass.MEASUREMENT,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    suggested_display_precision=0,
)


_SOURCE_STATES: Final = (
    OK,
    Cause.LOGIN_NEEDED,
    Cause.BLOCKED,
    Cause.WAITING,
    Cause.PRIVACY,
    Cause.NOT_SUBSCRIBED,
    Cause.STREAM_TAKEN,
    Cause.STREAM_REFUSED,
    Cause.OUTAGE,
    Cause.NETWORK,
    Cause.QUOTA,
)
_DATA_STATE: Final = DataStateDescription(
    key="data_state",
    translation_key="data_state",
    attributes=(car.CONNECTION, car.ACCESS, car.PRIVACY_MODE),
    state=lambda _connection: None,
    device_class=SensorDeviceClass.ENUM,
    options=[
        *map(str, _SOURCE_STATES),
        *map(
            str,
            (
                Cause.ASLEEP,
                Cause.NOT_REPORTED,
                Cause.NEVER_SENT,
                Cause.NOT_ALLOWED,
                Cause.NOT_MAIN_USER,
                Cause.NOT_OFFERED,
                Cause.NOT_LISTED,
                Cause.MOTORCYCLE,
                Cause.SILENT,
                Cause.FAILED,
            ),
        ),
    ],
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


def _car_bill(key: str, state: Callable[[Bill], State], **more: Any) -> CarBillSensorDescription:
    return CarBillSensorDescription(
        key=key,
        translation_key=f"car_{key}",
        state=state,
        entity_category=EntityCategory.DIAGNOSTIC,
        **more,
    )


def _unbilled(bill: Bill) -> dict[str, object]:
    return {"free": bill.free, "duplicates": bill.duplicates}


_money: Final = partial(
    _car_bill, device_class=SensorDeviceClass.MONETARY, native_unit_of_measurement="EUR"
)
_BILLS: Final = [
    _money("cost_this_month", lambda bill: round(bill.cost, 2), state_class=SensorStateClass.TOTAL),
    _money("cost_forecast", lambda bill: round(bill.forecast, 2)),
    _car_bill(
        "billed_events",
        lambda bill: bill.events,
        amounts=_unbilled,
        state_class=SensorStateClass.TOTAL,
    ),
    _car_bill("billed_calls", lambda bill: bill.calls, state_class=SensorStateClass.TOTAL),
]

SENSORS: Final[tuple[SensorDescription, ...]] = (
    _enum(car.ACTIVITY, Activity, name="vehicle_activity"),
    _enum(car.UPDATE_REASON, UpdateReason, off=True, diagnostic=True),
    _enum(car.POSITION_STATUS, PositionStatus, off=True, diagnostic=True),
    _enum(car.CHARGING_END_REASON, ChargingEndReason, off=True, diagnostic=True),
    _enum(car.CHARGING_END_RESULT, ChargingEndResult, off=True, diagnostic=True),
    _distance(car.MAX_RANGE_ELECTRIC, off=True, diagnostic=True),
    _sensor(
        car.REMAINING_ENERGY,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _sensor(
        car.TANK_CAPACITY,
        off=True,
        diagnostic=True,
        device_class=SensorDeviceClass.VOLUME_STORAGE,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        suggested_display_precision=0,
    ),
    _sensor(
        car.DESTINATIONS,
        _last_destination,
        key="last_destination",
        extra=_destination_details,
        off=True,
    ),
    _time(car.TRIP_END, name="last_trip_end"),
    *(_trip(name, attribute) for name, attribute in car.LAST_TRIP.items()),
    *(_all_trips(name, attribute) for name, attribute in car.ALL_TRIPS.items()),
    _sensor(
        car.ALL_TRIPS["charge_cycle_range"],
        _own_highest,
        key="all_trips.longest_charge_cycle",
        name="all_trips_longest_charge_cycle",
        off=True,
        **_FORMS[Unit.KILOMETERS],
    ),
    _sensor(
        car.ALL_TRIPS["charge_cycle_range"],
        _own_current,
        key="all_trips.distance_since_charging",
        name="all_trips_distance_since_charging",
        off=True,
        **_FORMS[Unit.KILOMETERS],
    ),
    *(_saved(attribute) for attribute in (car.SAVED_CO2, car.SAVED_CO2_GREEN, car.SAVED_FUEL)),
    _time(car.TRIPS_SINCE, name="all_trips_since", off=True, diagnostic=True),
    _distance(car.MILEAGE, state_class=SensorStateClass.TOTAL_INCREASING),
    _distance(car.REMAINING_RANGE_TOTAL),
    _distance(car.REMAINING_RANGE_ELECTRIC),
    _distance(car.REMAINING_RANGE_FUEL),
    *(_reach(name) for name in Distances._fields),
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
    _sensor(
        car.BATTERY_CAPACITY,
        diagnostic=True,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _percent(
        car.BATTERY_HEALTH, off=True, diagnostic=True, state_class=SensorStateClass.MEASUREMENT
    ),
    _sensor(
        car.ESTIMATED_CAPACITY,
        _capacity,
        extra=battery_details,
        off=True,
        diagnostic=True,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _percent(
        car.ESTIMATED_HEALTH, off=True, diagnostic=True, state_class=SensorStateClass.MEASUREMENT
    ),
    *(
        _percent(attribute, off=True, diagnostic=True, state_class=SensorStateClass.MEASUREMENT)
        for attribute in car.EFFICIENCY.values()
    ),
    _sensor(
        car.PROJECTED_RANGE,
        _projected,
        extra=range_details,
        off=True,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _sensor(
        car.STANDBY_LOSS,
        off=True,
        diagnostic=True,
        native_unit_of_measurement="%/d",
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _percent(
        # With the class "battery", Home Assistant would show it as the battery of the car
        car.STARTER_BATTERY_CHARGE,
        diagnostic=True,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _sensor(
        car.STARTER_BATTERY_VOLTAGE,
        off=True,
        diagnostic=True,
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _sensor(
        car.AVERAGE_CONSUMPTION,
        device_class=SensorDeviceClass.ENERGY_DISTANCE,
        native_unit_of_measurement=UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _percent(car.CHARGING_TARGET),
    _enum(car.CHARGING_STATUS, ChargingStatus),
    _time(car.CHARGING_END_TIME, hide_from_logbook=True),
    _time(car.CHARGING_START_TIME, off=True, hide_from_logbook=True),
    _sensor(
        car.CHARGING_TIME_LEFT,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
    ),
    _sensor(
        car.CHARGING_POWER,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    ChargeDescription(
        key="last_charging_session",
        translation_key="last_charging_session",
        state=_last_energy,
        of_charge=_charged,
        extra=_last_session,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
    ),
    ChargeDescription(
        key="last_charging_session_end",
        translation_key="last_charging_session_end",
        state=_last_end,
        of_charge=_charge_end,
        entity_registry_enabled_default=False,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    _sensor(
        car.JOURNAL_TRIP,
        _distance_driven,
        extra=trip_details,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
    ),
    *(_sum(attribute, period) for period, attribute in car.DISTANCE.items()),
    _total(car.CHARGED_HOME),
    _total(car.CHARGED_AWAY, off=True),
    *map(_charged_since, car.CHARGED.values()),
    *map(_consumption, car.CONSUMPTION.values()),
    _percent(car.ELECTRIC_SHARE_MONTH, off=True, state_class=SensorStateClass.MEASUREMENT),
    _percent(car.SOLAR_SHARE_MONTH, off=True, state_class=SensorStateClass.MEASUREMENT),
    _percent(car.SOLAR_SHARE_NOW, off=True, state_class=SensorStateClass.MEASUREMENT),
    _sensor(car.FUEL_MONTH, off=True, state_class=SensorStateClass.TOTAL, **_FORMS[Unit.LITERS]),
    _sensor(
        car.FUEL_CONSUMPTION_MONTH,
        off=True,
        state_class=SensorStateClass.MEASUREMENT,
        **_FORMS[Unit.LITERS_PER_100_KILOMETERS],
    ),
    _sensor(
        car.PREDICTED_SOC,
        _predicted,
        extra=prediction_details,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    *(
        _cost(attribute, period)
        for costs in (car.COST, car.FUEL_COST)
        for period, attribute in costs.items()
    ),
    _sensor(
        car.ENERGY_COST_MONTH,
        _cost_of,
        extra=energy_cost_details,
        off=True,
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL,
    ),
    _sensor(
        car.ENERGY_COST_PER_DISTANCE,
        _cost_of,
        extra=energy_cost_details,
        off=True,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    *(
        _sensor(
            attribute,
            off=True,
            device_class=SensorDeviceClass.MONETARY,
            suggested_display_precision=2,
        )
        for attribute in (car.LAST_COST, car.RUNNING_COST)
    ),
    *(
        _sensor(
            attribute,
            off=True,
            suggested_display_precision=2,
            state_class=SensorStateClass.MEASUREMENT,
        )
        for attribute in (car.COST_PER_DISTANCE, car.FUEL_COST_PER_DISTANCE)
    ),
    _distance(car.DISTANCE_FROM_HOME, off=True),
    _sensor(
        car.CHARGED_THIS_MONTH,
        off=True,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=0,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    _sensor(car.CHARGING_PLACES, len, off=True, diagnostic=True),
    _enum(car.CONNECTION_TYPE, ConnectionType, off=True, diagnostic=True),
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
    _time(car.CLIMATE_END_TIME, hide_from_logbook=True),
    *(
        _sensor(attribute, name=f"climate_timer_{timer}", off=True, diagnostic=True)
        for timer, attribute in car.CLIMATE_TIMER.items()
    ),
    _enum(car.LOCK_STATE, LockState, key="doors_and_windows.lock_state_detail", off=True),
    _enum(car.ALARM, AlarmState, off=True),
    _sensor(
        car.HEADING,
        off=True,
        native_unit_of_measurement=DEGREE,
        state_class=SensorStateClass.MEASUREMENT_ANGLE,
        suggested_display_precision=0,
    ),
    _sensor(car.ADDRESS, off=True),
    *(_pressure(car.TIRE_PRESSURE[wheel]) for wheel in car.WHEELS),
    *(
        _pressure(car.TIRE_TARGET_PRESSURE[wheel], off=True, diagnostic=True)
        for wheel in car.WHEELS
    ),
    *(item for wheel in car.WHEELS for item in _tire(wheel)),
    *(item for wheel in car.WHEELS for item in _wear(wheel)),
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
        fallback=DESCRIPTORS[SERVICE_DISTANCE].attribute,
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
    ),
    *(item for kind in SERVICE_TYPES for item in _services(kind)),
    _sensor(car.CHECK_CONTROL, len, key="check_control_message_count", extra=message_details),
    _sensor(
        car.CHECK_CONTROL,
        worst_severity,
        key="check_control_severity",
        device_class=SensorDeviceClass.ENUM,
        options=[NO_MESSAGE, *(severity.lower() for severity in Severity), NOT_STATED],
    ),
    _time(car.LAST_UPDATE, diagnostic=True, hide_from_logbook=True),
    _enum(car.CONNECTION, Connection, diagnostic=True),
    _enum(car.ACCESS, Access, off=True, diagnostic=True),
    _enum(car.LSC_TYPE, LastStateCall, off=True, diagnostic=True),
    _enum(car.DRIVE_TRAIN, DriveTrain, off=True, diagnostic=True),
    _sensor(car.SOFTWARE_VERSION, off=True, diagnostic=True),
    _sensor(car.IDRIVE_VERSION, off=True, diagnostic=True),
    _sensor(car.HEADUNIT_TYPE, off=True, diagnostic=True),
    _sensor(car.TELEMATICS_UNIT, off=True, diagnostic=True),
    _sensor(car.MODEL_YEAR, str, off=True, diagnostic=True),
    _sensor(car.COLOR, off=True, diagnostic=True),
    _sensor(car.COUNTRY, off=True, diagnostic=True),
    *(_catalogue_sensor(item) for item in DESCRIPTORS.values() if item.kind is not Kind.FLAG),
    *(_catalogue_sensor(item) for item in PROPERTIES.values()),
    _COVERAGE,
    _DATA_STATE,
    *_BILLS,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CommandSensorDescription(CommandDescription, SensorDescription):
    """Describes a sensor of the state of the last command of one kind."""


def _last_command(kind: CommandKind) -> CommandSensorDescription:
    attribute = car.LAST_COMMAND[kind]
    return CommandSensorDescription(
        key=attribute.key,
        translation_key=f"last_command_{kind}",
        attributes=(attribute,),
        command=kind,
        state=_command_state,
        extra=_command_details,
        device_class=SensorDeviceClass.ENUM,
        options=[state.lower() for state in CommandState],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    )


def _command_state(result: CommandResult) -> State:
    return result.state.lower()


def _command_details(result: CommandResult) -> dict[str, object]:
    return {"time": result.time.isoformat(), "reason": result.reason}


LAST_COMMANDS: Final = tuple(_last_command(kind) for kind in CommandKind)


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceSensorDescription(SourceDescription, SensorEntityDescription):
    """Describes a sensor of a source: how to get its state from the status.

    `object_id` is the object id of a sensor that was renamed.
    """

    state: Callable[[Status], State]
    object_id: str | None = None
    extra: Callable[[Status], dict[str, object] | None] = lambda _status: None


@dataclass(frozen=True, kw_only=True, eq=False)
class HealthSensorDescription(SourceSensorDescription):
    """Describes a sensor of how a source has done lately: how to get its state."""

    value: Callable[[SourceHealth], State]


def _source_sensor(
    key: str,
    state: Callable[[Status], State],
    exists: Callable[[Capabilities], bool],
    *,
    off: bool = False,
    **more: Any,
) -> SourceSensorDescription:
    return SourceSensorDescription(
        key=key,
        translation_key=key,
        state=state,
        exists=exists,
        entity_registry_enabled_default=not off,
        entity_category=EntityCategory.DIAGNOSTIC,
        **more,
    )


_source_time = partial(_source_sensor, device_class=SensorDeviceClass.TIMESTAMP)


def _planned(can: Capabilities) -> bool:
    return can.planned is not None


def _on_quota(can: Capabilities) -> bool:
    return can.planned is not None and can.hooked is None


def _pushing(can: Capabilities) -> bool:
    return can.pushing is not None and can.hooked is None


def _regular(can: Capabilities) -> bool:
    return can.polled is not None and can.planned is None


def _receives(can: Capabilities) -> bool:
    return can.pushing is not None


def _asked(can: Capabilities) -> bool:
    """Return whether only answers to requests show that the service can be reached."""
    return can.polled is not None and (can.planned is None or can.hooked is not None)


def _hooked(can: Capabilities) -> bool:
    return can.hooked is not None


def _billed(can: Capabilities) -> bool:
    """Return whether the price of the service is known."""
    return can.billed is not None and can.billed.bill() is not None


def _bill_sensor(item: CarBillSensorDescription) -> SourceSensorDescription:
    """Describe the sensor of a service that shows the sum of a sensor of cars."""

    def value(status: Status) -> State:
        return None if status.bill is None else item.state(status.bill)

    def extra(status: Status) -> dict[str, object] | None:
        amounts, bill = item.amounts, status.bill
        return None if amounts is None or bill is None else amounts(bill)

    return _source_sensor(
        item.key,
        value,
        _billed,
        extra=extra,
        device_class=item.device_class,
        state_class=item.state_class,
        native_unit_of_measurement=item.native_unit_of_measurement,
    )


_CONNECTED: Final = "connected"
_CAUSES: Final = (
    Unreadable.LOGIN_NEEDED,
    Unreadable.BLOCKED,
    Unreadable.FAILED,
    Unreadable.WAITING,
)


_STATE_OF_SOURCE: Final = _source_sensor(
    "source_data_state",
    lambda _status: None,
    lambda _can: True,
    off=True,
    device_class=SensorDeviceClass.ENUM,
    options=[*map(str, _SOURCE_STATES)],
)


def _source_health(
    key: str, value: Callable[[SourceHealth], State], **more: Any
) -> HealthSensorDescription:
    """Describe a sensor of how a source has done lately."""
    return HealthSensorDescription(
        key=key,
        translation_key=key,
        state=lambda _status: None,
        value=value,
        entity_registry_enabled_default=False,
        entity_category=EntityCategory.DIAGNOSTIC,
        **more,
    )


_HEALTH_INTERVAL: Final = timedelta(minutes=15)
_HEALTH: Final = (
    _source_health(
        "stream_uptime",
        lambda health: health.uptime,
        exists=_pushing,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
    ),
    _source_health(
        "messages_received",
        lambda health: health.messages,
        exists=_receives,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _source_health(
        "last_error", lambda health: health.last_error, device_class=SensorDeviceClass.TIMESTAMP
    ),
)


def _next_call(status: Status) -> State:
    """Return the time of the next call without seconds, so that the state changes rarely."""
    return None if status.next_call is None else status.next_call.replace(second=0, microsecond=0)


SOURCE_SENSORS: Final = (
    _source_sensor(
        "calls_left",
        lambda status: status.calls_left_for_user,
        _on_quota,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _source_time("next_call", _next_call, _planned),
    _source_sensor(
        "calls_made",
        lambda status: status.calls_made,
        _planned,
        off=True,
        extra=lambda status: {**status.reasons},
        state_class=SensorStateClass.MEASUREMENT,
    ),
    _source_time("login_ends", lambda status: status.login_ends, _on_quota, off=True),
    _source_sensor(
        "stream_state",
        lambda status: status.stream,
        _pushing,
        off=True,
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in StreamState],
    ),
    _source_sensor(
        "service_state",
        lambda status: status.cause or _CONNECTED,
        _asked,
        off=True,
        object_id="connection_to_bmw",
        device_class=SensorDeviceClass.ENUM,
        options=[_CONNECTED, *_CAUSES],
    ),
    _STATE_OF_SOURCE,
    *_HEALTH,
    _source_time("last_poll", lambda status: status.last_poll, _asked, off=True),
    _source_time("next_poll", _next_call, _regular, off=True),
    _source_time("last_delivery", lambda status: status.delivery, _hooked),
    *map(_bill_sensor, _BILLS),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MyBMWConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up sensors."""
    async_add_car_entities(entry, async_add_entities, (*SENSORS, *LAST_COMMANDS), _make)
    special = (_STATE_OF_SOURCE, *_HEALTH)
    for sensors, factory in (
        ([item for item in SOURCE_SENSORS if item not in special], MyBMWSourceSensor),
        ([_STATE_OF_SOURCE], SourceDataStateSensor),
        (_HEALTH, HealthSensor),
    ):
        async_add_source_entities(entry, async_add_entities, sensors, factory)


class MyBMWSensor(MyBMWEntity, SensorEntity):
    """A sensor of a car."""

    _unrecorded_attributes = frozenset({CODES, MESSAGES})
    entity_description: SensorDescription

    @property
    @override
    def native_value(self) -> State:
        """Return the state."""
        return self.entity_description.state_of(self.vehicle)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """Return the extra attributes, None if there are none."""
        details = self.entity_description.details_of(self.vehicle)
        extra = None if details is None else in_units(details, self.hass.config.units)
        if self.entity_description.hide_from_logbook:
            return {**_HIDE_FROM_LOGBOOK, **(extra or {})}
        return extra

    @callback
    @override
    def get_initial_entity_options(self) -> er.EntityOptionsType | None:
        """Include the precision, which saves an update of the registry for each new entity."""
        options, precision = super().get_initial_entity_options(), self.suggested_display_precision
        if precision is None:
            return options
        return {**(options or {}), SENSOR_DOMAIN: {"suggested_display_precision": precision}}

    @property
    @override
    def suggested_unit_of_measurement(self) -> str | None:
        """Return bar for tyres in the metric system; others have a unit of pressure."""
        suggested = super().suggested_unit_of_measurement
        metric = self.hass.config.units is METRIC_SYSTEM
        return None if suggested == UnitOfPressure.BAR and not metric else suggested


class EnumSensor(MyBMWSensor):
    """A sensor whose state is one of its options."""

    @property
    @override
    def options(self) -> list[str]:
        """Return the options, including a value that BMW has added."""
        known = super().options or []
        value = self.native_value
        return known if value is None or value in known else [*known, str(value)]


class CommandSensor(AlwaysAvailable, MyBMWSensor):
    """A sensor of the last command, which does not depend on a source."""


class ConnectionSensor(AlwaysAvailable, EnumSensor):
    """A sensor of how a car is connected, and why its source cannot read it."""

    @property
    @override
    def native_value(self) -> State:
        """Return the state; a car that cannot be read has no stream."""
        lost = self._unreadable is not None
        return Connection.NO_STREAM.lower() if lost else super().native_value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """Return why the car cannot be read."""
        return {"reason": self._unreadable}

    @property
    def _unreadable(self) -> Unreadable | None:
        causes = self.coordinator.availability.unreadable(self.vehicle.vin)
        return next(filter(None, map(causes.get, self._sources)), None)


class AccessSensor(AlwaysAvailable, EnumSensor):
    """A sensor of the permissions of the account for a car."""

    @property
    @override
    def entity_registry_enabled_default(self) -> bool:
        """Return True for a car that the account may not read."""
        secondary = self.native_value == Access.SECONDARY.lower()
        refused = secondary or self.coordinator.availability.refused(self.vehicle.vin)
        return refused or super().entity_registry_enabled_default


class CoverageSensor(AlwaysAvailable, MyBMWSensor):
    """A sensor of how much was received, worked out at intervals only."""

    _unrecorded_attributes = frozenset(Group)

    @override
    async def async_added_to_hass(self) -> None:
        """Update the state at intervals; a message of the car does not."""
        await super().async_added_to_hass()
        update = async_track_time_interval(self.hass, self._update, _COVERAGE_INTERVAL)
        self.async_on_remove(update)

    @callback
    def _update(self, _now: datetime) -> None:
        self.async_write_ha_state()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave the state as it is."""

    @property
    @override
    def native_value(self) -> State:
        """Return the received part in percent."""
        return async_covered(self.coordinator, self.vehicle)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """Return the received and possible numbers by group."""
        shares = async_shares(self.coordinator, self.vehicle)
        return {group.value: f"{share.received}/{share.of}" for group, share in shares.items()}


class DataStateSensor(AlwaysAvailable, MyBMWSensor):
    """A sensor of why a car sends nothing new, updated with the states of its sources."""

    _written: object = None

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the sources."""
        await super().async_added_to_hass()
        for poller in self.coordinator.pollers.values():
            self.async_on_remove(poller.async_add_listener(self._handle_coordinator_update))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it has changed."""
        causes = self._causes
        if causes != self._written:
            self._written = causes
            self.async_write_ha_state()

    @property
    def _causes(self) -> tuple[Cause, ...]:
        return async_car_causes(self.coordinator, self.vehicle)

    @property
    @override
    def native_value(self) -> State:
        """Return the most certain cause."""
        return next(iter(self._causes), OK)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """Return all causes, since what cannot be known has two."""
        return {"causes": [cause.value for cause in self._causes]}


class CarBillSensor(CarBillEntity, MyBMWSensor):
    """A sensor of what a car costs."""

    entity_description: CarBillSensorDescription

    @property
    @override
    def native_value(self) -> State:
        """Return the state."""
        return None if self.bill is None else self.entity_description.state(self.bill)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """Return what was not billed, for sensors of what was."""
        amounts, bill = self.entity_description.amounts, self.bill
        return None if amounts is None or bill is None else amounts(bill)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return the start of the billing period."""
        return _last_reset(self.entity_description, self.bill)

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the unit; amounts of money are in the currency of the bill."""
        return _bill_unit(self.entity_description, self.bill)


def _last_reset(item: SensorEntityDescription, bill: Bill | None) -> datetime | None:
    return bill.since if bill and item.state_class is SensorStateClass.TOTAL else None


def _bill_unit(item: SensorEntityDescription, bill: Bill | None) -> str | None:
    monetary = item.device_class is SensorDeviceClass.MONETARY
    return bill.currency if bill and monetary else item.native_unit_of_measurement


class ReachSensor(MyBMWSensor):
    """A sensor of how far the edge of the area is that a car can get to."""

    entity_description: ReachDescription

    @property
    @override
    def native_value(self) -> State:
        """Return the distance in km, None if it is unknown."""
        area = self.coordinator.area(self.vehicle)
        return None if area is None else self.entity_description.state(distances(area))

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object]:
        """Return whether the distance is an estimate."""
        area = self.coordinator.area(self.vehicle)
        return {"estimated": area and area.estimated}


class PeriodSensor(MyBMWSensor):
    """A sensor of a sum since the beginning of a day, week, month or year."""

    @property
    @override
    def last_reset(self) -> datetime:
        """Return the beginning of the period."""
        return start_of_period(self.entity_description.key)


class MoneySensor(MyBMWSensor):
    """A sensor of an amount in the currency of the prices of the user."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """Return the currency."""
        return self.coordinator.journals.currency


class PeriodMoneySensor(PeriodSensor, MoneySensor):
    """A sensor of an amount since the beginning of a day, week, month or year."""


class MoneyPerDistanceSensor(MyBMWSensor):
    """A sensor of an amount per 100 km."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """Return the currency per 100 km."""
        return f"{self.coordinator.journals.currency}/100 km"


_SPECIAL: Final[Mapping[AnyAttribute, type[MyBMWSensor]]] = {
    **dict.fromkeys(
        (*car.COST.values(), *car.FUEL_COST.values(), car.ENERGY_COST_MONTH), PeriodMoneySensor
    ),
    **dict.fromkeys((car.LAST_COST, car.RUNNING_COST), MoneySensor),
    **dict.fromkeys(
        (car.COST_PER_DISTANCE, car.FUEL_COST_PER_DISTANCE, car.ENERGY_COST_PER_DISTANCE),
        MoneyPerDistanceSensor,
    ),
    **dict.fromkeys((*car.DISTANCE.values(), *car.CHARGED.values(), car.FUEL_MONTH), PeriodSensor),
    car.CONNECTION: ConnectionSensor,
    car.ACCESS: AccessSensor,
    car.RANGE_MAP: ReachSensor,
}


def _make(
    coordinator: GarageCoordinator, vehicle: Vehicle, description: SensorDescription
) -> MyBMWSensor:
    if isinstance(description, CommandSensorDescription):
        return CommandSensor(coordinator, vehicle, description)
    if isinstance(description, CoverageDescription):
        return CoverageSensor(coordinator, vehicle, description)
    if isinstance(description, DataStateDescription):
        return DataStateSensor(coordinator, vehicle, description)
    if isinstance(description, CarBillSensorDescription):
        return CarBillSensor(coordinator, vehicle, description)
    default = EnumSensor if description.options is not None else MyBMWSensor
    kind = _SPECIAL.get(description.attributes[0], default)
    return kind(coordinator, vehicle, description)


class MyBMWSourceSensor(SourceEntity, SensorEntity):
    """A sensor of a source."""

    entity_description: SourceSensorDescription

    @property
    @override
    def entity_registry_enabled_default(self) -> bool:
        """Return True if the source waits for the approval of an owner."""
        waits = self.entity_description.state(self.coordinator.status) is Unreadable.WAITING
        return waits or super().entity_registry_enabled_default

    @property
    @override
    def suggested_object_id(self) -> str | None:
        """Return the object id from before the sensor was renamed."""
        return self.entity_description.object_id or super().suggested_object_id

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, object] | None:
        """Return what hides the changes of times from the logbook."""
        if self.device_class is SensorDeviceClass.TIMESTAMP:
            return _HIDE_FROM_LOGBOOK
        details = self.entity_description.extra
        return details(self.coordinator.status)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return the start of the billing period."""
        return _last_reset(self.entity_description, self.coordinator.status.bill)

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the unit; amounts of money are in the currency of the bill."""
        return _bill_unit(self.entity_description, self.coordinator.status.bill)

    @property
    @override
    def native_value(self) -> State:
        """Return the state."""
        return self.entity_description.state(self.coordinator.status)


class SourceDataStateSensor(MyBMWSourceSensor):
    """A sensor of what is wrong with a source."""

    @property
    def _causes(self) -> tuple[Cause, ...]:
        return async_source_causes(self.coordinator)

    @property
    @override
    def native_value(self) -> State:
        """Return the most certain cause."""
        return next(iter(self._causes), OK)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, object]:
        """Return all causes, since what cannot be known has two."""
        return {"causes": [cause.value for cause in self._causes]}


class HealthSensor(MyBMWSourceSensor):
    """A sensor of how a source has done lately, also updated at intervals."""

    _unrecorded_attributes = frozenset({FAILURES})
    entity_description: HealthSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Update the state at intervals; a message does not."""
        await super().async_added_to_hass()
        update = async_track_time_interval(self.hass, self._update, _HEALTH_INTERVAL)
        self.async_on_remove(update)

    @callback
    def _update(self, _now: datetime) -> None:
        self._handle_coordinator_update()

    @property
    @override
    def native_value(self) -> State:
        """Return the state."""
        return self.entity_description.value(async_health(self.coordinator))

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, object] | None:
        """Return the last errors, for the sensor of the last one."""
        if self.device_class is not SensorDeviceClass.TIMESTAMP:
            return None
        return {**_HIDE_FROM_LOGBOOK, FAILURES: async_health(self.coordinator).errors}
