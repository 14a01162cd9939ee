"""Set-up of BMW CarData: device login with a client id, and options."""

import asyncio
from collections.abc import Mapping
from datetime import time, tzinfo
from html import escape
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import (
    BooleanSelector,
    QrCodeSelector,
    QrCodeSelectorConfig,
    TextSelector,
    TimeSelector,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..client import ClientError, Http, Redactor
from ..client.cardata import (
    APPROVAL_PAGE,
    EXTRAS,
    SOURCE,
    CardataSource,
    CardataTokens,
    DeviceCode,
    DeviceLogin,
    LoginError,
    Night,
    Pace,
    connect,
    is_client_id,
)
from ..client.cardata.api import BASE
from ..const import (
    CONF_SOURCES,
    CONF_TOKENS,
    DOMAIN,
    OPTION_CARDATA,
    OPTION_NIGHT_END,
    OPTION_NIGHT_START,
    OPTION_STREAM,
)
from ..runtime.store import SpentStore
from ..runtime.token_store import TokenStore
from . import cardata_stream as stream
from .entry_data import NAME, tolerant
from .flow import BEGIN, AccountFlow, SourceSteps
from .portals import portals
from .spec import SourceSetup

_LOGGER = logging.getLogger(__name__)

_PACES: HassKey[dict[str, Pace]] = HassKey(f"{DOMAIN}_paces")
_QR_CODE: Final = "qr_code"
_SCALE: Final = 5
_SCHEMA: Final = vol.Schema({vol.Required(CONF_CLIENT_ID): TextSelector()})
_REQUESTS: Final = vol.Schema(
    {
        **{vol.Required(task.value, default=True): BooleanSelector() for task in sorted(EXTRAS)},
        vol.Optional(OPTION_NIGHT_START): TimeSelector(),
        vol.Optional(OPTION_NIGHT_END): TimeSelector(),
    }
)


class CardataSteps(SourceSteps):
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
        self._client_id = user_input[CONF_CLIENT_ID].strip().lower()
        if not is_client_id(self._client_id):
            return self._ask_client_id({CONF_CLIENT_ID: "client_id_form"})
        if self.flow.known_entry is None and self._has_client():
            return self.flow.async_abort(reason="already_configured")
        try:
            self._code = await self._login().request_code()
        except ClientError as error:
            _LOGGER.debug("Requesting a code failed: %s", error)
            return self._ask_client_id({"base": _key(error)})
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
            self._failure = _key(error)
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

    def _has_client(self) -> bool:
        known = self.flow.accounts(SOURCE)
        return any(account[CONF_CLIENT_ID] == self._client_id for account in known)

    def _login(self) -> DeviceLogin:
        return DeviceLogin(Http(get_async_client(self.hass), Redactor()), self._client_id)

    def _ask_client_id(self, errors: dict[str, str], step: str = BEGIN) -> ConfigFlowResult:
        known = self._client_id or self.flow.known(SOURCE).get(CONF_CLIENT_ID)
        suggested = {CONF_CLIENT_ID: known}
        schema = self.flow.add_suggested_values_to_schema(_SCHEMA, suggested)
        return self.show_form(step, schema, errors, portals(self.hass.config.country))


def _key(error: ClientError) -> str:
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


async def _build(hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor) -> CardataSource:
    store = TokenStore(hass, entry, SOURCE, CardataTokens.load, redactor)
    await store.async_begin()
    options = entry.options.get(OPTION_CARDATA, {})
    zone = dt_util.get_default_time_zone()
    source = connect(
        get_async_client(hass),
        entry.data[CONF_SOURCES][SOURCE][CONF_CLIENT_ID],
        store.load(),
        save=store.save,
        load=store.load,
        broker=await stream.broker(hass, entry.options.get(OPTION_STREAM, {})),
        extras=[task for task in EXTRAS if options.get(task.value, True)],
        night=_night(options, zone),
        zone=zone,
        pace=hass.data.setdefault(_PACES, {}).setdefault(entry.entry_id, Pace()),
        redactor=redactor,
    )
    spent = SpentStore(hass, entry.entry_id)
    source.keep(spent.save, await spent.load())
    return source


def _night(options: Mapping[str, Any], zone: tzinfo) -> Night | None:
    start, end = options.get(OPTION_NIGHT_START), options.get(OPTION_NIGHT_END)
    if not start or not end or start == end:
        return None
    return Night(time.fromisoformat(start), time.fromisoformat(end), zone)


def _time(value: Any) -> object:
    """Validate a time of day (ISO 8601), which may be empty."""
    if value and not isinstance(value, str):
        raise vol.Invalid("expected a time")
    return time.fromisoformat(value) if value else value


SETUP: Final = SourceSetup(
    build=_build,
    steps=CardataSteps,
    account=tolerant({vol.Required(CONF_CLIENT_ID): NAME}),
    server=lambda _entry: BASE,
    options={
        vol.Required(OPTION_CARDATA): section(_REQUESTS, {"collapsed": False}),
        vol.Required(OPTION_STREAM): section(stream.FIELDS, {"collapsed": True}),
    },
    stored_options={
        vol.Optional(OPTION_CARDATA): tolerant(
            {
                **{vol.Optional(task.value): bool for task in EXTRAS},
                vol.Optional(OPTION_NIGHT_START): _time,
                vol.Optional(OPTION_NIGHT_END): _time,
            }
        ),
        vol.Optional(OPTION_STREAM): stream.check_stored,
    },
    normalize_options=lambda options: {
        **options,
        OPTION_STREAM: stream.normalize(options[OPTION_STREAM]),
    },
    validate_options=lambda hass, options: stream.validate(hass, options.get(OPTION_STREAM, {})),
)
