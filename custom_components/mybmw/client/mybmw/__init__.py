"""The MyBMW app API: BMW, MINI and Toyota Supra cars, with commands.

BMW refuses third-party programs since September 2025 (HTTP 489, told as `BlockedError`).
"""

from .api import VIEWS
from .app_identity import build_id
from .auth import Authenticator
from .connection import connect
from .readings import SOURCE
from .regions import SERVERS, Region
from .source import MyBMWSource
from .tokens import Account, Tokens

__all__ = [
    "SERVERS",
    "SOURCE",
    "VIEWS",
    "Account",
    "Authenticator",
    "MyBMWSource",
    "Region",
    "Tokens",
    "build_id",
    "connect",
]
