"""Create a source from the credentials of an account."""

from collections.abc import Callable
from datetime import UTC, tzinfo

import httpx

from ..privacy import Redactor
from ..transport.http import Http
from ..transport.tokens import Save
from .app_identity import build_id
from .auth import Authenticator
from .regions import Region
from .source import MyBMWSource
from .tokens import AppAccount, MyBMWTokens


def connect(
    client: httpx.AsyncClient,
    region: Region | str,
    username: str,
    password: str | None = None,
    captcha: str | None = None,
    *,
    tokens: MyBMWTokens | None = None,
    save: Save[MyBMWTokens] | None = None,
    load: Callable[[], MyBMWTokens | None] | None = None,
    device: str = "mybmw",
    zone: tzinfo = UTC,
    observer: tuple[float, float] | None = None,
    redactor: Redactor | None = None,
) -> MyBMWSource:
    """Return a source for an account of the My BMW app, without sending anything.

    The first login needs the password and, outside China, the token of a solved captcha, which can
    be used once. Later logins need `tokens` only: `save` is called with every new set before it is
    used, and `load` returns the set stored last, if several programs share it. `device` identifies
    this installation. Raises ValueError for an unknown region. See `MyBMWSource` for the others.
    """
    redactor = redactor or Redactor()
    http = Http(client, redactor)
    account = AppAccount(Region(region), username, build_id(device, 0), password, captcha)
    login = Authenticator(http, account, tokens, save, load)
    return MyBMWSource(http, login, zone=zone, observer=observer)
