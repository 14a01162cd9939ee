"""The client: cars of BMW, MINI, Rolls-Royce and Toyota, from several sources, as typed facts.

It imports nothing of Home Assistant. This is its door; the sources have one of their own each.
"""

from . import attributes, values
from .attributes import Attribute, Reading, Unit
from .commands import (
    AcLimit,
    ChangeProfile,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    PointOfInterest,
    SendPoi,
    TargetSoc,
)
from .errors import (
    AnswerError,
    ApiError,
    AuthError,
    BlockedError,
    CaptchaError,
    ClientError,
    CommandError,
    CommandTimeoutError,
    InvalidValueError,
    NetworkError,
    QuotaError,
    UnsupportedError,
)
from .fingerprint import Recorder
from .garage import Changes, Garage
from .http import Http
from .redact import HIDDEN, Redactor
from .snapshot import Saved, dump, encode, load
from .source import Poll, Progress, Source
from .vehicle import Vehicle

__all__ = [
    "HIDDEN",
    "AcLimit",
    "AnswerError",
    "ApiError",
    "Attribute",
    "AuthError",
    "BlockedError",
    "CaptchaError",
    "ChangeProfile",
    "Changes",
    "ClientError",
    "Command",
    "CommandError",
    "CommandKind",
    "CommandResult",
    "CommandState",
    "CommandTimeoutError",
    "Garage",
    "Http",
    "InvalidValueError",
    "NetworkError",
    "PointOfInterest",
    "Poll",
    "Progress",
    "QuotaError",
    "Reading",
    "Recorder",
    "Redactor",
    "Saved",
    "SendPoi",
    "Source",
    "TargetSoc",
    "Unit",
    "UnsupportedError",
    "Vehicle",
    "attributes",
    "dump",
    "encode",
    "load",
    "values",
]
