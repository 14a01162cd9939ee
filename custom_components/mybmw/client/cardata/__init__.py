"""BMW CarData, the official read-only API for customers in Europe.

The first tokens come from a device login that the user approves on BMW's page:

    redactor = Redactor()
    login = DeviceLogin(Http(web, redactor), client_id)
    code = await login.request_code()
    print(code.url)
    tokens = await login.approved(code)
"""

from .connection import connect
from .login import (
    APPROVAL_PAGE,
    CardataTokens,
    DeviceCode,
    DeviceLogin,
    LoginError,
    LoginFailure,
    Scope,
    is_client_id,
)
from .mapping import SOURCE
from .night import Night
from .selection import CarKind, Wish, selection
from .source import CardataSource
from .stream import HOST, PORT, Broker, Pace
from .tasks import EXTRAS, Task

__all__ = [
    "APPROVAL_PAGE",
    "EXTRAS",
    "HOST",
    "PORT",
    "SOURCE",
    "Broker",
    "CarKind",
    "CardataSource",
    "CardataTokens",
    "DeviceCode",
    "DeviceLogin",
    "LoginError",
    "LoginFailure",
    "Night",
    "Pace",
    "Scope",
    "Task",
    "Wish",
    "connect",
    "is_client_id",
    "selection",
]
