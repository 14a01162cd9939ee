"""Create a source from the credentials of an account."""

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, tzinfo

import httpx

from ..privacy import Redactor
from ..transport.http import Http
from ..transport.tokens import Save, TokenKeeper
from .login import CardataTokens, DeviceLogin
from .night import Night
from .source import CardataSource
from .stream import Broker, Pace
from .tasks import EXTRAS, Task


def connect(
    client: httpx.AsyncClient,
    client_id: str,
    tokens: CardataTokens | None,
    *,
    save: Save[CardataTokens] | None = None,
    load: Callable[[], CardataTokens | None] | None = None,
    broker: Broker | None = None,
    extras: Collection[Task] = EXTRAS,
    night: Night | None = None,
    zone: tzinfo = UTC,
    pace: Pace | None = None,
    redactor: Redactor | None = None,
) -> CardataSource:
    """Return a source for the tokens of a `DeviceLogin`.

    A refresh token can be used once: `save` has to store every new set of tokens, and is called
    before they are used; `load` returns the set stored last, if several programs share it. Without
    a `broker` there is no stream. See `CardataSource` for the other parameters.
    """
    redactor = redactor or Redactor()
    http = Http(client, redactor)

    def keep(fresh: CardataTokens) -> Awaitable[None] | None:
        fresh.hide(redactor)
        return save(fresh) if save is not None else None

    if tokens is not None:
        tokens.hide(redactor)
    keeper = TokenKeeper(DeviceLogin(http, client_id), tokens, keep, load)
    return CardataSource(
        http, keeper, broker, extras=frozenset(extras), night=night, zone=zone, pace=pace
    )
