"""Recorded cars: data answers of High Mobility, one file a car (highmobility.md#vehicle-data)."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any, Final

from ..fingerprints import FingerprintError
from .cars import AutoApiCar

_FILE_NAME: Final = re.compile(
    r"highmobility-v1_vehicle-data_autoapi-13_(?P<vin>[A-Za-z0-9]{17})\.json"
)


def load(folder: Path) -> list[AutoApiCar]:
    """Return the cars of a folder and its sub-folders, sorted by VIN; FingerprintError if none."""
    cars = {car.vin: car for car in _cars(folder)}
    if not cars:
        raise FingerprintError(f"No car of High Mobility in {folder}")
    return [cars[vin] for vin in sorted(cars)]


def _cars(folder: Path) -> Iterator[AutoApiCar]:
    for path in sorted(folder.rglob("*.json")):
        if (match := _FILE_NAME.fullmatch(path.name)) is None:
            continue
        try:
            answer: Any = json.loads(path.read_bytes())
        except ValueError:
            continue
        if isinstance(answer, dict):
            data = {key: value for key, value in answer.items() if isinstance(value, dict)}
            yield AutoApiCar(match["vin"].upper(), str(answer.get("brand") or "bmw"), data)
