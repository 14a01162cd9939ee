"""The steps of BMW CarData: client id, approval on BMW's page."""

import asyncio
from html import escape
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import callback
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import QrCodeSelector, QrCodeSelectorConfig, TextSelector
import voluptuous as vol

from ..client import ClientError, Http, Redactor
from ..client.cardata import (
    APPROVAL_PAGE,
    SOURCE,
    DeviceCode,
    DeviceLogin,
    LoginError,
    Tokens,
    is_client_id,
)
from ..const import CONF_TOKENS
from .flow import AccountFlow
from .portals import portals

_LOGGER = logging.getLogger(__name__)

_QR_CODE: Final = "qr_code"
_SCALE: Final = 5
_SCHEMA: Final = vol.Schema({vol.Required(CONF_CLIENT_ID): TextSelector()})


class CardataSteps(AccountFlow):
    """Show a code, wait in the background until it is approved, and say what to do if not."""

    _code: DeviceCode
    _failure: str
    _tokens: Tokens

    def __init__(self) -> None:
        super().__init__()
        self._client_id = ""
        self._approval: asyncio.Task[Tokens] | None = None

    async def async_step_cardata(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell what is needed, and ask for the client id."""
        if user_input is None:
            return self._ask_client_id({})
        self._client_id = user_input[CONF_CLIENT_ID].strip().lower()
        if not is_client_id(self._client_id):
            return self._ask_client_id({CONF_CLIENT_ID: "client_id_form"})
        if self._known_entry is None and self._has_client():
            return self.async_abort(reason="already_configured")
        try:
            self._code = await self._login().request_code()
        except ClientError as error:
            _LOGGER.debug("No code can be had: %s", error)
            return self._ask_client_id({"base": _key(error)})
        return await self.async_step_code()

    async def async_step_code(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show code and link, with the link as a QR code for the phone."""
        if user_input is not None:
            return await self.async_step_approve()
        self._wait()
        return self.async_show_form(
            step_id="code",
            data_schema=code_schema(self._code.url),
            description_placeholders=_placeholders(self._code),
        )

    async def async_step_approve(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait for the approval, with code and link still in sight."""
        task = self._wait()
        if not task.done():
            return self.async_show_progress(
                step_id="approve",
                progress_action="approve",
                description_placeholders=_placeholders(self._code),
                progress_task=task,
            )
        self._approval = None
        try:
            self._tokens = task.result()
        except ClientError as error:
            _LOGGER.debug("The code was not approved: %s", error)
            self._failure = _key(error)
            return self.async_show_progress_done(next_step_id="cardata_again")
        return self.async_show_progress_done(next_step_id="approved")

    async def async_step_cardata_again(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell why there was no approval; the same form gets a new code."""
        return self._ask_client_id({"base": self._failure})

    async def async_step_approved(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Check what was granted, and keep it."""
        if failure := _failure_of(self._tokens):
            return self._ask_client_id({"base": failure})
        account = {
            CONF_CLIENT_ID: self._client_id,
            CONF_TOKENS: self._tokens.dump(),
        }
        return await self._finish(SOURCE, account, "BMW CarData", self._tokens.gcid)

    async def async_step_cardata_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Log in again with the client id that is known, or with another one."""
        if user_input is not None:
            return await self.async_step_cardata(user_input)
        return self._ask_client_id({}, "cardata_reauth")

    @callback
    @override
    def async_remove(self) -> None:
        """Ask no more for an approval once the dialog was closed."""
        if self._approval is not None:
            self._approval.cancel()

    def _wait(self) -> asyncio.Task[Tokens]:
        if self._approval is None:
            self._approval = self.hass.async_create_task(self._login().approved(self._code))
        return self._approval

    def _has_client(self) -> bool:
        known = self._accounts(SOURCE)
        return any(account[CONF_CLIENT_ID] == self._client_id for account in known)

    def _login(self) -> DeviceLogin:
        return DeviceLogin(Http(get_async_client(self.hass), Redactor()), self._client_id)

    def _ask_client_id(self, errors: dict[str, str], step: str = "cardata") -> ConfigFlowResult:
        known = self._client_id or self._known(SOURCE).get(CONF_CLIENT_ID)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, {CONF_CLIENT_ID: known}),
            errors=errors,
            description_placeholders=portals(self.hass.config.country),
        )


def _key(error: ClientError) -> str:
    return error.failure if isinstance(error, LoginError) else error.key


def _failure_of(tokens: Tokens) -> str | None:
    """Return what is wrong with tokens: both services and the stream's user have to be there."""
    if not tokens.gcid:
        return "account_unknown"
    return next(iter(tokens.missing), None)


def _placeholders(code: DeviceCode) -> dict[str, str]:
    """Return what the dialog shows of a code.

    Backquotes would show it in small letters, and texts must not hold HTML.
    """
    return {
        "url": code.url,
        "page": APPROVAL_PAGE,
        "code": code.user_code,
        "large_code": f"<tt>{escape(code.user_code)}</tt>",
        "minutes": str(max(1, round(code.seconds_left / 60))),
    }


def code_schema(url: str) -> vol.Schema:
    """Return a form with nothing to fill in, which shows a link as a QR code."""
    selector = QrCodeSelector(QrCodeSelectorConfig(data=url, scale=_SCALE))
    return vol.Schema({vol.Optional(_QR_CODE): selector})
