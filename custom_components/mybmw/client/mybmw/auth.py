"""Keeping one login to the MyBMW service alive (facts: MyBMW sheet §2)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import logging
from typing import Final
from uuid import uuid4

from ..errors import AuthError
from ..http import Http
from .china_login import ChinaLogin
from .oauth import OAuthLogin
from .regions import Region
from .tokens import Account, Tokens

_LOGGER = logging.getLogger(__name__)

_FRESH: Final = timedelta(minutes=1)


class Authenticator:
    """Hands out access tokens, with one login at a time.

    `save` is called with every new set of tokens before any of them is used. `load` returns the
    set that was saved last, perhaps by somebody else: a refresh token lives once, so it is asked
    before one is used up. A login that has begun ends even if nobody waits for it any more.
    """

    def __init__(
        self,
        http: Http,
        account: Account,
        tokens: Tokens | None = None,
        save: Callable[[Tokens], None] | None = None,
        load: Callable[[], Tokens | None] | None = None,
    ) -> None:
        """Start with the tokens of an earlier run, if there are any."""
        self.account = account
        self.tokens = tokens
        self.session_id = str(uuid4())
        self._http = http
        self._save = save
        self._load = load
        self._replaced = datetime.min.replace(tzinfo=UTC)
        self._renewal: asyncio.Task[Tokens] | None = None
        self._login = (
            ChinaLogin(http, account)
            if account.region is Region.CHINA
            else OAuthLogin(http, account, self.session_id)
        )
        http.redactor.learn(account.username, account.password, account.captcha)
        self._hide(tokens)

    async def token(self) -> str:
        """Return an access token that is still good, logging in if need be."""
        return (await self.log_in()).access

    async def log_in(self) -> Tokens:
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
        if datetime.now(UTC) - self._replaced < _FRESH:
            return refused
        fresh = await self._renew()
        self._replaced = datetime.now(UTC)
        return fresh.access

    async def _renew(self) -> Tokens:
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._log_in_once())
            self._renewal.add_done_callback(self._renewal_done)
        return await asyncio.shield(self._renewal)

    def _renewal_done(self, task: asyncio.Task[Tokens]) -> None:
        self._renewal = None
        if not task.cancelled():
            task.exception()

    async def _log_in_once(self) -> Tokens:
        tokens = self._saved_meanwhile() or await self._new_tokens()
        self._adopt(tokens)
        if self._save is not None:
            self._save(tokens)
        return tokens

    async def _new_tokens(self) -> Tokens:
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
        _LOGGER.debug("The refresh token is refused, logging in with the password")
        return await self._login.log_in()

    def _saved_meanwhile(self) -> Tokens | None:
        saved = self._load() if self._load is not None else None
        known = self.tokens
        other = saved is not None and known is not None and saved.access != known.access
        return saved if other else None

    def _adopt(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._hide(tokens)

    def _hide(self, tokens: Tokens | None) -> None:
        if tokens is not None:
            self._http.redactor.learn(tokens.gcid)
            self._http.redactor.learn_passing(tokens.access, tokens.refresh)
