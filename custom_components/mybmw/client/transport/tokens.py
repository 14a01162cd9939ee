"""Manage the tokens of one login: renew and store them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
import logging
import re
from typing import Final, Protocol, TypeIs

from ..core.errors import AnswerError, AuthError, RefusedError

_LOGGER = logging.getLogger(__name__)

_MIN_AGE: Final = timedelta(minutes=1)
_MAX_LENGTH: Final = 16_384
_TOKEN: Final = re.compile(r"[!-~]+")
_ACCOUNT: Final = re.compile(r"(?=.*[0-9A-Za-z])[\w.~-]{1,128}", re.ASCII)


def is_account_id(value: object) -> TypeIs[str]:
    """Return whether a value can be an account id in URLs and MQTT topics."""
    return isinstance(value, str) and _ACCOUNT.fullmatch(value) is not None


def read_token(fields: Mapping[str, object], key: str, what: str, limit: int = _MAX_LENGTH) -> str:
    """Return a token of visible ASCII characters, at most `limit`; raise `AnswerError`."""
    value = fields.get(key)
    if not isinstance(value, str) or len(value) > limit or not _TOKEN.fullmatch(value):
        raise AnswerError(f"{what}: {key} is missing in the answer")
    return value


def read_account_id(fields: Mapping[str, object], what: str) -> str:
    """Return the account id; raise `AnswerError` if it is missing or malformed."""
    value = fields.get("gcid")
    if not is_account_id(value):
        raise AnswerError(f"{what}: gcid is not a valid account id")
    return value


class TokenSet(Protocol):
    """The tokens of a login."""

    @property
    def access(self) -> str:
        """The access token for requests."""
        ...

    @property
    def expires(self) -> datetime:
        """The time (UTC) to renew the token, some time before it really expires."""
        ...


class Login[T: TokenSet](Protocol):
    """The login of a service."""

    @property
    def can_log_in(self) -> bool:
        """Whether `log_in` is possible without the user."""
        ...

    async def log_in(self) -> T:
        """Log in and return new tokens; raise `AuthError` if that is refused."""
        ...

    async def refresh(self, stale: T) -> T:
        """Return new tokens for a refresh token, which becomes invalid; raise `AuthError`."""
        ...


type Save[T] = Callable[[T], Awaitable[None] | None]
"""Stores new tokens; they are used even if that fails."""


class TokenKeeper[T: TokenSet]:
    """Returns access tokens, with one login or refresh at a time.

    `save` is called, and awaited if needed, with new tokens before they are used. `load` returns
    the tokens stored last, perhaps by another process: a refresh token can be used once, so `load`
    is called before each refresh. A login that has begun is not cancelled with its callers.
    """

    def __init__(
        self,
        login: Login[T],
        tokens: T | None = None,
        save: Save[T] | None = None,
        load: Callable[[], T | None] | None = None,
    ) -> None:
        """Create it with the stored tokens, if there are any."""
        self.tokens = tokens
        self._login = login
        self._save = save
        self._load = load
        self._replaced = datetime.min.replace(tzinfo=UTC)
        self._renewal: asyncio.Task[T] | None = None

    async def token(self) -> str:
        """Return a valid access token, renewing it if needed."""
        return (await self.log_in()).access

    async def log_in(self) -> T:
        """Return valid tokens, renewing them if needed."""
        tokens = self.tokens
        if tokens is None or tokens.expires <= datetime.now(UTC):
            tokens = await self._renew()
        return tokens

    async def replace(self, refused: str) -> str:
        """Return a new access token in place of a refused one.

        A token that is less than a minute old is returned again, since the cause is not the token.
        """
        tokens = self.tokens
        if tokens is not None and tokens.access != refused:
            return tokens.access
        if abs(datetime.now(UTC) - self._replaced) < _MIN_AGE:
            return refused
        fresh = await self._renew()
        self._replaced = datetime.now(UTC)
        return fresh.access

    async def send[R](self, request: Callable[[str], Awaitable[R]]) -> R:
        """Send a request with a valid access token, and again with a new one if it is refused.

        Raises `RefusedError` if a new token is refused as well, so that the login is not the cause.
        """
        token = await self.token()
        try:
            return await request(token)
        except AuthError as error:
            fresh = await self.replace(token)
            if fresh == token:
                raise RefusedError(str(error), error.status) from None
        try:
            return await request(fresh)
        except AuthError as error:
            raise RefusedError(str(error), error.status) from None

    async def renew(self) -> T:
        """Replace tokens that are still good, since what they allow may be more by now."""
        return await self._renew()

    async def _renew(self) -> T:
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._log_in_once())
            self._renewal.add_done_callback(self._renewal_done)
        renewal = self._renewal
        # Not a shield, which reports an error of what it shields once its own task is cancelled
        await asyncio.wait([renewal])
        return renewal.result()

    def _renewal_done(self, task: asyncio.Task[T]) -> None:
        self._renewal = None
        if not task.cancelled():
            task.exception()

    async def _log_in_once(self) -> T:
        tokens = self._newer_stored() or await self._new_tokens()
        try:
            saving = self._save(tokens) if self._save is not None else None
            if saving is not None:
                await saving
        finally:
            # The old ones are invalid now, even if the new ones could not be stored
            self.tokens = tokens
        return tokens

    async def _new_tokens(self) -> T:
        stale = self.tokens
        if stale is None:
            return await self._login.log_in()
        try:
            return await self._login.refresh(stale)
        except AuthError:
            saved = self._newer_stored()
            if saved is not None:
                return saved
            if not self._login.can_log_in:
                raise
        _LOGGER.debug("The refresh token is refused, logging in anew")
        return await self._login.log_in()

    def _newer_stored(self) -> T | None:
        saved = self._load() if self._load is not None else None
        known = self.tokens
        other = saved is not None and known is not None and saved.access != known.access
        return saved if other else None
