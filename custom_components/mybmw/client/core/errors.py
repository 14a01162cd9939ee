"""The exceptions of the client; all derive from `ClientError`."""

from typing import ClassVar


class ClientError(Exception):
    """Base of all errors of the client; `key` is the translation key of the cause.

    The message never contains a token, a VIN, a position or an address.
    """

    key: ClassVar[str] = "api_error"

    unconfirmed: bool = False
    """Whether a command that failed with this error may have been accepted nevertheless."""


class NetworkError(ClientError):
    """No usable connection to the service: no route, TLS failure, time-out."""

    key = "cannot_connect"

    def __init__(self, message: str, *, sent: bool = True) -> None:
        """Create the error; `sent` is whether the request may have reached the service."""
        super().__init__(message)
        self.sent = sent


class AnswerError(ClientError):
    """The service sent a response of unexpected form, such as broken JSON."""

    key = "bad_answer"


class ApiError(ClientError):
    """The service responded with an HTTP error status."""

    def __init__(self, message: str, status: int) -> None:
        """Create the error with the HTTP `status`."""
        super().__init__(message)
        self.status = status


class AuthError(ClientError):
    """The login or its tokens were refused: the user has to log in again."""

    key = "invalid_auth"

    def __init__(self, message: str, status: int | None = None) -> None:
        """Create the error with the HTTP `status`, if there was one."""
        super().__init__(message)
        self.status = status


class RefusedError(AuthError):
    """A fresh token was refused for one request; the login itself may still be valid."""


class CaptchaError(AuthError):
    """The login needs a new captcha token."""

    key = "missing_captcha"


class QuotaError(ClientError):
    """The service refuses further calls for now."""

    key = "quota"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Create the error; `retry_after` is in seconds, None if the service gave no time."""
        super().__init__(message)
        self.retry_after = retry_after


class NotWrittenError(ClientError):
    """A call was not made because its count could not be stored first."""

    key = "not_written"


class NoContainerError(ClientError):
    """No container can be created: those of other applications use up the limit."""

    key = "no_container"


class NotAllowedError(ClientError):
    """The account has no permission to read this car."""

    key = "not_allowed"


class BlockedError(ClientError):
    """The service refuses all third-party applications (HTTP 489)."""

    key = "blocked"


class RetiredError(BlockedError):
    """The service has been shut down for good (HTTP 410)."""

    key = "server_retired"


class AccountLockedError(ClientError):
    """The account is locked (HTTP 423), after too many failed logins perhaps."""

    key = "account_locked"


class MaintenanceError(ApiError):
    """The service is down for maintenance (HTTP 503)."""

    key = "maintenance"


class CarUnreachableError(ApiError):
    """The service does not reach the car at present (HTTP 408)."""

    key = "car_unreachable"


class AccessDisabledError(NotAllowedError):
    """Remote access was switched off for the car (HTTP 405)."""

    key = "access_disabled"


class UnsupportedError(ClientError):
    """The car does not support this command, or not in its current state; nothing was sent."""

    key = "not_supported"


class UnknownPlanError(UnsupportedError):
    """The charging plan of the car is not known, so parts of it cannot be changed."""

    key = "unknown_plan"


class NoPictureError(UnsupportedError):
    """The service has no such picture of the car."""

    key = "no_picture"


class InvalidValueError(ClientError):
    """A parameter of a command is out of range; nothing was sent."""

    key = "invalid_value"


class MessageLengthError(InvalidValueError):
    """A message is empty, or too long for the display of the car."""

    key = "message_length"


class TargetSocError(InvalidValueError):
    """The target SoC is out of range."""

    key = "impossible_target_soc"


class PlaceError(InvalidValueError):
    """The latitude or longitude is out of range."""

    key = "impossible_place"


class UnexpectedError(ClientError):
    """An unexpected error, whose cause is in the log."""

    key = "unexpected"


class CommandError(ClientError):
    """The car or the service reported that a command failed."""

    key = "command_failed"


class SecretNeededError(CommandError):
    """The command needs the answer to the account's security question; nothing was done."""

    key = "secret_needed"


class CommandTimeoutError(CommandError):
    """No final state of a command arrived in time; the car may still execute it."""

    key = "command_timeout"
    unconfirmed = True
