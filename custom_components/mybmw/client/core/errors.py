"""What can go wrong, as types: everything that the client raises is a `ClientError`."""

from typing import ClassVar


class ClientError(Exception):
    """Base of all errors of the client; `key` names the cause in translations and for scripts.

    The text never holds a token, a VIN, a position or an address.
    """

    key: ClassVar[str] = "api_error"

    unconfirmed: bool = False
    """Whether a command that failed with this may have been accepted all the same."""


class NetworkError(ClientError):
    """No usable connection to the service: no route, TLS failure, time-out."""

    key = "cannot_connect"

    def __init__(self, message: str, *, sent: bool = True) -> None:
        """`sent` tells whether the request may have reached the service."""
        super().__init__(message)
        self.sent = sent


class AnswerError(ClientError):
    """The service answered with something that is not what it should be (such as broken JSON)."""

    key = "bad_answer"


class ApiError(ClientError):
    """The service answered with an HTTP status that means failure."""

    def __init__(self, message: str, status: int) -> None:
        """Keep the HTTP `status` beside the text."""
        super().__init__(message)
        self.status = status


class AuthError(ClientError):
    """The login or its tokens are refused: somebody has to log in again."""

    key = "invalid_auth"

    def __init__(self, message: str, status: int | None = None) -> None:
        """Keep the HTTP `status` beside the text, if there was one."""
        super().__init__(message)
        self.status = status


class RefusedError(AuthError):
    """A fresh token was refused for one request, which need not concern the whole login."""


class CaptchaError(AuthError):
    """A fresh captcha token is needed to log in."""

    key = "missing_captcha"


class QuotaError(ClientError):
    """The service refuses more calls for now; `retry_after` is in seconds, if it said so."""

    key = "quota"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Keep the time to wait beside the text."""
        super().__init__(message)
        self.retry_after = retry_after


class NotWrittenError(ClientError):
    """A call was not made, since it could not be written down first that it was."""

    key = "not_written"


class NoContainerError(ClientError):
    """No container for data can be made: those of other programs take all the places."""

    key = "no_container"


class NotAllowedError(ClientError):
    """The account may not read this car."""

    key = "not_allowed"


class BlockedError(ClientError):
    """The service refuses third-party programs altogether (HTTP 489)."""

    key = "blocked"


class UnsupportedError(ClientError):
    """The car, or its present state, does not allow this command; nothing was sent."""

    key = "not_supported"


class UnknownPlanError(UnsupportedError):
    """The charging plan of the car is not known, so it cannot be changed in part."""

    key = "unknown_plan"


class NoPictureError(UnsupportedError):
    """The service has no such picture of the car."""

    key = "no_picture"


class InvalidValueError(ClientError):
    """A value given with a command is out of range; nothing was sent."""

    key = "invalid_value"


class TargetSocError(InvalidValueError):
    """A target SoC that no car takes."""

    key = "impossible_target_soc"


class PlaceError(InvalidValueError):
    """A position that is not on earth."""

    key = "impossible_place"


class UnexpectedError(ClientError):
    """Something failed unexpectedly; the cause is in the log."""

    key = "unexpected"


class CommandError(ClientError):
    """The car or the service reported that a command failed."""

    key = "command_failed"


class CommandTimeoutError(CommandError):
    """No final word about a command arrived in time; the car may still carry it out."""

    key = "command_timeout"
    unconfirmed = True
