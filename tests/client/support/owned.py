"""Bundled fingerprints as if they were real: with an owner, real-looking ids and real places."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
import json
from pathlib import Path
from typing import Any, Final

import orjson

from custom_components.mybmw.client import Message, Recording
from custom_components.mybmw.client.cardata.harmless_paths import harmless as of_cardata
from custom_components.mybmw.client.core.recording import Answer
from custom_components.mybmw.client.mybmw.harmless_paths import harmless as of_mybmw
from custom_components.mybmw.client.privacy.fingerprint import STREAM
from tests.replay import cardata, fingerprints

type Files = dict[str, bytes]
type Json = Any

GCID: Final = "7f0b2c94-6d1e-4a35-9c58-e2b7a1d04f6c"
PLATE: Final = "Q-ZX 4711"
EMAIL: Final = "w.quellenhofer@example.org"
OWNER: Final = {
    "firstName": "Wilhelmine",
    "lastName": "Quellenhofer",
    "email": EMAIL,
    "phoneNumber": "+49 170 55512345",
    "customerId": "CU0048151623",
    "address": {"street": "Tulpengasse", "houseNumber": "17a", "city": "Börkenhüttel"},
}
ADDRESS: Final = "Tulpengasse 17a, 54321 Börkenhüttel"
BUNDLED: Final = (
    *(f"mybmw/{name}" for name in fingerprints.bundled()),
    *(f"cardata/{name}" for name in (*cardata.bundled(), "530d")),
)
PATHS: Final = {**of_mybmw(), **of_cardata()}
_ALIAS: Final = "0FINGERPRINT"
_BODY: Final = "8P210507DX12"
_GCID: Final = "5d1c7e3a-94b2-4f60-8a17-c26be0f3d941"
_TEXTS: Final = {
    "formatted": ADDRESS,
    "formattedAddress": ADDRESS,
    "streetAddress": "Tulpengasse 17a",
    "municipality": "Börkenhüttel",
    "city": "Börkenhüttel",
    "providerName": "Ladefuchs Quellenhof",
    "gcid": GCID,
    "vehicleIdWithGcid": GCID.replace("-", "")[:20],
    "vehicle.sevice.preferredSevicePartner": "Autohaus Zwickelmeier",
}


def folder_of(name: str) -> Path:
    """Return the folder of one of `BUNDLED`."""
    source, _, car = name.partition("/")
    return (fingerprints.BUNDLED if source == "mybmw" else cardata.BUNDLED) / car


def read(folder: Path) -> Files:
    """Return the files of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a new folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def owned(name: str) -> Files:
    """Return a bundled fingerprint as it came, before anything was taken out of it."""
    return {real(file): change(body, _real_item) for file, body in read(folder_of(name)).items()}


def real(text: str) -> str:
    """Return a text with VINs and an account id that are like real ones."""
    return text.replace(_ALIAS, _BODY).replace(_GCID, GCID)


def recording(files: Mapping[str, bytes]) -> Recording:
    """Return the recording that these files, not anonymised, would be made from."""
    answers = {
        name.removesuffix(".json"): Answer("application/json", body)
        for name, body in files.items()
        if name != STREAM
    }
    lines = map(orjson.loads, files.get(STREAM, b"").splitlines())
    messages = [
        Message(datetime.fromisoformat(line["time"]), line["topic"], orjson.dumps(line["payload"]))
        for line in lines
    ]
    return Recording(answers, messages, PATHS)


def change(content: bytes, item: Callable[[str, Json], Json]) -> bytes:
    """Change JSON, or lines of it: every value that is no object or list, by its key."""
    text = real(content.decode())
    try:
        return json.dumps(walk(json.loads(text), item), ensure_ascii=False).encode()
    except ValueError:
        lines = (walk(json.loads(line), item) for line in text.splitlines())
        return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def walk(value: Json, item: Callable[[str, Json], Json], key: str = "") -> Json:
    """Change all values of JSON, those of a descriptor by the descriptor's name."""
    if isinstance(value, dict):
        inside = key if "." in key else ""
        return {
            name: walk(part, item, inside if name == "value" and inside else name)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [walk(part, item, key) for part in value]
    return item(key, value)


def _real_item(key: str, value: Json) -> Json:
    last = key.rpartition(".")[2].lower()
    if last.endswith(("latitude", "longitude")):
        return _moved(value)
    if key in _TEXTS and value is not None:
        return _TEXTS[key]
    return value


def _moved(value: Json) -> Json:
    """Move a coordinate by some kilometers; what is none stays."""
    with suppress(TypeError, ValueError):
        if float(value) and abs(float(value)) < 180:
            moved = round(float(value) + 0.0312345, 7)
            return str(moved) if isinstance(value, str) else moved
    return value
