"""The steps of BMW CarData: client id, approval on BMW's page."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
import io
import logging
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import TextSelector
import segno
import voluptuous as vol

from .client import ApiError, ClientError, Http, NetworkError, Recorder, Redactor
from .client.cardata import (
    APPROVAL_PAGE,
    SOURCE,
    DeviceCode,
    DeviceLogin,
    LoginError,
    LoginFailure,
    Scope,
    Tokens,
)
from .const import CONF_TOKENS
from .flow import AccountFlow
from .wiring import cardata_tokens_as_data

_LOGGER = logging.getLogger(__name__)

# How BMW's sites in the countries of CarData are called: top-level domain and language
_SITES: Final[Mapping[str, tuple[str, str]]] = {
    "AT": ("at", "de-at"),
    "BE": ("be", "nl-be"),
    "CH": ("ch", "de-ch"),
    "CZ": ("cz", "cs-cz"),
    "DE": ("de", "de-de"),
    "DK": ("dk", "da-dk"),
    "ES": ("es", "es-es"),
    "FI": ("fi", "fi-fi"),
    "FR": ("fr", "fr-fr"),
    "GB": ("co.uk", "en-gb"),
    "IE": ("ie", "en-ie"),
    "IT": ("it", "it-it"),
    "LU": ("lu", "fr-lu"),
    "NL": ("nl", "nl-nl"),
    "NO": ("no", "no-no"),
    "PL": ("pl", "pl-pl"),
    "PT": ("pt", "pt-pt"),
    "SE": ("se", "sv-se"),
}
_CLIENT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SCHEMA: Final = vol.Schema({vol.Required(CONF_CLIENT_ID): TextSelector()})
_MISSING: Final = {
    Scope.API: LoginFailure.NO_API,
    Scope.STREAM: LoginFailure.NO_STREAM,
}


class CardataSteps(AccountFlow):
    """Show a code, wait in the background until it is approved, and say what to do if not."""

    def __init__(self) -> None:
        super().__init__()
        self._client_id = ""
        self._code: DeviceCode | None = None
        self._approval: asyncio.Task[Tokens] | None = None
        self._failure: str | None = None
        self._tokens: Tokens | None = None

    async def async_step_cardata(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell what is needed, and ask for the client id."""
        if user_input is None:
            return self._ask_client_id({})
        self._client_id = user_input[CONF_CLIENT_ID].strip().lower()
        if not _CLIENT_ID.fullmatch(self._client_id):
            return self._ask_client_id({CONF_CLIENT_ID: "client_id_form"})
        try:
            self._code = await self._login()[1].request_code()
        except ClientError as error:
            _LOGGER.debug("No code can be had: %s", error)
            return self._ask_client_id({"base": _key(error)})
        return await self.async_step_approve()

    async def async_step_approve(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show code and link, and wait for the approval."""
        if self._code is None:
            return self._ask_client_id({})
        if self._approval is None:
            self._approval = self.hass.async_create_task(self._approved(self._code))
        if not self._approval.done():
            return self.async_show_progress(
                step_id="approve",
                progress_action="approve",
                description_placeholders=_placeholders(self._code),
                progress_task=self._approval,
            )
        task, self._approval = self._approval, None
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
        return self._ask_client_id({"base": self._failure or ClientError.key})

    async def async_step_approved(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Check what was granted, and keep it."""
        tokens = self._tokens
        if tokens is None:
            return self._ask_client_id({})
        if tokens.scopes:
            for scope, failure in _MISSING.items():
                if scope not in tokens.scopes:
                    return self._ask_client_id({"base": failure})
        account = {
            CONF_CLIENT_ID: self._client_id,
            CONF_TOKENS: cardata_tokens_as_data(tokens),
        }
        return await self._finish(
            SOURCE, account, "BMW CarData", tokens.gcid or None, self._client_id
        )

    async def async_step_cardata_reauth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Log in again with the client id that is known, or with another one."""
        if user_input is not None:
            return await self.async_step_cardata(user_input)
        return self._ask_client_id({}, "cardata_reauth")

    def _login(self) -> tuple[Http, DeviceLogin]:
        redactor = Redactor()
        http = Http(get_async_client(self.hass), redactor, Recorder(redactor))
        return http, DeviceLogin(http, self._client_id)

    async def _approved(self, code: DeviceCode) -> Tokens:
        """Ask until the code is approved, refused or too old; a bad network only delays that."""
        http, login = self._login()
        wait: float = code.interval
        while True:
            await http.pause(wait)
            try:
                answer = await login.poll(code)
            except (NetworkError, ApiError) as error:
                _LOGGER.debug("Waiting for the approval: %s", error)
                wait = code.interval
                continue
            if isinstance(answer, Tokens):
                return answer
            wait = answer

    def _ask_client_id(self, errors: dict[str, str], step: str = "cardata") -> ConfigFlowResult:
        known = self._client_id or self._known(SOURCE).get(CONF_CLIENT_ID)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, {CONF_CLIENT_ID: known}),
            errors=errors,
            description_placeholders=_portals(self.hass.config.country),
        )


def _portals(country: str | None) -> dict[str, str]:
    """Return the addresses of BMW's and MINI's portals in a country."""
    domain, language = _SITES.get(country or "", _SITES["DE"])
    return {
        "bmw_portal": f"https://www.bmw.{domain}/{language}/mybmw/vehicle-overview",
        "mini_portal": f"https://www.mini.{domain}/{language}/mymini/vehicle-overview",
    }


def _key(error: ClientError) -> str:
    return error.failure if isinstance(error, LoginError) else error.key


def _placeholders(code: DeviceCode) -> dict[str, str]:
    """Return what the page shows; the link as a QR code, for the phone."""
    picture = io.BytesIO()
    segno.make(code.url, micro=False).save(
        picture, kind="svg", scale=4, xmldecl=False, light="#fff"
    )
    left = (code.expires - datetime.now(UTC)).total_seconds()
    return {
        "url": code.url,
        "page": APPROVAL_PAGE,
        "code": code.user_code,
        "minutes": str(max(1, round(left / 60))),
        "qr_code": picture.getvalue().decode().strip(),
    }
