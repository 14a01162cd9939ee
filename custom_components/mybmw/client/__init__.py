"""Client for BMW, MINI, Rolls-Royce and Toyota Supra cars, with several sources.

It does not depend on Home Assistant. This is its public interface; each source has its own.
"""

from .core import attributes, descriptors, values
from .core.attributes import AnyAttribute, AnyReading, Attribute, Reading, Unit
from .core.capabilities import Capabilities, capabilities_of
from .core.commands import (
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
from .core.convert import utc_time
from .core.errors import (
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
    NoPictureError,
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
from .core.events import CarEvent, EventKind
from .core.execution import NO_STATE, NOT_CHARGING, NOT_PLUGGED_IN
from .core.garage import Changes, Garage
from .core.policy import Policy
from .core.recording import Message, Recording
from .core.snapshot import Saved, dump, encode, load, load_sources
from .core.source import (
    Bill,
    Eventful,
    Hooked,
    Persistent,
    Planned,
    Poll,
    Polled,
    Progress,
    Source,
    Status,
)
from .core.supervisor import Supervisor
from .core.vehicle import EXPIRING, Vehicle
from .privacy import HIDDEN, Redactor
from .privacy.fingerprint import archive, files, narrow, raw
from .transport.http import Http, longest_wait
from .transport.tokens import TokenKeeper

__all__ = [
    "EXPIRING",
    "HIDDEN",
    "NOT_CHARGING",
    "NOT_PLUGGED_IN",
    "NO_STATE",
    "AcLimit",
    "AnswerError",
    "AnyAttribute",
    "AnyReading",
    "ApiError",
    "Attribute",
    "AuthError",
    "Bill",
    "BlockedError",
    "Capabilities",
    "CaptchaError",
    "CarEvent",
    "ChangeProfile",
    "Changes",
    "ClientError",
    "Command",
    "CommandError",
    "CommandKind",
    "CommandResult",
    "CommandState",
    "CommandTimeoutError",
    "EventKind",
    "Eventful",
    "Garage",
    "Hooked",
    "Http",
    "InvalidValueError",
    "Message",
    "NetworkError",
    "NoContainerError",
    "NoPictureError",
    "NotAllowedError",
    "NotWrittenError",
    "Persistent",
    "PlaceError",
    "Planned",
    "PointOfInterest",
    "Policy",
    "Poll",
    "Polled",
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
    "capabilities_of",
    "descriptors",
    "dump",
    "encode",
    "files",
    "load",
    "load_sources",
    "longest_wait",
    "narrow",
    "raw",
    "utc_time",
    "values",
]
