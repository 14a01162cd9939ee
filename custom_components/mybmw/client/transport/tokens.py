"""Keeping one login alive, whatever the service."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
import logging
import re
from typing import Final, Protocol, TypeIs

from ..core.errors import AnswerError, AuthError

_LOGGER = logging.getLogger(__name__)

_FRESH: Final = timedelta(minutes=1)
_LONGEST: Final = 16_384
_TOKEN: Final = re.compile(r"[!-~]+")
_ACCOUNT: Final = re.compile(r"(?=.*[0-9A-Za-z])[\w.~-]{1,128}", re.ASCII)


def is_account_id(value: object) -> TypeIs[str]:
    """Tell whether a value can be the id of an account in addresses and in MQTT topics."""
    return isinstance(value, str) and _ACCOUNT.fullmatch(value) is not None


def read_token(fields: Mapping[str, object], key: str, what: str, longest: int = _LONGEST) -> str:
    """Return what can be sent as a token: visible ASCII characters, at most `longest`."""
    value = fields.get(key)
    if not isinstance(value, str) or len(value) > longest or not _TOKEN.fullmatch(value):
        raise AnswerError(f"{what}: {key} is missing in the answer")
    return value


def read_account_id(fields: Mapping[str, object], what: str) -> str:
    """Return the id of the account; raise `AnswerError` if it is none."""
    value = fields.get("gcid")
    if not is_account_id(value):
        raise AnswerError(f"{what}: gcid is not the id of an account")
    return value


class TokenSet(Protocol):
    """What a login yields; `expires` (UTC) already has a margin taken off."""

    @property
    def access(self) -> str:
        """The token that requests carry."""
        ...

    @property
    def expires(self) -> datetime:
        """When to get a new one."""
        ...


class Login[T: TokenSet](Protocol):
    """How a service hands out tokens."""

    @property
    def can_log_in(self) -> bool:
        """Whether `log_in` can be tried without asking anybody."""
        ...

    async def log_in(self) -> T:
        """Get tokens from scratch; raise `AuthError` if that is refused."""
        ...

    async def refresh(self, stale: T) -> T:
        """Trade a refresh token, which is used up by that; raise `AuthError` if it is refused."""
        ...


type Save[T] = Callable[[T], Awaitable[None] | None]
"""Keeps new tokens; those that it cannot keep are used all the same."""


class TokenKeeper[T: TokenSet]:
    """Hands out access tokens, with one login at a time.

    `save` is called, and awaited if need be, with every new set of tokens before any of them is
    used. `load` returns the set that was saved last, perhaps by another program: a refresh token
    lives once, so it is asked before one is used up. A login that has begun ends even if nobody
    waits for it any more.
    """

    def __init__(
        self,
        login: Login[T],
        tokens: T | None = None,
        save: Save[T] | None = None,
        load: Callable[[], T | None] | None = None,
    ) -> None:
        """Start with the tokens of an earlier run, if there are any."""
        self.tokens = tokens
        self._login = login
        self._save = save
        self._load = load
        self._replaced = datetime.min.replace(tzinfo=UTC)
        self._renewal: asyncio.Task[T] | None = None

    async def token(self) -> str:
        """Return an access token that is still good, logging in if need be."""
        return (await self.log_in()).access

    async def log_in(self) -> T:
        """Return tokens that are still good, logging in if need be."""
        tokens = self.tokens
        if tokens is None or tokens.expires <= datetime.now(UTC):
            tokens = await self._renew()
        return tokens

    async def replace(self, refused: str) -> str:
        """Return another access token than the one that was refused.

        One that replaced another within the last minute is returned again: then the token is not
        what is wrong.
        """
        tokens = self.tokens
        if tokens is not None and tokens.access != refused:
            return tokens.access
        if abs(datetime.now(UTC) - self._replaced) < _FRESH:
            return refused
        fresh = await self._renew()
        self._replaced = datetime.now(UTC)
        return fresh.access

    async def _renew(self) -> T:
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._log_in_once())
            self._renewal.add_done_callback(self._renewal_done)
        return await asyncio.shield(self._renewal)

    def _renewal_done(self, task: asyncio.Task[T]) -> None:
        self._renewal = None
        if not task.cancelled():
            task.exception()

    async def _log_in_once(self) -> T:
        tokens = self._saved_meanwhile() or await self._new_tokens()
        try:
            saving = self._save(tokens) if self._save is not None else None
            if saving is not None:
                await saving
        finally:
            # They are the only good ones, whether or not they could be saved
            self.tokens = tokens
        return tokens

    async def _new_tokens(self) -> T:
        stale = self.tokens
        if stale is None:
            return await self._login.log_in()
        try:
            return await self._login.refresh(stale)
        except AuthError:
            saved = self._saved_meanwhile()
            if saved is not None:
                return saved
            if not self._login.can_log_in:
                raise
        _LOGGER.debug("The refresh token is refused, logging in anew")
        return await self._login.log_in()

    def _saved_meanwhile(self) -> T | None:
        saved = self._load() if self._load is not None else None
        known = self.tokens
        other = saved is not None and known is not None and saved.access != known.access
        return saved if other else None
