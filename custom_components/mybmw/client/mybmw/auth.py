"""Keeping one login to the MyBMW service alive (facts: MyBMW sheet §2)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
import logging
from uuid import uuid4

from ..errors import AuthError
from ..http import Http
from .china_login import ChinaLogin
from .oauth import OAuthLogin
from .regions import Region
from .tokens import Account, Tokens

_LOGGER = logging.getLogger(__name__)


class Authenticator:
    """Hands out access tokens, with one login at a time.

    `save` is called with every new set of tokens before any of them is used.
    """

    def __init__(
        self,
        http: Http,
        account: Account,
        tokens: Tokens | None = None,
        save: Callable[[Tokens], None] | None = None,
    ) -> None:
        """Start with the tokens of an earlier run, if there are any."""
        self.account = account
        self.tokens = tokens
        self.session_id = str(uuid4())
        self._http = http
        self._save = save
        self._lock = asyncio.Lock()
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
            tokens = await self._renew(tokens)
        return tokens

    async def replace(self, refused: str) -> str:
        """Return another access token than the one that was refused."""
        tokens = self.tokens
        if tokens is None or tokens.access == refused:
            tokens = await self._renew(tokens)
        return tokens.access

    async def _renew(self, stale: Tokens | None) -> Tokens:
        async with self._lock:
            if self.tokens is None or self.tokens is stale:
                self.tokens = await self._new(stale)
                self._hide(self.tokens)
                if self._save is not None:
                    self._save(self.tokens)
            return self.tokens

    async def _new(self, stale: Tokens | None) -> Tokens:
        if stale is None:
            return await self._login.log_in()
        try:
            return await self._login.refresh(stale)
        except AuthError:
            if not self._login.can_log_in:
                raise
        _LOGGER.debug("The refresh token is refused, logging in with the password")
        return await self._login.log_in()

    def _hide(self, tokens: Tokens | None) -> None:
        if tokens is not None:
            self._http.redactor.learn(tokens.access, tokens.refresh, tokens.gcid)
