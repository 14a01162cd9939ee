"""The stream of CarData: one connection, owned by one task.

See docs/protocols/cardata.md#stream-connection and #stream-errors.
BMW allows one connection to an account, throws it out when the identity token expires, and counts
how often somebody connects. So there is one place that connects, with a fresh token each time, a
planned reconnect once there is one before the old one expires, and hard limits on the pace. Silence
is never a reason to reconnect: a parked car says nothing for days.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import logging
import random
import ssl
from time import monotonic
from typing import Final

import aiomqtt

from ..core.errors import AuthError, ClientError, NetworkError, QuotaError
from ..core.values import StreamState
from ..transport.tokens import TokenKeeper
from .login import CardataTokens
from .mqtt import granted, inbox, number_of, opened

_LOGGER = logging.getLogger(__name__)
_QUIET = logging.getLogger(f"{__name__}.mqtt")
_QUIET.setLevel(logging.CRITICAL)

HOST: Final = "customer.streaming-cardata.bmwgroup.com"
PORT: Final = 9000

_KEEP_ALIVE: Final = 30
_PATIENCE: Final = 30.0
_SHORTEST_PAUSE: Final = 10.0
_LONGEST_PAUSE: Final = 300.0
_PER_HOUR: Final = 30
_HOUR: Final = 3600.0
_STEADY: Final = 60.0
_REFUSAL: Final = 128
_NOT_AUTHORIZED: Final = 135
_TOO_OFTEN: Final = 151
_BAD_LOGIN: Final = frozenset({4, 5, 134, _NOT_AUTHORIZED})
# How long BMW wants to be left alone after some of the reasons that it gives
_LEFT_ALONE: Final = {
    **dict.fromkeys((128, 133, 136, 137), 20.0),
    **dict.fromkeys(_BAD_LOGIN, 30.0),
    _TOO_OFTEN: 60.0,
}
_REFUSED_AGAIN: Final = 3
_NO_NETWORK: Final = 15.0
# An old session counts for some seconds after its end
_SETTLED: Final = 5.0
_NEXT_TRY: Final = 60.0
_FIGHT: Final = 3
_FIGHT_WITHIN: Final = 600.0


@dataclass(frozen=True, slots=True, repr=False)
class Broker:
    """Where the stream comes from.

    BMW's own asks for the tokens of the login, and a `tls` that verifies the server and speaks
    TLS 1.3 at least. One that has a `prefix` is the user's: BMW's messages are passed on there,
    as `<prefix>/<VIN>` or `<prefix>/<gcid>/<VIN>`, and the login is of no use.
    """

    tls: ssl.SSLContext | None
    host: str = HOST
    port: int = PORT
    prefix: str | None = None
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class _Access:
    """With what to connect, what to subscribe to, and when that ends; `token` can be replaced."""

    username: str | None
    password: str | None
    identifier: str | None
    topics: tuple[str, ...]
    lifetime: float | None = None
    token: str | None = None


class Pace:
    """When the next connect is allowed: 10 s after the last one, and 30 times an hour."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._made: deque[float] = deque(maxlen=_PER_HOUR)

    def wait(self) -> float:
        """Return the seconds until a connect is allowed."""
        if not self._made:
            return 0.0
        now = self._clock()
        soonest = self._made[-1] + _SHORTEST_PAUSE
        if len(self._made) == _PER_HOUR:
            soonest = max(soonest, self._made[0] + _HOUR)
        return max(0.0, soonest - now)

    def note(self) -> None:
        """Remember a connect."""
        self._made.append(self._clock())


class Stream:
    """Receives what the cars send, and keeps receiving it until it is cancelled.

    `receive` gets topic and payload of every message, `tell` every change of state. `refusals`
    counts how often running the broker has refused the login.
    """

    def __init__(
        self,
        login: TokenKeeper[CardataTokens],
        broker: Broker,
        receive: Callable[[str, bytes], None],
        tell: Callable[[StreamState], None],
        *,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing happens before `run`."""
        self.state = StreamState.CONNECTING
        self._login = login
        self._broker = broker
        self._receive = receive
        self._tell = tell
        self._pace = pace or Pace()
        self._sleep = sleep
        self.refusals = 0
        self._spoilt: str | None = None
        self._failures = 0
        self._pause = 0.0
        self._since: float | None = None
        self._fought = False
        self._thrown_out: deque[float] = deque(maxlen=_FIGHT)

    @property
    def disputed(self) -> bool:
        """Whether somebody else seems to take the stream again and again.

        Then connecting always works and the connection ends soon, which a bad link seldom does. It
        is over when a connection has lasted: who waits longer and longer is thrown out less often.
        """
        return self._fought and not self._lasting()

    async def run(self) -> None:
        """Stay connected; end only if somebody has to log in again."""
        try:
            await self._stay_connected()
        finally:
            task = asyncio.current_task()
            cancelled = task is not None and task.cancelling() > 0
            if not cancelled and self.state is not StreamState.LOGIN_NEEDED:
                self._note(StreamState.LOST)

    async def _stay_connected(self) -> None:
        while True:
            await self._sleep(max(self._pace.wait(), self._pause))
            try:
                access = await self._access()
            except AuthError as error:
                _LOGGER.debug("The stream needs a new login: %s", error)
                self._note(StreamState.LOGIN_NEEDED)
                return
            except ClientError as error:
                self._no_access(error)
                continue
            if await self._reachable():
                self._note(StreamState.CONNECTING)
                await self._session(access)

    def _no_access(self, error: ClientError) -> None:
        """Wait until there may be tokens: not long if there is no network, else as BMW says."""
        if isinstance(error, NetworkError) and not error.sent:
            self._offline(error)
            return
        self._fail(StreamState.LOST, error)
        if isinstance(error, QuotaError):
            self._pause = max(self._pause, min(error.retry_after or _NEXT_TRY, _HOUR))

    async def _access(self) -> _Access:
        broker = self._broker
        if broker.prefix is not None:
            return _Access(broker.username, broker.password, None, _topics(broker.prefix))
        tokens = await self._tokens()
        return _Access(
            username=tokens.gcid,
            password=tokens.identity,
            identifier=tokens.gcid,
            topics=(f"{tokens.gcid}/+",),
            lifetime=_lifetime(tokens),
            token=tokens.access,
        )

    async def _tokens(self) -> CardataTokens:
        """Return tokens that are good, and others than those that the broker has refused."""
        tokens = await self._login.log_in()
        if tokens.access == self._spoilt:
            await self._login.replace(tokens.access)
            tokens = await self._login.log_in()
        return tokens

    async def _reachable(self) -> bool:
        """Tell whether the broker's name is known; if not, there is no network to connect by."""
        try:
            await asyncio.get_running_loop().getaddrinfo(self._broker.host, self._broker.port)
        except (OSError, UnicodeError) as error:
            self._offline(error)
            return False
        return True

    def _offline(self, error: Exception) -> None:
        """Look again soon: that is no connect, so it needs neither the pace nor growing pauses."""
        _LOGGER.debug("There is no network: %s", type(error).__name__)
        self._pause = _NO_NETWORK
        self._calm_down()
        self._note(StreamState.LOST)

    async def _session(self, access: _Access) -> None:
        """Hold one connection until there is a token to renew it with, or it ends."""
        try:
            async with self._connected(access) as client:
                self._since = monotonic()
                self._spoilt = None
                self.refusals = 0
                self._note(StreamState.CONNECTED)
                await self._hear_out(client, access)
        except aiomqtt.MqttError as error:
            self._ended(error, access)
        except (OSError, ValueError) as error:
            # ValueError: the prefix is none that can be subscribed to
            self._fail(StreamState.LOST, error)
        else:
            _LOGGER.debug("The stream is renewed before its token expires")
            self._failures, self._pause = 0, _SETTLED
        finally:
            self._since = None

    async def _hear_out(self, client: aiomqtt.Client, access: _Access) -> None:
        """Listen until there are other tokens; while none can be had, those in use may do."""
        wait = access.lifetime
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    async for _ in client.messages:  # ends with the connection
                        pass
            try:
                tokens = await self._login.log_in()
            except AuthError:
                return
            except ClientError as error:
                _LOGGER.debug("The stream cannot be renewed yet: %s", error)
                wait = _NEXT_TRY
                continue
            if tokens.access != access.token:
                return
            wait = _lifetime(tokens)

    @asynccontextmanager
    async def _connected(self, access: _Access) -> AsyncIterator[aiomqtt.Client]:
        self._pace.note()
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=access.username,
            password=access.password,
            identifier=access.identifier,
            protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=_KEEP_ALIVE,
            timeout=_PATIENCE,
            tls_context=self._broker.tls,
            logger=_QUIET,
            queue_type=inbox(self._receive),
        )
        async with opened(client):
            codes = await granted(client, access.topics)
            if any(number_of(code) >= _REFUSAL for code in codes):
                raise aiomqtt.MqttCodeError(_NOT_AUTHORIZED, "the subscription is refused")
            yield client

    def _ended(self, error: aiomqtt.MqttError, access: _Access) -> None:
        """Tell a refused token, somebody else on the stream and a lost link apart."""
        code = number_of(getattr(error.__cause__ or error, "rc", None))
        if self._since is not None:
            self._thrown(monotonic(), self._since)
            state = StreamState.TAKEN if self._fought else StreamState.LOST
            self._fail(state, error, code if code == _TOO_OFTEN else 0)
        elif code in _BAD_LOGIN:
            self._refused(access, code)
        else:
            self._calm_down()
            self._fail(StreamState.LOST, error, code)

    def _thrown(self, now: float, since: float) -> None:
        """Note the end of a connection that was not planned."""
        if now - since > _STEADY:
            self._failures = 0
        if self._lasting():
            self._calm_down()
        self._thrown_out.append(now)
        full = len(self._thrown_out) == _FIGHT
        self._fought |= full and now - self._thrown_out[0] < _FIGHT_WITHIN

    def _lasting(self) -> bool:
        return self._since is not None and monotonic() - self._since >= _FIGHT_WITHIN

    def _calm_down(self) -> None:
        self._fought = False
        self._thrown_out.clear()

    def _refused(self, access: _Access, code: int) -> None:
        """Need another token for the next try; when fresh ones are no better, try it seldom."""
        self.refusals += 1
        self._spoilt = access.token
        self._fail(StreamState.REFUSED, None, code)
        if self.refusals >= _REFUSED_AGAIN:
            self._pause = max(self._pause, _LONGEST_PAUSE)

    def _fail(self, state: StreamState, error: Exception | None, code: int = 0) -> None:
        """Make a growing pause, spread so that not all clients come back at once."""
        doubled: float = _SHORTEST_PAUSE * 2 ** min(self._failures, 8)
        spread = min(_LONGEST_PAUSE, doubled) * random.uniform(0.75, 1.25)  # noqa: S311 - not a secret
        self._failures += 1
        self._pause = max(spread, _LEFT_ALONE.get(code, 0.0))
        _LOGGER.debug("The stream ended (%s, %d): %s", state, code, type(error).__name__)
        self._note(state)

    def _note(self, state: StreamState) -> None:
        if state is not self.state:
            self.state = state
            self._tell(state)


def _topics(prefix: str) -> tuple[str, str]:
    """Return what to subscribe to; people write a prefix as `bmw`, `bmw/` or `bmw/#`."""
    root = prefix.rstrip("/#+")
    above = f"{root}/" if root else ""
    return f"{above}+", f"{above}+/+"


def _lifetime(tokens: CardataTokens) -> float:
    """Return the seconds until a connection has to be renewed, or that is to be looked at again."""
    left: timedelta = tokens.expires - datetime.now(UTC)
    return min(max(1.0, left.total_seconds()), _HOUR)
