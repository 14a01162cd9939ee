"""Recorded cars: answers and webhooks of High Mobility, one folder a car (highmobility.md)."""

from collections.abc import Iterator
import json
import logging
from pathlib import Path
import re
from typing import Any, Final

from ..fingerprints import BUNDLED as FINGERPRINTS, FingerprintError, Json
from .cars import AutoApiCar

_LOGGER = logging.getLogger(__name__)

BUNDLED: Final = FINGERPRINTS / "highmobility"
WEBHOOKS: Final = "highmobility-webhooks.jsonl"

_DATA: Final = "highmobility-v1_vehicle-data_autoapi-13_"
_CLEARANCE: Final = "highmobility-v1_fleets_vehicles_"
_FILE_NAME: Final = re.compile(rf"{_DATA}(?P<vin>[A-Za-z0-9]{{17}})\.json", re.IGNORECASE)


def load(folder: Path) -> list[AutoApiCar]:
    """Return the cars of a folder and its sub-folders, sorted by VIN; FingerprintError if none."""
    cars = {car.vin: car for car in _cars(folder)}
    if not cars:
        raise FingerprintError(f"No car of High Mobility in {folder}")
    return [cars[vin] for vin in sorted(cars)]


def recorded() -> dict[str, AutoApiCar]:
    """Return the cars whose recordings belong to the tests, by folder name."""
    folders = sorted(path for path in BUNDLED.iterdir() if path.is_dir())
    return {folder.name: load(folder)[0] for folder in folders}


def write(car: AutoApiCar, folder: Path) -> None:
    """Write what the service answers about a car that is cleared as a recording."""
    clearance = {"vin": car.vin, "brand": car.brand, "status": "approved"}
    folder.mkdir(parents=True, exist_ok=True)
    for name, answer in ((_DATA, car.answer), (_CLEARANCE, clearance)):
        text = json.dumps(answer, ensure_ascii=False, indent=4, sort_keys=True)
        (folder / f"{name}{car.vin}.json").write_text(f"{text}\n", "utf-8")


def _cars(folder: Path) -> Iterator[AutoApiCar]:
    for path in sorted(folder.rglob("*.json")):
        if (match := _FILE_NAME.fullmatch(path.name)) is None:
            continue
        try:
            answer: Any = json.loads(path.read_bytes())
        except ValueError:
            continue
        if isinstance(answer, dict):
            vin, brand = match["vin"].upper(), str(answer.get("brand") or "bmw")
            data = {key: value for key, value in answer.items() if isinstance(value, dict)}
            yield AutoApiCar(vin, brand, data, [*_webhooks(path.with_name(WEBHOOKS), vin)])


def _webhooks(path: Path, vin: str) -> Iterator[Json]:
    """Yield the recorded deliveries about a car in order."""
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            row: Any = json.loads(line)
            if row["topic"].upper() == vin and isinstance(row["payload"]["event"], dict):
                yield row["payload"]
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("%s: %r", path, error)
