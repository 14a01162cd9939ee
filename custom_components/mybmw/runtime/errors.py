"""Translated errors, and the one mapping from the client's errors to Home Assistant's."""

from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Final

from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..client import (
    NOT_CHARGING,
    NOT_PLUGGED_IN,
    AccountLockedError,
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


def translated_error[E: HomeAssistantError](kind: type[E], key: str, /, **placeholders: str) -> E:
    """Return an error whose text is translated."""
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders or None,
    )


def home_assistant_error(error: ClientError) -> HomeAssistantError:
    """Return the error to raise for a failed command or request; technical details are logged."""
    mistake = isinstance(error, (UnsupportedError, InvalidValueError))
    kind = ServiceValidationError if mistake else HomeAssistantError
    _LOGGER.log(logging.DEBUG if mistake else logging.WARNING, "%s: %s", error.key, error)
    return translated_error(kind, error.key)


def ignored_error(result: CommandResult) -> ServiceValidationError:
    """Return the error to raise for a command that was not sent since it would change nothing."""
    return translated_error(ServiceValidationError, _IGNORED.get(result.reason, "command_ignored"))


def write_error(path: str, error: OSError | ValueError) -> HomeAssistantError:
    """Return the error to raise for a file that cannot be written."""
    _LOGGER.warning("Cannot write %s: %s", path, error)
    return translated_error(HomeAssistantError, "cannot_write", path=path)


def poll_error(error: ClientError, pause: timedelta, *, grace: bool) -> HomeAssistantError:
    """Return the error that a poller should raise; with `grace`, a refused login is retried."""
    _LOGGER.debug("%s: %s", error.key, error)
    final = isinstance(error, CaptchaError) or not grace
    if isinstance(error, AuthError) and final:
        return translated_error(ConfigEntryAuthFailed, error.key)
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=error.key,
        retry_after=pause.total_seconds(),
    )


def pause_after(error: ClientError | None, interval: timedelta) -> timedelta:
    """Return the pause before the next poll: at least the interval, up to midnight for a quota."""
    if isinstance(error, (AccountLockedError, BlockedError)):
        return max(interval, _BLOCKED_PAUSE)
    wait = error.retry_after if isinstance(error, QuotaError) else None
    return max(interval, timedelta(seconds=min(wait or 0.0, longest_wait())))
