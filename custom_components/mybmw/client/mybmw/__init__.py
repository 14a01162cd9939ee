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
from .tokens import AppAccount, MyBMWTokens

__all__ = [
    "SERVERS",
    "SOURCE",
    "VIEWS",
    "AppAccount",
    "Authenticator",
    "MyBMWSource",
    "MyBMWTokens",
    "Region",
    "build_id",
    "connect",
]
