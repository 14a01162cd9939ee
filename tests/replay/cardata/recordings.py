"""Recorded cars: the answers of CarData, one file per answer, and a stream (cardata.md#rest)."""

from collections.abc import Callable, Iterator
import json
import logging
from pathlib import Path
import re
from typing import Any, Final

from ..fingerprints import BUNDLED as FINGERPRINTS, FingerprintError, Json
from .cars import CarDataCar

_LOGGER = logging.getLogger(__name__)

BUNDLED: Final = FINGERPRINTS / "cardata"
MAPPINGS: Final = "cardata-customers_vehicles_mappings.json"
STREAM: Final = "stream.jsonl"

_FILE_NAME: Final = re.compile(
    r"cardata-customers_vehicles_(?P<vin>[A-Za-z0-9]{17})_(?P<kind>[A-Za-z]+)\.(json|png)"
)
_MAPPED_SINCE: Final = "2024-05-01T08:00:00.000Z"


def load(folder: Path) -> list[CarDataCar]:
    """Return the cars of a folder and its sub-folders, sorted by VIN.

    A broken file is logged as a warning and left out; FingerprintError if nothing remains.
    """
    cars: dict[str, CarDataCar] = {}
    problems: list[str] = []
    folders = [folder, *sorted(path for path in folder.rglob("*") if path.is_dir())]
    for where in folders:
        cars |= {car.vin: car for car in _cars(where, problems)}
    for problem in problems:
        _LOGGER.warning("%s", problem)
    if not cars:
        raise FingerprintError("; ".join([f"no recorded car in {folder}", *problems]))
    return [cars[vin] for vin in sorted(cars)]


def bundled() -> dict[str, Path]:
    """Return the recordings that belong to the tests, by folder name."""
    return folders(BUNDLED)


def folders(directory: Path) -> dict[str, Path]:
    """Return the folders with recordings in a directory, or itself if it is one, by name."""
    if not directory.is_dir():
        return {}
    if next(_files(directory), None):
        return {directory.name: directory}
    inside = sorted(path for path in directory.iterdir() if path.is_dir())
    return {path.name: path for path in inside if next(_files(path), None)}


def _files(folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in sorted(folder.glob("*")):
        if match := _FILE_NAME.fullmatch(path.name):
            yield path, match


def _cars(folder: Path, problems: list[str]) -> Iterator[CarDataCar]:
    """Yield the cars of one folder; cars that are only in the mappings have no data."""
    mappings = _mappings(folder, problems)
    files: dict[str, list[tuple[Path, str]]] = {vin: [] for vin in mappings}
    for path, match in _files(folder):
        files.setdefault(match["vin"].upper(), []).append((path, match["kind"]))
    stream = folder / STREAM
    for vin, answers in files.items():
        usual = {"vin": vin, "mappedSince": _MAPPED_SINCE, "mappingType": "PRIMARY"}
        car = CarDataCar(vin, mapping=mappings.get(vin, usual))
        car.stream_file = stream if stream.is_file() else None
        for path, kind in answers:
            if kind in _READERS:
                _read(path, _READERS[kind], car, problems)
        yield car


def _mappings(folder: Path, problems: list[str]) -> dict[str, Json]:
    path = folder / MAPPINGS
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_bytes())
        items = content if isinstance(content, list) else [content]
        return {item["vin"].upper(): item for item in items}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        problems.append(f"{path}: {error!r}")
        return {}


def _read(
    path: Path, reader: Callable[[CarDataCar, bytes], None], car: CarDataCar, problems: list[str]
) -> None:
    try:
        reader(car, path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        problems.append(f"{path}: {error}")


def _basic(car: CarDataCar, content: bytes) -> None:
    car.basic_data = _object(json.loads(content))


def _telematics(car: CarDataCar, content: bytes) -> None:
    answer = _object(json.loads(content))
    car.telematics = _object(answer.get("telematicData", answer))


def _history(car: CarDataCar, content: bytes) -> None:
    car.charging_history = _items(json.loads(content))


def _settings(car: CarDataCar, content: bytes) -> None:
    car.location_settings = _items(json.loads(content))


def _tyres(car: CarDataCar, content: bytes) -> None:
    car.tyre_diagnosis = _object(json.loads(content))


def _image(car: CarDataCar, content: bytes) -> None:
    car.image = content


_READERS: Final[dict[str, Callable[[CarDataCar, bytes], None]]] = {
    "basicData": _basic,
    "telematicData": _telematics,
    "chargingHistory": _history,
    "locationBasedChargingSettings": _settings,
    "smartMaintenanceTyreDiagnosis": _tyres,
    "image": _image,
}


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError("a JSON object expected")
    return value


def _items(value: Any) -> list[Json]:
    """Return the list of a paged response, or the list itself."""
    items = value.get("data") if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise TypeError("a JSON list expected")
    return items
