"""The MQTT stream of CarData: one connection, owned by one task.

See docs/protocols/cardata.md#stream-connection and #stream-errors.
BMW allows one connection per account, closes it when the identity token expires, and limits how
often a client connects. So this is the only place that connects, always with a valid token. It
reconnects before the token expires, and limits its own rate of connections. It never reconnects
because there are no messages: a parked car sends none for days.
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
from .mqtt import callback_queue, code_number, connected, subscribe

_LOGGER = logging.getLogger(__name__)
_MQTT_LOGGER = logging.getLogger(f"{__name__}.mqtt")
_MQTT_LOGGER.setLevel(logging.CRITICAL)

HOST: Final = "customer.streaming-cardata.bmwgroup.com"
PORT: Final = 9000

_KEEP_ALIVE: Final = 30
_TIMEOUT: Final = 30.0
_MIN_PAUSE: Final = 10.0
_MAX_PAUSE: Final = 300.0
_PER_HOUR: Final = 30
_HOUR: Final = 3600.0
_STEADY: Final = 60.0
_REFUSAL: Final = 128
_NOT_AUTHORIZED: Final = 135
_TOO_OFTEN: Final = 151
_BAD_LOGIN: Final = frozenset({4, 5, 134, _NOT_AUTHORIZED})
# Minimum pauses in seconds after some reason codes
_MIN_PAUSES: Final = {
    **dict.fromkeys((128, 133, 136, 137), 20.0),
    **dict.fromkeys(_BAD_LOGIN, 30.0),
    _TOO_OFTEN: 60.0,
}
_REFUSED_AGAIN: Final = 3
_NO_NETWORK: Final = 15.0
# BMW counts an old session for some seconds after its end
_RENEWAL_PAUSE: Final = 5.0
_RETRY: Final = 60.0
_DISPUTE_COUNT: Final = 3
_DISPUTE_WINDOW: Final = 600.0


@dataclass(frozen=True, slots=True, repr=False)
class Broker:
    """The MQTT broker of the stream.

    BMW's broker needs the tokens of the login, and a `tls` context that verifies the server with
    TLS 1.3 or newer. A broker with a `prefix` is the user's own, to which BMW's messages are
    forwarded as `<prefix>/<VIN>` or `<prefix>/<gcid>/<VIN>`; it does not use the login.
    """

    tls: ssl.SSLContext | None
    host: str = HOST
    port: int = PORT
    prefix: str | None = None
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class _Access:
    """Credentials, topics, lifetime in seconds and access token of a connection."""

    username: str | None
    password: str | None
    identifier: str | None
    topics: tuple[str, ...]
    lifetime: float | None = None
    token: str | None = None


class Pace:
    """Limits connections: 10 s after the last one, and 30 per hour."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Create it; `clock` returns seconds."""
        self._clock = clock
        self._made: deque[float] = deque(maxlen=_PER_HOUR)

    def wait(self) -> float:
        """Return the seconds until the next connection is allowed."""
        if not self._made:
            return 0.0
        now = self._clock()
        soonest = self._made[-1] + _MIN_PAUSE
        if len(self._made) == _PER_HOUR:
            soonest = max(soonest, self._made[0] + _HOUR)
        return max(0.0, soonest - now)

    def note(self) -> None:
        """Record a connection."""
        self._made.append(self._clock())


class Stream:
    """Receives the messages of the cars until it is cancelled.

    `receive` is called with topic and payload of every message, `on_state` with every new state.
    `refusals` counts consecutive refusals of the login by the broker.
    """

    def __init__(
        self,
        login: TokenKeeper[CardataTokens],
        broker: Broker,
        receive: Callable[[str, bytes], None],
        on_state: Callable[[StreamState], None],
        *,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create it; `run` connects."""
        self.state = StreamState.CONNECTING
        self._login = login
        self._broker = broker
        self._receive = receive
        self._on_state = on_state
        self._pace = pace or Pace()
        self._sleep = sleep
        self.refusals = 0
        self._refused_token: str | None = None
        self._failures = 0
        self._pause = 0.0
        self._since: float | None = None
        self._disputed = False
        self._closed_at: deque[float] = deque(maxlen=_DISPUTE_COUNT)

    @property
    def disputed(self) -> bool:
        """Whether another client seems to take over the connection repeatedly.

        Then connecting succeeds but the connection ends soon, which is rare with a bad network.
        Growing pauses alone make that less frequent, so it only ends once a connection has lasted.
        """
        return self._disputed and not self._lasting()

    async def run(self) -> None:
        """Stay connected; return only if the user has to log in again."""
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
        """Pause after a failed login: shortly if there is no network, else as BMW demands."""
        if isinstance(error, NetworkError) and not error.sent:
            self._offline(error)
            return
        self._fail(StreamState.LOST, error)
        if isinstance(error, QuotaError):
            self._pause = max(self._pause, min(error.retry_after or _RETRY, _HOUR))

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
        """Return valid tokens, renewed if the broker has refused them."""
        tokens = await self._login.log_in()
        if tokens.access == self._refused_token:
            await self._login.replace(tokens.access)
            tokens = await self._login.log_in()
        return tokens

    async def _reachable(self) -> bool:
        """Return whether the name of the broker can be resolved; if not, there is no network."""
        try:
            await asyncio.get_running_loop().getaddrinfo(self._broker.host, self._broker.port)
        except (OSError, UnicodeError) as error:
            self._offline(error)
            return False
        return True

    def _offline(self, error: Exception) -> None:
        """Pause shortly: without a connection, neither limits nor growing pauses are needed."""
        _LOGGER.debug("There is no network: %s", type(error).__name__)
        self._pause = _NO_NETWORK
        self._end_dispute()
        self._note(StreamState.LOST)

    async def _session(self, access: _Access) -> None:
        """Keep one connection until its token is renewed, or it is closed."""
        try:
            async with self._connected(access) as client:
                self._since = monotonic()
                self._refused_token = None
                self.refusals = 0
                self._note(StreamState.CONNECTED)
                await self._receive_until_renewed(client, access)
        except aiomqtt.MqttError as error:
            self._ended(error, access)
        except (OSError, ValueError) as error:
            # ValueError: the prefix is not valid in a subscription
            self._fail(StreamState.LOST, error)
        else:
            _LOGGER.debug("The stream is renewed before its token expires")
            if self._lasting():
                self._end_dispute()
            self._failures, self._pause = 0, _RENEWAL_PAUSE
        finally:
            self._since = None

    async def _receive_until_renewed(self, client: aiomqtt.Client, access: _Access) -> None:
        """Receive messages until there are new tokens; keep the connection if that fails."""
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
                wait = _RETRY
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
            timeout=_TIMEOUT,
            tls_context=self._broker.tls,
            logger=_MQTT_LOGGER,
            queue_type=callback_queue(self._receive),
        )
        async with connected(client):
            codes = await subscribe(client, access.topics)
            if any(code_number(code) >= _REFUSAL for code in codes):
                raise aiomqtt.MqttCodeError(_NOT_AUTHORIZED, "the subscription is refused")
            yield client

    def _ended(self, error: aiomqtt.MqttError, access: _Access) -> None:
        """Handle a refused token, another client on the stream, or a lost connection."""
        code = code_number(getattr(error.__cause__ or error, "rc", None))
        if self._since is not None:
            self._closed(monotonic(), self._since)
            state = StreamState.TAKEN if self._disputed else StreamState.LOST
            self._fail(state, error, code if code == _TOO_OFTEN else 0)
        elif code in _BAD_LOGIN:
            self._refused(access, code)
        else:
            self._end_dispute()
            self._fail(StreamState.LOST, error, code)

    def _closed(self, now: float, since: float) -> None:
        """Record that a connection was closed by the broker."""
        if now - since > _STEADY:
            self._failures = 0
        if self._lasting():
            self._end_dispute()
        self._closed_at.append(now)
        full = len(self._closed_at) == _DISPUTE_COUNT
        self._disputed |= full and now - self._closed_at[0] < _DISPUTE_WINDOW

    def _lasting(self) -> bool:
        return self._since is not None and monotonic() - self._since >= _DISPUTE_WINDOW

    def _end_dispute(self) -> None:
        self._disputed = False
        self._closed_at.clear()

    def _refused(self, access: _Access, code: int) -> None:
        """Renew the token for the next attempt; pause for long if new tokens are refused too."""
        self.refusals += 1
        self._refused_token = access.token
        self._fail(StreamState.REFUSED, None, code)
        if self.refusals >= _REFUSED_AGAIN:
            self._pause = max(self._pause, _MAX_PAUSE)

    def _fail(self, state: StreamState, error: Exception | None, code: int = 0) -> None:
        """Set a growing pause, randomised so that clients do not reconnect all at once."""
        doubled: float = _MIN_PAUSE * 2 ** min(self._failures, 8)
        spread = min(_MAX_PAUSE, doubled) * random.uniform(0.75, 1.25)  # noqa: S311 - not a secret
        self._failures += 1
        self._pause = max(spread, _MIN_PAUSES.get(code, 0.0))
        _LOGGER.debug("The stream ended (%s, %d): %s", state, code, type(error).__name__)
        self._note(state)

    def _note(self, state: StreamState) -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state)


def _topics(prefix: str) -> tuple[str, str]:
    """Return the topics of a prefix, which may be written as `bmw`, `bmw/` or `bmw/#`."""
    root = prefix.rstrip("/#+")
    above = f"{root}/" if root else ""
    return f"{above}+", f"{above}+/+"


def _lifetime(tokens: CardataTokens) -> float:
    """Return the seconds until the tokens of a connection are checked again, at most an hour."""
    left: timedelta = tokens.expires - datetime.now(UTC)
    return min(max(1.0, left.total_seconds()), _HOUR)
