"""The cars of the garage as the Auto API reports them: those that CarData and the app know too."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from ..cardata.cars import CarDataCar, parse_time
from ..cardata.recordings import BUNDLED, load
from ..fingerprints import Json
from ..world import timestamp
from .spelling import (
    DOOR,
    DOORS,
    ELECTRIC_RANGE,
    MESSAGES,
    OPEN,
    PLACE,
    PROPERTIES,
    SERVICES,
    SOC,
    TOTAL_RANGE,
    TRIP_END,
    WHEELS,
    WINDOWS,
    Spell,
    fraction,
    measured,
)

_DUE: Final = {"OK": "ok", "PENDING": "pending", "OVERDUE": "overdue"}
_POWERTRAINS: Final = (
    ("BEV", "all_electric"),
    ("PHEV", "phev"),
    ("CONV", "combustion_engine"),
    ("ICE", "combustion_engine"),
)
_BRANDS: Final = {"WMW": "mini"}


@dataclass(slots=True)
class AutoApiCar:
    """A car; `data` is what the data answer says of it, by capability and property.

    `webhooks` are the bodies of its recorded deliveries.
    """

    vin: str
    brand: str
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    webhooks: list[Json] = field(default_factory=list)

    @property
    def answer(self) -> Json:
        """The data answer."""
        request = str(uuid5(NAMESPACE_URL, self.vin))
        return {"request_id": request, "vin": self.vin, "brand": self.brand, **self.data}

    def tell(self, path: str, data: Any, time: datetime | str | None) -> None:
        """Let the car have measured a property; the value of one place replaces that one's."""
        stamp = timestamp(time) if isinstance(time, datetime) else time
        component = {"data": data, **({"timestamp": stamp} if stamp else {})}
        capability, _, name = path.partition(".")
        self.data.setdefault(capability, {})[name] = component

    def list_up(self, path: str, data: Any, time: str | None) -> None:
        """Add a component to a property that is a list."""
        capability, _, name = path.partition(".")
        items = self.data.setdefault(capability, {}).setdefault(name, [])
        items.append({"data": data, "timestamp": time})

    def fail(self, path: str, reason: str) -> None:
        """Let a property have no value for a reason."""
        capability, _, name = path.partition(".")
        failure = {"failure": {"reason": reason, "description": "Made up for a test"}}
        self.data.setdefault(capability, {})[name] = failure

    def components(self) -> Iterator[Json]:
        """Yield all components."""
        for capability in self.data.values():
            for node in capability.values():
                yield from node if isinstance(node, list) else [node]

    @property
    def measured(self) -> datetime:
        """The newest time of measurement."""
        times = (item.get("timestamp") for item in self.components())
        return max(parse_time(time) for time in times if time)

    def shift(self, by: timedelta) -> None:
        """Move all times of measurement, as if the car had been recorded later."""
        for item in self.components():
            if stamp := item.get("timestamp"):
                item["timestamp"] = timestamp(parse_time(stamp) + by)
        session = self.data.get("charging_session", {})
        for name in ("start_time", "end_time"):
            if name in session:
                session[name]["data"] = timestamp(parse_time(session[name]["data"]) + by)

    def copy(self) -> AutoApiCar:
        """Return another car that is the same."""
        return deepcopy(self)


def bundled() -> dict[str, AutoApiCar]:
    """Return the sane cars of CarData's recordings that are BMW or MINI, by folder name."""
    found: dict[str, AutoApiCar] = {}
    for folder in sorted(path for path in BUNDLED.iterdir() if path.is_dir()):
        if folder.name.startswith(("oddball", "supra")):
            continue
        for made in _cars(folder):
            found[folder.name] = made
    return found


def _cars(folder: Path) -> Iterator[AutoApiCar]:
    yield from (of_cardata(car) for car in load(folder) if car.telematics)


def of_cardata(car: CarDataCar) -> AutoApiCar:
    """Return what the Auto API says of a car that CarData knows."""
    made = AutoApiCar(car.vin, _BRANDS.get(car.vin[:3], "bmw"))
    for path, (descriptor, spell) in PROPERTIES.items():
        if (found := _told(car, descriptor, spell)) is not None:
            made.tell(path, *found)
    _add_charge(made, car)
    _add_places(made, car)
    _add_position(made, car)
    _add_fuel_range(made, car)
    _add_services(made, car)
    _add_messages(made, car)
    _add_trip_end(made, car)
    _add_identity(made, car)
    _add_session(made, car)
    return made


def _told(car: CarDataCar, descriptor: str, spell: Spell) -> tuple[Any, str] | None:
    item = car.telematics.get(descriptor) or {}
    if item.get("value") is None or item.get("timestamp") is None:
        return None
    try:
        return spell(item["value"], item.get("unit") or ""), item["timestamp"]
    except ValueError:
        return None


def _add_places(made: AutoApiCar, car: CarDataCar) -> None:
    for path, places, spell in (
        ("doors.positions", DOORS, DOOR),
        ("windows.positions", WINDOWS, OPEN),
    ):
        for location, descriptor in places.items():
            if (found := _told(car, descriptor, spell)) is not None:
                made.list_up(path, {"location": location, "position": found[0]}, found[1])
    for path, suffix in (
        ("diagnostics.tire_pressures", "pressure"),
        ("diagnostics.tire_pressures_targets", "pressureTarget"),
    ):
        for location, tire in WHEELS.items():
            if (found := _told(car, f"{tire}.{suffix}", _bars)) is not None:
                pressure = {"value": found[0], "unit": "bars"}
                made.list_up(path, {"location": location, "pressure": pressure}, found[1])


def _bars(value: str, unit: str) -> float:
    return float(value) if unit == "bar" else float(value) / 100


def _number(value: str, _unit: str) -> float:
    return float(value)


def _json(value: str, _unit: str) -> Any:
    return json.loads(value)


def _add_charge(made: AutoApiCar, car: CarDataCar) -> None:
    """The charge is reported by several descriptors, of which the newest is right."""
    told = [found for descriptor in SOC if (found := _told(car, descriptor, fraction))]
    if told:
        made.tell("charging.battery_level", *max(told, key=lambda found: parse_time(found[1])))


def _add_position(made: AutoApiCar, car: CarDataCar) -> None:
    latitude, longitude = (_told(car, descriptor, _number) for descriptor in PLACE)
    if latitude and longitude:
        place = {"latitude": latitude[0], "longitude": longitude[0]}
        made.tell("vehicle_location.coordinates", place, longitude[1])


def _add_fuel_range(made: AutoApiCar, car: CarDataCar) -> None:
    """The range on fuel: what remains of the total one without the electric one."""
    total, electric = (
        _told(car, item, measured("kilometers")) for item in (TOTAL_RANGE, ELECTRIC_RANGE)
    )
    if total and made.data.get("diagnostics", {}).get("fuel_level"):
        length = total[0]["value"] - (electric[0]["value"] if electric else 0)
        made.tell("diagnostics.estimated_range", {**total[0], "value": length}, total[1])


def _add_services(made: AutoApiCar, car: CarDataCar) -> None:
    if (found := _told(car, SERVICES, _json)) is None:
        return
    for item in found[0]:
        year, _, month = item["date"].partition("-")
        if month and item["status"] in _DUE:
            data = {
                "year": int(year),
                "month": int(month[:2]),
                "id": item["id"],
                "due_status": _DUE[item["status"]],
                "text": item["title"],
                "description": item["text"],
            }
            made.list_up("maintenance.condition_based_services", data, found[1])


def _add_messages(made: AutoApiCar, car: CarDataCar) -> None:
    if (found := _told(car, MESSAGES, _json)) is None:
        return
    for item in found[0]:
        data = {
            "id": int(item["id"]),
            "remaining_time": {"value": 0, "unit": "minutes"},
            "text": item["text"],
            "status": item["status"],
        }
        made.list_up("diagnostics.check_control_messages", data, found[1])


def _add_trip_end(made: AutoApiCar, car: CarDataCar) -> None:
    def spell(value: str, _unit: str) -> str:
        return timestamp(datetime.strptime(value, "%d.%m.%Y %H:%M:%S UTC").replace(tzinfo=UTC))

    if (found := _told(car, TRIP_END, spell)) is not None:
        made.tell("usage.last_trip_date", *found)


def _add_identity(made: AutoApiCar, car: CarDataCar) -> None:
    """Say what the car is, measured when it was mapped to the account."""
    basic, time = car.basic_data, car.mapping.get("mappedSince")
    train = str(basic.get("driveTrain", ""))
    for start, powertrain in _POWERTRAINS:
        if train.startswith(start) and train != "BEV_REX":
            made.tell("vehicle_information.powertrain", powertrain, time)
            break
    if model := basic.get("modelName"):
        made.tell("vehicle_information.model_name", model, time)
    side = {"LHD": "left", "LL": "left", "RHD": "right", "RL": "right"}.get(
        str(basic.get("steering"))
    )
    if side:
        made.tell("vehicle_information.driver_seat_location", side, time)


def _add_session(made: AutoApiCar, car: CarDataCar) -> None:
    """Report the last charge."""
    sessions = [item for item in car.charging_history if item.get("endTime")]
    if not sessions:
        return
    last = max(sessions, key=lambda item: item["endTime"])
    end = timestamp(datetime.fromtimestamp(last["endTime"], UTC))
    parts: dict[str, Any] = {
        "start_time": timestamp(datetime.fromtimestamp(last["startTime"], UTC)),
        "end_time": end,
    }
    if (energy := last.get("energyConsumedFromPowerGridKwh")) is not None:
        parts["energy_charged"] = {"value": round(energy * 3_600_000, 3), "unit": "joules"}
    for name, key in (
        ("displayed_start_state_of_charge", "displayedStartSoc"),
        ("displayed_state_of_charge", "displayedSoc"),
    ):
        if last.get(key) is not None:
            parts[name] = round(last[key] / 100, 4)
    if last.get("mileage") and "MI" not in str(last.get("mileageUnits", "")).split("."):
        parts["odometer"] = {"value": last["mileage"], "unit": "kilometers"}
    if place := (last.get("chargingLocation") or {}).get("formattedAddress"):
        parts["location"] = {"municipality": "", "formatted_address": place, "street_address": ""}
    for name, data in parts.items():
        made.tell(f"charging_session.{name}", data, end)
