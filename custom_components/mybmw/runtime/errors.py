"""The one map from the client's errors to Home Assistant's."""

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
    AuthError,
    BlockedError,
    CaptchaError,
    ClientError,
    InvalidValueError,
    QuotaError,
    UnsupportedError,
    longest_wait,
)
from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

_BLOCKED_PAUSE: Final = timedelta(hours=6)


def home_assistant_error(error: ClientError) -> HomeAssistantError:
    """Return what Home Assistant should raise for a failed command or request."""
    mistake = isinstance(error, (UnsupportedError, InvalidValueError))
    kind = ServiceValidationError if mistake else HomeAssistantError
    _LOGGER.info("%s: %s", error.key, error)
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.key,
        translation_placeholders={"error": str(error)},
    )


def poll_error(error: ClientError, pause: timedelta, *, grace: bool) -> HomeAssistantError:
    """Return what a poller should raise; with `grace` a refused login may be tried once more."""
    _LOGGER.debug("%s: %s", error.key, error)
    placeholders = {"error": str(error)}
    final = isinstance(error, CaptchaError) or not grace
    if isinstance(error, AuthError) and final:
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key=error.key,
            translation_placeholders=placeholders,
        )
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=error.key,
        translation_placeholders=placeholders,
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
    return ConfigEntryError(
        translation_domain=DOMAIN,
        translation_key=error.key,
        translation_placeholders={"error": str(error)},
    )
