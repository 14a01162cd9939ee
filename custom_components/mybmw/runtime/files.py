"""Reading stored files whose contents may be invalid."""

from collections.abc import Mapping, Sequence
import logging
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

_LOGGER = logging.getLogger(__name__)


async def contents_of(store: Store[Any]) -> Any:
    """Return the contents of a file, None if it is missing or cannot be read."""
    try:
        return await store.async_load()
    except (HomeAssistantError, NotImplementedError) as error:
        _LOGGER.warning("Cannot read a stored file: %s", type(error).__name__)
        return None


def mapping_of(value: object) -> Mapping[Any, Any]:
    """Return a mapping, an empty one for any other value."""
    return value if isinstance(value, Mapping) else {}


def sequence_of(value: object) -> Sequence[Any]:
    """Return a list, an empty one for any other value."""
    return value if isinstance(value, list) else ()
