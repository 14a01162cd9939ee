"""The client: cars of BMW, MINI, Rolls-Royce and Toyota, from several sources, as typed facts.

It imports nothing of Home Assistant. This is its door; the sources have one of their own each.
"""

from . import attributes, descriptors, values
from .attributes import AnyAttribute, AnyReading, Attribute, Reading, Unit
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
    NoContainerError,
    NotAllowedError,
    NotWrittenError,
    PlaceError,
    QuotaError,
    RefusedError,
    TargetSocError,
    UnexpectedError,
    UnknownPlanError,
    UnsupportedError,
)
from .execution import NO_STATE
from .fingerprint import Message, Recording, archive, files, narrow, raw
from .garage import Changes, Garage
from .http import Http, longest_wait
from .redact import HIDDEN, Redactor
from .snapshot import Saved, dump, encode, load, load_sources
from .source import PlanningSource, Poll, Progress, Source, Status
from .supervisor import Supervisor
from .tokens import TokenKeeper
from .vehicle import EXPIRING, Vehicle

__all__ = [
    "EXPIRING",
    "HIDDEN",
    "NO_STATE",
    "AcLimit",
    "AnswerError",
    "AnyAttribute",
    "AnyReading",
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
    "Message",
    "NetworkError",
    "NoContainerError",
    "NotAllowedError",
    "NotWrittenError",
    "PlaceError",
    "PlanningSource",
    "PointOfInterest",
    "Poll",
    "Progress",
    "QuotaError",
    "Reading",
    "Recording",
    "Redactor",
    "RefusedError",
    "Saved",
    "SendPoi",
    "Source",
    "Status",
    "Supervisor",
    "TargetSoc",
    "TargetSocError",
    "TokenKeeper",
    "UnexpectedError",
    "Unit",
    "UnknownPlanError",
    "UnsupportedError",
    "Vehicle",
    "archive",
    "attributes",
    "descriptors",
    "dump",
    "encode",
    "files",
    "load",
    "load_sources",
    "longest_wait",
    "narrow",
    "raw",
    "values",
]
