"""Object ids of Home Assistant's former integration, which keep the history of entities."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Final

_ENGLISH: Final = "en"
_IDS: Final[Mapping[str, Mapping[str, str]]] = json.loads(
    Path(__file__).with_suffix(".json").read_bytes()
)
"""Object ids by language and `domain:key`; the others were in English."""

_OWN: Final[Mapping[str, str]] = json.loads(
    Path(__file__).with_name("own_object_ids.json").read_bytes()
)
"""English object ids of entities that were renamed in this integration."""


def former_object_id(language: str, domain: str, key: str) -> str | None:
    """Return the object id without the name of the car, None if the entity did not exist."""
    name = f"{domain}:{key}"
    own = _OWN.get(name) if language == _ENGLISH else None
    return own or _IDS.get(language, {}).get(name) or _IDS[_ENGLISH].get(name)
