"""Reading stored files whose contents may be invalid."""

from collections.abc import Mapping, Sequence
import logging
from typing import Any, NamedTuple

from homeassistant.core import CoreState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store

_LOGGER = logging.getLogger(__name__)


async def contents_of(store: Store[Any]) -> Any:
    """Return the contents of a file, None if it is missing or cannot be read."""
    return (await read(store)).contents


class Read(NamedTuple):
    """The contents of a file, None if there is none; `failed` if there is one that is unreadable.

    Home Assistant renames a file that is not JSON, so that there is none any more.
    """

    contents: Any = None
    failed: bool = False


async def read(store: Store[Any]) -> Read:
    """Return the contents of a file, and whether reading it has failed."""
    try:
        return Read(await store.async_load())
    except (HomeAssistantError, NotImplementedError) as error:
        _LOGGER.warning("Cannot read a stored file: %s", type(error).__name__)
        return Read(failed=True)


async def write(store: Store[Any], contents: Mapping[str, Any]) -> bool:
    """Write a file now; return whether that succeeded.

    Home Assistant only logs failed writes, and postpones them while it stops, so the file is read
    again.
    """
    if store.hass.state is CoreState.stopping:
        return False
    try:
        await store.async_save(contents)
        return json_bytes(await store.async_load()) == json_bytes(contents)
    except (OSError, HomeAssistantError, NotImplementedError, TypeError) as error:
        _LOGGER.debug("Cannot write a file: %s", type(error).__name__)
        return False


def mapping_of(value: object) -> Mapping[Any, Any]:
    """Return a mapping, an empty one for any other value."""
    return value if isinstance(value, Mapping) else {}


def sequence_of(value: object) -> Sequence[Any]:
    """Return a list, an empty one for any other value."""
    return value if isinstance(value, list) else ()
