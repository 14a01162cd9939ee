"""The files of an account, and how an older version would have written them."""

from base64 import b64decode
from hashlib import sha256
from typing import Any
from zlib import decompress

import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

type Storage = dict[str, Any]


def cars_in(storage: Storage, entry: MockConfigEntry) -> dict[str, Any]:
    """Return what the file of each car holds, by the name of the file."""
    return {
        key: orjson.loads(decompress(b64decode(file["data"]["packed"])))
        for key, file in storage.items()
        if key.startswith(f"mybmw.{entry.entry_id}.car.")
    }


def in_one_file(storage: Storage, entry: MockConfigEntry) -> dict[str, Any]:
    """Put all that is saved into the one file that the version before had; return its data."""
    data: dict[str, Any] = storage[f"mybmw.{entry.entry_id}"]["data"]
    files = cars_in(storage, entry)
    data["vehicles"] = {}
    for vin in data.pop("cars"):
        name = f"mybmw.{entry.entry_id}.car.{sha256(vin.encode()).hexdigest()[:16]}"
        car = files[name]
        data["vehicles"][vin] = car["readings"]
        for source, memory in car["sources"].items():
            data["sources"][source].setdefault("cars", {})[vin] = memory
        del storage[name]
    return data
