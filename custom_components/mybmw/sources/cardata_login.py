"""The login of BMW CarData: a client id, and a code that is approved on BMW's page."""

import asyncio
from collections.abc import Callable
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
    CardataTokens,
    DeviceCode,
    DeviceLogin,
    LoginError,
    is_client_id,
)
from ..const import CONF_TOKENS
from .flow import BEGIN, AccountFlow, SourceSteps
from .portals import portals

_LOGGER = logging.getLogger(__name__)

_QR_CODE: Final = "qr_code"
_SCALE: Final = 5
CLIENT: Final = vol.Schema({vol.Required(CONF_CLIENT_ID): TextSelector()})


class LoginSteps(SourceSteps):
    """Show a code and wait in the background until it is approved."""

    _code: DeviceCode
    _failure: str
    _tokens: CardataTokens

    def __init__(self, flow: AccountFlow, source: str) -> None:
        super().__init__(flow, source)
        self._client_id = ""
        self._approval: asyncio.Task[CardataTokens] | None = None

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the client id and request a code."""
        if user_input is None:
            return self._ask_client_id({})
        return self._refusal(user_input, self._ask_client_id) or await self._request_code()

    async def _request_code(self) -> ConfigFlowResult:
        """Request a code and show it."""
        try:
            self._code = await self._login().request_code()
        except ClientError as error:
            _LOGGER.debug("Requesting a code failed: %s", error)
            return self._ask_client_id({"base": key_of(error)})
        return await self.async_step_code()

    async def async_step_code(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the code and the link, also as a QR code."""
        if user_input is not None:
            return await self.async_step_approve()
        self._wait()
        return self.show_form(
            "code", code_schema(self._code.url), placeholders=_placeholders(self._code)
        )

    async def async_step_approve(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait for the approval while the code and the link are shown."""
        task = self._wait()
        if not task.done():
            return self.flow.async_show_progress(
                step_id=self.step_id("approve"),
                progress_action=self.step_id("approve"),
                description_placeholders=_placeholders(self._code),
                progress_task=task,
            )
        self._approval = None
        try:
            self._tokens = task.result()
        except ClientError as error:
            _LOGGER.debug("The code was not approved: %s", error)
            self._failure = key_of(error)
            return self.flow.async_show_progress_done(next_step_id=self.step_id("refused"))
        return self.flow.async_show_progress_done(next_step_id=self.step_id("approved"))

    async def async_step_refused(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show why the code was not approved; submitting the form requests a new one."""
        return self._ask_client_id({"base": self._failure})

    async def async_step_approved(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Check the granted scopes and finish."""
        if failure := _failure_of(self._tokens):
            return self._ask_client_id({"base": failure})
        return await self._logged_in()

    async def _logged_in(self) -> ConfigFlowResult:
        """Go on after the login."""
        return await self._finish()

    async def _finish(self) -> ConfigFlowResult:
        """Create the entry, or change it."""
        account = {CONF_CLIENT_ID: self._client_id, CONF_TOKENS: self._tokens.dump()}
        return await self.flow.finish(SOURCE, account, "BMW CarData", self._tokens.gcid)

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Log in again with the same client id or another one."""
        if user_input is not None:
            return await self.async_step_begin(user_input)
        return self._ask_client_id({}, "reauth")

    @callback
    @override
    def async_remove(self) -> None:
        """Stop waiting for the approval."""
        if self._approval is not None:
            self._approval.cancel()

    def _wait(self) -> asyncio.Task[CardataTokens]:
        if self._approval is None:
            self._approval = self.hass.async_create_task(self._login().approved(self._code))
        return self._approval

    def _refusal(
        self, user_input: dict[str, Any], ask: Callable[[dict[str, str]], ConfigFlowResult]
    ) -> ConfigFlowResult | None:
        """Take over the entered client id; return what to show if it cannot be used."""
        self._client_id = user_input[CONF_CLIENT_ID].strip().lower()
        if not is_client_id(self._client_id):
            return ask({CONF_CLIENT_ID: "client_id_form"})
        if self.flow.known_entry is None and self._has_client():
            return self.flow.async_abort(reason="already_configured")
        return None

    def _has_client(self) -> bool:
        known = self.flow.accounts(SOURCE)
        return any(account[CONF_CLIENT_ID] == self._client_id for account in known)

    def _login(self) -> DeviceLogin:
        return DeviceLogin(Http(get_async_client(self.hass), Redactor()), self._client_id)

    def _ask_client_id(self, errors: dict[str, str], step: str = BEGIN) -> ConfigFlowResult:
        return self.show_form(step, self._client(), errors, portals(self.hass.config.country))

    def _client(self) -> vol.Schema:
        """Return the form of the client id, which suggests the known one."""
        known = self._client_id or self.flow.known(SOURCE).get(CONF_CLIENT_ID)
        return self.flow.add_suggested_values_to_schema(CLIENT, {CONF_CLIENT_ID: known})


def key_of(error: ClientError) -> str:
    """Return the translation key of an error."""
    return error.failure if isinstance(error, LoginError) else error.key


def _failure_of(tokens: CardataTokens) -> str | None:
    """Return the translation key of an error if the account id or a scope is missing."""
    if not tokens.gcid:
        return "account_unknown"
    return next(iter(tokens.missing), None)


def _placeholders(code: DeviceCode) -> dict[str, str]:
    """Return the placeholders of the steps that show a code."""
    # Backquotes would show the code in small letters, and translations must not contain HTML
    return {
        "url": code.url,
        "page": APPROVAL_PAGE,
        "code": code.user_code,
        "large_code": f"<tt>{escape(code.user_code)}</tt>",
        "minutes": str(max(1, round(code.seconds_left / 60))),
    }


def code_schema(url: str) -> vol.Schema:
    """Return a form that shows a link as a QR code."""
    selector = QrCodeSelector(QrCodeSelectorConfig(data=url, scale=_SCALE))
    return vol.Schema({vol.Optional(_QR_CODE): selector})
