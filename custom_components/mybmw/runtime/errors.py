"""The one map from the client's errors to Home Assistant's."""

from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Final

from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..client import (
    NOT_CHARGING,
    NOT_PLUGGED_IN,
    AuthError,
    BlockedError,
    CaptchaError,
    ClientError,
    CommandResult,
    InvalidValueError,
    QuotaError,
    UnsupportedError,
    longest_wait,
)
from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

_BLOCKED_PAUSE: Final = timedelta(hours=6)
_IGNORED: Final[Mapping[str | None, str]] = {
    NOT_CHARGING: "not_charging",
    NOT_PLUGGED_IN: "not_plugged_in",
}


def home_assistant_error(error: ClientError) -> HomeAssistantError:
    """Return what Home Assistant should raise for a failed command or request.

    What only engineers and BMW understand of it stands in the log.
    """
    mistake = isinstance(error, (UnsupportedError, InvalidValueError))
    kind = ServiceValidationError if mistake else HomeAssistantError
    _LOGGER.log(logging.DEBUG if mistake else logging.WARNING, "%s: %s", error.key, error)
    return kind(translation_domain=DOMAIN, translation_key=error.key)


def ignored_error(result: CommandResult) -> ServiceValidationError:
    """Return what to raise for a command that was not sent since it would change nothing."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=_IGNORED.get(result.reason, "command_ignored"),
    )


def write_error(path: str, error: OSError | ValueError) -> HomeAssistantError:
    """Return what to raise for a file that cannot be written."""
    _LOGGER.warning("%s cannot be written: %s", path, error)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="cannot_write",
        translation_placeholders={"path": path},
    )


def poll_error(error: ClientError, pause: timedelta, *, grace: bool) -> HomeAssistantError:
    """Return what a poller should raise; with `grace` a refused login may be tried once more."""
    _LOGGER.debug("%s: %s", error.key, error)
    final = isinstance(error, CaptchaError) or not grace
    if isinstance(error, AuthError) and final:
        return ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key=error.key)
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=error.key,
        retry_after=pause.total_seconds(),
    )


def pause_after(error: ClientError | None, interval: timedelta) -> timedelta:
    """Return how long to leave a source alone: never shorter than usual, else until midnight."""
    if isinstance(error, BlockedError):
        return max(interval, _BLOCKED_PAUSE)
    wait = error.retry_after if isinstance(error, QuotaError) else None
    return max(interval, timedelta(seconds=min(wait or 0.0, longest_wait())))


def blocked_error(error: BlockedError) -> ConfigEntryError:
    """Return what to raise when BMW refuses us at the first set-up: it is not tried again."""
    return ConfigEntryError(translation_domain=DOMAIN, translation_key=error.key)
