"""Build the source from the data of an account."""

from collections.abc import Callable

import httpx

from ..privacy import Redactor
from ..transport.http import Http
from ..transport.tokens import Save
from .login import ConnectedDriveAccount, ConnectedDriveTokens, PasswordAuthenticator
from .source import ConnectedDriveSource


def connect(
    client: httpx.AsyncClient,
    account: ConnectedDriveAccount,
    *,
    tokens: ConnectedDriveTokens | None = None,
    save: Save[ConnectedDriveTokens] | None = None,
    load: Callable[[], ConnectedDriveTokens | None] | None = None,
    observer: tuple[float, float] | None = None,
    redactor: Redactor | None = None,
) -> ConnectedDriveSource:
    """Return a source for an account; nothing is sent yet.

    `save` gets every new token before it is used, `load` returns the one saved last. `observer`
    (latitude, longitude) is sent along, since positions are only sent to observers nearby.
    """
    http = Http(client, redactor or Redactor())
    login = PasswordAuthenticator(http, account, tokens, save, load)
    return ConnectedDriveSource(http, login, observer=observer)
