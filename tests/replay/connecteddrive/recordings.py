"""Recorded cars in the form that bimmer_connected wrote until 2021.

A folder holds `vehicles.json`, and a folder a car with `status.json`, `last_trip.json`,
`all_trips.json`, `charging_profile.json`, `last_destinations.json`, `range_maps.json`,
`navigation.json`, `efficiency.json`; `remote_services` holds the states of commands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
import json
import logging
from pathlib import Path
import re
from typing import Any, Final

from tests.replay.fingerprints import FingerprintError

from .cars import Json, LegacyCar

_LOGGER = logging.getLogger(__name__)

BUNDLED: Final = Path(__file__).parents[2] / "fingerprints" / "connecteddrive"
NAMES: Final = (
    "status",
    "last_trip",
    "all_trips",
    "charging_profile",
    "last_destinations",
    "range_maps",
    "navigation",
    "efficiency",
)

_LIST: Final = "vehicles.json"
_COMMANDS: Final = "remote_services"
_VIN: Final = re.compile(r"[A-Z0-9]{17}", re.ASCII)
_MADE_UP: Final = "WBA"
_FLAGS: Final[dict[str, Json]] = {
    "last_trip": {"statisticsAvailable": True},
    "all_trips": {"statisticsAvailable": True},
    "charging_profile": {"chargingControl": "WEEKLY_PLANNER"},
    "last_destinations": {"lastDestinations": "SUPPORTED"},
    "range_maps": {"rangeMap": "RANGE_POLYGON"},
    "navigation": {"driveTrain": "PHEV"},
}
"""What a car offers for which there is an answer, but no entry in the list."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Cars, and what was answered about commands, by status."""

    cars: list[LegacyCar] = field(default_factory=list)
    commands: dict[str, Json] = field(default_factory=dict)


def load(folder: Path) -> Recordings:
    """Return what a folder holds; FingerprintError if there is no car in it."""
    entries = dict(_entries(folder / _LIST))
    folders = {path.name: path for path in _car_folders(folder)}
    cars: dict[str, LegacyCar] = {}
    for name, path in sorted(folders.items()):
        answers = dict(_answers(path))
        written = _entry_of(name, answers, entries)
        entry = entries.pop(written, None) if written else None
        car = _car(written or name, entry, answers)
        cars[car.vin] = car
    for written, entry in entries.items():
        car = _car(written, entry, {})
        cars[car.vin] = car
    if not cars:
        raise FingerprintError(f"No car of the ConnectedDrive API in {folder}")
    return Recordings(list(cars.values()), dict(_commands(folder / _COMMANDS)))


def made_up_vin(name: str) -> str:
    """Return a VIN of the right form for a placeholder, always the same; a VIN stays."""
    if _VIN.fullmatch(name.upper()):
        return name.upper()
    digest = sha256(name.encode()).hexdigest().upper()
    return f"{_MADE_UP}{digest[:14]}"


def _car(written: str, entry: Json | None, answers: dict[str, Json]) -> LegacyCar:
    vin = made_up_vin(written)
    if entry is None:
        entry = {}
        for name in answers:
            entry |= _FLAGS.get(name, {})
    status = answers.get("status", {}).get("vehicleStatus")
    if isinstance(status, dict) and "vin" in status:
        status["vin"] = vin
    return LegacyCar(vin, {**entry, "vin": vin}, answers)


def _entry_of(name: str, answers: dict[str, Json], entries: dict[str, Json]) -> str | None:
    """Return the VIN, as it is written, of the entry that belongs to a folder."""
    status = answers.get("status", {}).get("vehicleStatus")
    told = status.get("vin") if isinstance(status, dict) else None
    candidates = (f"{name}_VIN", name, told)
    return next((vin for vin in candidates if vin in entries), None)


def _entries(path: Path) -> Iterator[tuple[str, Json]]:
    listed: Any = _read(path) if path.is_file() else []
    found = listed.get("vehicles") if isinstance(listed, dict) else listed
    for entry in found if isinstance(found, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("vin"), str):
            yield entry["vin"], entry


def _car_folders(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and any((path / f"{name}.json").is_file() for name in NAMES):
            yield path


def _answers(folder: Path) -> Iterator[tuple[str, Json]]:
    for name in NAMES:
        path = folder / f"{name}.json"
        if path.is_file() and isinstance(answer := _read(path), dict):
            yield name, answer


def _commands(folder: Path) -> Iterator[tuple[str, Json]]:
    for path in sorted(folder.glob("*.json")):
        answer = _read(path)
        execution = answer.get("executionStatus") if isinstance(answer, dict) else None
        if isinstance(execution, dict) and execution.get("eventId") != "-1":
            yield str(execution.get("status", "UNKNOWN")), execution


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        _LOGGER.warning("%s: %s", path, error)
        return None
