"""The API of the My BMW app: BMW, MINI and Toyota Supra cars, with commands.

BMW has refused third-party applications since September 2025 (HTTP 489, `BlockedError`).
"""

from .api import VIEWS
from .app_identity import build_id
from .auth import Authenticator
from .car_context import SOURCE
from .connection import connect
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
