"""Recorded cars in the form that bimmer_connected wrote until 2021, and in that of our recordings.

A folder holds `vehicles.json`, and a folder a car with `status.json`, `last_trip.json`,
`all_trips.json`, `charging_profile.json`, `last_destinations.json`, `range_maps.json`,
`navigation.json`, `efficiency.json`; `remote_services` holds the states of commands. Any of them
may be missing or broken, and the list may be in the folder of a car. Ours are called
`connecteddrive-vehicles.json`, `connecteddrive-status_VIN.json` and so on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
import json
import logging
from pathlib import Path
import re
from typing import Any, Final, NamedTuple

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

_LISTS: Final = ("vehicles.json", "connecteddrive-vehicles.json")
_OURS: Final = re.compile(
    rf"connecteddrive-(?P<name>{'|'.join(NAMES)})_(?P<vin>[A-Za-z0-9]+)\.json"
)
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


class _Told(NamedTuple):
    """What was answered about one car; `name` is that of its folder, or its VIN."""

    place: Path
    name: str
    answers: dict[str, Json]

    @property
    def vin(self) -> str:
        """The VIN in the state, or what stands there in its place."""
        told = self.answers.get("status", {}).get("vehicleStatus", {}).get("vin")
        return told if isinstance(told, str) else ""


class _Listed(NamedTuple):
    """An entry of a list of cars, with its VIN as it is written."""

    place: Path
    vin: str
    entry: Json


_FITS: Final[tuple[Callable[[_Told, _Listed], bool], ...]] = (
    lambda told, listed: _plain(listed.vin) == _plain(told.name),
    lambda told, listed: _plain(listed.vin) == _plain(told.vin),
    lambda told, listed: listed.place == told.place,
    lambda told, listed: _plain(told.name).startswith(_plain(listed.entry.get("bodytype")) or "-"),
)
"""Which entry belongs to which answers, the surest sign first."""


def load(folder: Path) -> Recordings:
    """Return what a folder and its sub-folders hold; FingerprintError if there is no car in it."""
    inside = folder.rglob("*") if folder.is_dir() else ()
    places = [folder, *sorted(path for path in inside if path.is_dir())]
    told = [car for place in places for car in _cars_in(place)]
    listed = list(_listed(places))
    cars: dict[str, LegacyCar] = {}
    for name, entry, answers in _matched(told, listed):
        vin = _unused_vin(name, cars)
        cars[vin] = _car(vin, entry, answers)
    if not cars:
        raise FingerprintError(f"No car of the ConnectedDrive API in {folder}")
    commands = (item for place in places if place.name == _COMMANDS for item in _commands(place))
    return Recordings(list(cars.values()), dict(commands))


def made_up_vin(name: str) -> str:
    """Return a VIN of the right form for a placeholder, always the same; a VIN stays."""
    if _VIN.fullmatch(name.upper()):
        return name.upper()
    digest = sha256(name.encode()).hexdigest().upper()
    return f"{_MADE_UP}{digest[:14]}"


def _unused_vin(name: str, cars: Iterable[str]) -> str:
    """Return a VIN for a name; a placeholder that stands for several cars gets several ones."""
    names = (name, *(f"{name} {count}" for count in range(2, 1_000)))
    return next(vin for vin in map(made_up_vin, names) if vin not in cars)


def _matched(
    told: list[_Told], listed: list[_Listed]
) -> Iterator[tuple[str, Json | None, dict[str, Json]]]:
    """Yield name, entry and answers of each car; cars may lack an entry, or all answers."""
    entries: dict[int, _Listed] = {}
    for fits in _FITS:
        for index, car in enumerate(told):
            found = [item for item in listed if fits(car, item)] if index not in entries else []
            if len(found) == 1 or (found and _plain(found[0].vin) == _plain(car.name)):
                entries[index] = found[0]
                listed.remove(found[0])
    for index, car in enumerate(told):
        entry = entries.get(index)
        yield entry.vin or car.name if entry else car.name, entry and entry.entry, car.answers
    for item in listed:
        yield item.vin or str(item.entry.get("model")), item.entry, {}


def _plain(name: object) -> str:
    """Return a name or placeholder without what varies in its spelling: "I01_VIN" is "I01"."""
    word = re.sub(r"[^A-Z0-9]", "", name.upper(), flags=re.ASCII) if isinstance(name, str) else ""
    return word.removeprefix("VIN").removesuffix("VIN") or word


def _car(vin: str, entry: Json | None, answers: dict[str, Json]) -> LegacyCar:
    if entry is None:
        entry = {}
        for name in answers:
            entry |= _FLAGS.get(name, {})
    status = answers.get("status", {}).get("vehicleStatus", {})
    if "vin" in status:
        status["vin"] = vin
    return LegacyCar(vin, {**entry, "vin": vin}, answers)


def _listed(places: Iterable[Path]) -> Iterator[_Listed]:
    """Yield the entries of all lists; each of them once, though it may be in several."""
    seen: list[Json] = []
    for place in places:
        for path in (place / name for name in _LISTS):
            for entry in _entries(_read(path)) if path.is_file() else ():
                if entry not in seen:
                    seen.append(entry)
                    vin = entry.get("vin")
                    yield _Listed(place, vin if isinstance(vin, str) else "", entry)


def _entries(listed: Any) -> Iterator[Json]:
    """Yield the cars of a list, which stands alone or in an object; one car may stand alone."""
    found = listed.get("vehicles", [listed]) if isinstance(listed, dict) else listed
    for entry in found if isinstance(found, list) else ():
        if isinstance(entry, dict) and entry.keys() & {"vin", "model", "bodytype"}:
            yield entry


def _cars_in(place: Path) -> Iterator[_Told]:
    """Yield the cars whose answers are in a folder: one, or several in our form."""
    found: dict[str, dict[str, Json]] = {}
    for car, name, path in _files(place):
        answer = _read(path)
        if isinstance(answer, dict):
            found.setdefault(car, {})[name] = _usual(answer) if name == "status" else answer
    for car, answers in found.items():
        yield _Told(place, car, answers)


def _files(place: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield car, name and path of the answers in a folder; note which files are not read."""
    paths = sorted(place.glob("*.json"))
    names = {path.stem for path in paths}
    states = [path for path in paths if path.stem.startswith("status")]
    state = place / "status.json" if "status" in names else next(iter(states), None)
    others = []
    for path in paths:
        if ours := _OURS.fullmatch(path.name):
            yield ours["vin"].upper(), ours["name"], path
        elif path == state or (path.stem in NAMES and path not in states):
            yield place.name, "status" if path == state else path.stem, path
        elif path.name not in _LISTS:
            others.append(path.name)
    if others and (state or names & set(NAMES)):
        _LOGGER.info("Not used in %s: %s", place, ", ".join(others))


def _usual(answer: Json) -> Json:
    """Return a state in its usual form; what stands in it may be missing, or no object."""
    inner = answer.get("vehicleStatus", answer)
    return {**answer, "vehicleStatus": inner if isinstance(inner, dict) else {}}


def _commands(folder: Path) -> Iterator[tuple[str, Json]]:
    for path in sorted(folder.glob("*.json")):
        answer = _read(path)
        execution = answer.get("executionStatus") if isinstance(answer, dict) else None
        if isinstance(execution, dict) and execution.get("eventId") != "-1":
            yield str(execution.get("status", "UNKNOWN")), execution


def _read(path: Path) -> Any:
    """Return the JSON of a file without what JSON does not have (NaN); None if there is none."""
    try:
        return json.loads(path.read_bytes(), parse_constant=lambda _: None)
    except (OSError, ValueError, RecursionError) as error:
        _LOGGER.warning("%s: %s", path, error)
        return None
