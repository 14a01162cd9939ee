"""BMW CarData: the official, read-only interface for customers in Europe."""

from .connecting import connect
from .login import APPROVAL_PAGE, DeviceCode, DeviceLogin, LoginError, LoginFailure, Scope, Tokens
from .schedule import EXTRAS, Night, Task
from .source import CardataSource
from .stream import HOST, PORT, Broker, Pace
from .tables import SOURCE

__all__ = [
    "APPROVAL_PAGE",
    "EXTRAS",
    "HOST",
    "PORT",
    "SOURCE",
    "Broker",
    "CardataSource",
    "DeviceCode",
    "DeviceLogin",
    "LoginError",
    "LoginFailure",
    "Night",
    "Pace",
    "Scope",
    "Task",
    "Tokens",
    "connect",
]
