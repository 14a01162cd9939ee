"""The legacy ConnectedDrive API ("i Remote"), whose servers at BMW were shut down in 2021.

What it talks to today are emulators, bridges, and recordings of old cars.
"""

from .api import VIEWS
from .connection import connect
from .login import Authenticator, ConnectedDriveAccount, ConnectedDriveTokens
from .readings import SOURCE
from .servers import RETIRED, server_url
from .source import ConnectedDriveSource

__all__ = [
    "RETIRED",
    "SOURCE",
    "VIEWS",
    "Authenticator",
    "ConnectedDriveAccount",
    "ConnectedDriveSource",
    "ConnectedDriveTokens",
    "connect",
    "server_url",
]
