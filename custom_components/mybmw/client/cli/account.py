"""The account to use: from arguments, environment, store, or questions on the terminal."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from getpass import getpass
import os
import sys
from typing import Final

from ..core.convert import mapping
from ..core.errors import AuthError, CaptchaError, InvalidValueError, RefusedError
from ..mybmw import SERVERS, MyBMWTokens, Region
from .store import LoginFile

KEY: Final = "mybmw"
"""The key in the store for accounts of the BMW app, by region and user name."""

_HELP: Final = "give USERNAME PASSWORD REGION, or set MYBMW_USERNAME, MYBMW_PASSWORD, MYBMW_REGION"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An account of the BMW app; password and captcha are only needed for a new login."""

    region: Region
    username: str
    password: str | None
    captcha: str | None

    @property
    def captcha_page(self) -> str:
        """The URL of the captcha, "" if none is needed."""
        return SERVERS[self.region].captcha_page

    @property
    def store_keys(self) -> tuple[str, str, str]:
        """The keys of the tokens in a store."""
        return KEY, self.region.value, self.username


def find_account(options: Namespace, store: LoginFile) -> Credentials:
    """Return the account to use; raise `InvalidValueError` or `AuthError` if it is ambiguous."""
    username, password, region = options.account or (None, None, None)
    username = username or os.environ.get("MYBMW_USERNAME")
    password = password or os.environ.get("MYBMW_PASSWORD")
    captcha = options.captcha_token or os.environ.get("MYBMW_CAPTCHA_TOKEN")
    known = _region(region or os.environ.get("MYBMW_REGION"))
    if not username or known is None:
        known, username = _stored(store, known, username) or _asked(known, username)
    account = Credentials(known, username, password, captcha)
    if MyBMWTokens.load(store.get(*account.store_keys)) is not None:
        return account
    return _with_secrets(account)


def login_advice(error: AuthError, account: Credentials) -> AuthError:
    """Return an error whose message also explains how to log in."""
    page = account.captcha_page
    if isinstance(error, RefusedError):
        return error
    if page and (isinstance(error, CaptchaError) or not account.captcha):
        advice = f"solve the captcha at {page} and give its token with --captcha-token"
        if not account.password:
            advice += ", and USERNAME PASSWORD REGION"
        return CaptchaError(f"{error}; {advice}")
    return error if account.password else AuthError(f"{error}; {_HELP}")


def _region(name: str | None) -> Region | None:
    if not name:
        return None
    if name.lower() not in set(Region):
        raise InvalidValueError(f"MYBMW_REGION has to be one of {', '.join(Region)}")
    return Region(name.lower())


def _stored(
    store: LoginFile, region: Region | None, username: str | None
) -> tuple[Region, str] | None:
    """Return the matching account in the store, None if there is none."""
    found = [
        (Region(name), user)
        for name, users in mapping(store.get(KEY)).items()
        if name in set(Region)
        for user in mapping(users)
        if region in (None, name) and username in (None, user)
    ]
    if len(found) > 1:
        raise InvalidValueError(f"{len(found)} accounts are kept: {_HELP}")
    return found[0] if found else None


def _asked(region: Region | None, username: str | None) -> tuple[Region, str]:
    username = username or _ask("User name", _line)
    while region is None:
        answer = _ask(f"Region ({', '.join(Region)})", _line).lower()
        region = Region(answer) if answer in set(Region) else None
    return region, username


def _with_secrets(account: Credentials) -> Credentials:
    """Return the account with password and captcha, which are asked for if they are missing."""
    page = account.captcha_page
    if page and not account.captcha and not sys.stdin.isatty():
        raise login_advice(CaptchaError("a captcha token is needed to log in"), account)
    if not account.password:
        account = replace(account, password=_ask("Password", getpass))
    if page and not account.captcha:
        account = replace(account, captcha=_ask(f"Captcha token (from {page})", getpass))
    return account


def _ask(what: str, reader: Callable[[str], str]) -> str:
    """Return an answer that is not empty; raise `AuthError` if this is not a terminal."""
    if not sys.stdin.isatty():
        raise AuthError(f"the {what.partition(' (')[0].lower()} is not known: {_HELP}")
    try:
        answer = reader(f"{what}: ").strip()
    except EOFError:
        answer = ""
    if not answer:
        raise AuthError(f"the {what.partition(' (')[0].lower()} is needed")
    return answer


def _line(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()
