"""The legacy ConnectedDrive API ("i Remote"), whose servers at BMW were shut down in 2021.

What it talks to today are emulators, bridges, and recordings of old cars.
"""

from .api import VIEWS
from .connection import connect
from .login import ConnectedDriveAccount, ConnectedDriveTokens, PasswordAuthenticator
from .readings import SOURCE
from .servers import RETIRED, server_url
from .source import ConnectedDriveSource

__all__ = [
    "RETIRED",
    "SOURCE",
    "VIEWS",
    "ConnectedDriveAccount",
    "ConnectedDriveSource",
    "ConnectedDriveTokens",
    "PasswordAuthenticator",
    "connect",
    "server_url",
]
