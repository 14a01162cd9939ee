"""The login of one account (docs/protocols/mybmw-app.md#login)."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from ..transport.http import Http
from ..transport.tokens import Save, TokenKeeper
from .china_login import ChinaLogin
from .oauth import OAuthLogin
from .regions import Region
from .tokens import AppAccount, MyBMWTokens


class Authenticator(TokenKeeper[MyBMWTokens]):
    """The tokens of one account, and the id of its session for requests."""

    def __init__(
        self,
        http: Http,
        account: AppAccount,
        tokens: MyBMWTokens | None = None,
        save: Save[MyBMWTokens] | None = None,
        load: Callable[[], MyBMWTokens | None] | None = None,
    ) -> None:
        """Create it with the stored tokens, if there are any."""
        self.account = account
        self.session_id = str(uuid4())
        redactor = http.redactor
        redactor.learn(account.username, account.password, account.captcha)
        if tokens is not None:
            tokens.hide(redactor)

        def keep(new: MyBMWTokens) -> Awaitable[None] | None:
            new.hide(redactor)
            return save(new) if save is not None else None

        login = (
            ChinaLogin(http, account)
            if account.region is Region.CHINA
            else OAuthLogin(http, account, self.session_id)
        )
        super().__init__(login, tokens, keep, load)
