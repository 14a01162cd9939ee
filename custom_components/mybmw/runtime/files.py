"""Reading files that may hold anything."""

from collections.abc import Mapping, Sequence
import logging
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

_LOGGER = logging.getLogger(__name__)


async def contents_of(store: Store[Any]) -> Any:
    """Return what a file holds; None if it is missing or cannot be read."""
    try:
        return await store.async_load()
    except (HomeAssistantError, NotImplementedError) as error:
        _LOGGER.warning("What was known before cannot be read: %s", type(error).__name__)
        return None


def mapping_of(value: object) -> Mapping[Any, Any]:
    """Return an object of JSON, an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def sequence_of(value: object) -> Sequence[Any]:
    """Return a list of JSON, an empty one if it is none."""
    return value if isinstance(value, list) else ()
