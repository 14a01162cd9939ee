"""Files that actions write, where the user allows it."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from ..runtime.errors import translated_error, write_error


async def async_check_path(hass: HomeAssistant, path: str) -> None:
    """Raise `ServiceValidationError` unless Home Assistant may write to a path."""
    if not await hass.async_add_executor_job(hass.config.is_allowed_path, path):
        raise translated_error(ServiceValidationError, "path_not_allowed", path=path)


async def async_write_file(hass: HomeAssistant, path: str, content: bytes) -> None:
    """Write a file, and its folder if that is missing. Raises `HomeAssistantError`."""
    await hass.async_add_executor_job(_write, path, content)


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    except (OSError, ValueError) as error:
        raise write_error(path, error) from error
