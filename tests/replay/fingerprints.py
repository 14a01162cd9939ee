"""Recorded cars: the answers of the MyBMW API, one file per answer (mybmw-app.md#recordings)."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
import logging
import os
from pathlib import Path
import re
from typing import Any, Final

_LOGGER = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE: Final = "MYBMW_FINGERPRINTS"
BUNDLED: Final = Path(__file__).parents[1] / "fingerprints"

_KINDS: Final = {
    "eadrax-vcs_v5_vehicle-data_profile": "profile",
    "eadrax-vcs_v4_vehicles_state": "state",
    "eadrax-crccs_v2_vehicles": "charging",
}
_FILE_NAME: Final = re.compile(
    rf"(?P<brand>[a-z]+)-(?P<kind>{'|'.join(_KINDS)})_(?P<vin>[a-z0-9]+)\.json", re.IGNORECASE
)

type Json = dict[str, Any]
type _Answers = dict[str, Path]


class FingerprintError(Exception):
    """A folder of recorded responses contains no usable car; the message names the files."""


@dataclass(frozen=True, slots=True)
class RecordedCar:
    """The answers of one car; `brand` as in the request (bmw, mini, toyota)."""

    vin: str
    brand: str
    profile: Json
    state: Json
    charging: Json | None


def load(folder: Path) -> list[RecordedCar]:
    """Return the cars of a folder and its sub-folders, sorted by VIN.

    An unusable file is logged as a warning and its car left out (without charging details when
    only those are broken); FingerprintError if nothing remains.
    """
    cars: dict[str, RecordedCar] = {}
    problems: list[str] = []
    for (where, vin, brand), answers in _collect(folder).items():
        try:
            cars[vin] = _car(vin, brand, answers, problems, where)
        except FingerprintError as error:
            problems.append(str(error))
    for problem in problems:
        _LOGGER.warning("%s", problem)
    if not cars:
        raise FingerprintError("; ".join([f"no recorded car in {folder}", *problems]))
    return [cars[vin] for vin in sorted(cars)]


def bundled() -> dict[str, Path]:
    """Return the recordings that belong to the tests, by folder name."""
    return _folders(BUNDLED)


def extra() -> dict[str, Path]:
    """Return the recordings in the directory that MYBMW_FINGERPRINTS names; empty if unset."""
    if not (directory := os.environ.get(ENVIRONMENT_VARIABLE)):
        return {}
    folders = _folders(Path(directory))
    if not folders:
        raise FingerprintError(f"{ENVIRONMENT_VARIABLE}: no recorded car in {directory}")
    return folders


def _folders(directory: Path) -> dict[str, Path]:
    if not directory.is_dir():
        return {}
    if any(_FILE_NAME.fullmatch(file.name) for file in directory.iterdir()):
        return {directory.name: directory}
    folders = sorted(path for path in directory.iterdir() if path.is_dir())
    return {path.name: path for path in folders if next(_files(path), None)}


def _files(folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in sorted(folder.rglob("*")):
        if match := _FILE_NAME.fullmatch(path.name):
            yield path, match


def _collect(folder: Path) -> dict[tuple[Path, str, str], _Answers]:
    """Group the files by (folder, VIN, brand)."""
    cars: dict[tuple[Path, str, str], _Answers] = {}
    for path, match in _files(folder):
        key = (path.parent, match["vin"].upper(), match["brand"].lower())
        cars.setdefault(key, {})[_KINDS[match["kind"].lower()]] = path
    return cars


def _car(vin: str, brand: str, answers: _Answers, problems: list[str], where: Path) -> RecordedCar:
    if missing := [kind for kind in ("profile", "state") if kind not in answers]:
        raise FingerprintError(f"{where}: no {' and no '.join(missing)} file for {vin}")
    state = _read(answers["state"])
    if not isinstance(state.get("state"), dict) or not isinstance(state.get("capabilities"), dict):
        raise FingerprintError(f"{answers['state']}: keys state and capabilities expected")
    return RecordedCar(vin, brand, _read(answers["profile"]), state, _charging(answers, problems))


def _charging(answers: _Answers, problems: list[str]) -> Json | None:
    if "charging" not in answers:
        return None
    try:
        return _read(answers["charging"])
    except FingerprintError as error:
        problems.append(str(error))
        return None


def _read(path: Path) -> Json:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FingerprintError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise FingerprintError(f"{path}: a JSON object expected")
    return content
