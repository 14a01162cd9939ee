"""Set-up of the MyBMW app API: region, account, captcha and polling interval."""

from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_REGION, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import instance_id
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import CaptchaError, ClientError, Http, Redactor
from ..client.mybmw import (
    SERVERS,
    SOURCE,
    AppAccount,
    Authenticator,
    MyBMWSource,
    MyBMWTokens,
    Region,
    build_id,
    connect,
)
from ..const import CONF_CAPTCHA, CONF_SOURCES, CONF_TOKENS, OPTION_INTERVAL
from ..runtime.token_store import TokenStore
from .entry_data import NAME, OPTIONAL_TEXT, number, tolerant
from .flow import BEGIN, AccountFlow, SourceSteps
from .spec import SourceSetup

_LOGGER = logging.getLogger(__name__)

_INTERVALS: Final = {Region.NORTH_AMERICA: timedelta(minutes=10)}
_DEFAULT_INTERVAL: Final = timedelta(minutes=5)
_MIN_MINUTES: Final = 5
_MAX_MINUTES: Final = 120
_MAX_STORED_MINUTES: Final = 24 * 60
_SECRET: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_ACCOUNT: Final = vol.Schema(
    {
        vol.Required(CONF_REGION, default=Region.REST_OF_WORLD.value): SelectSelector(
            SelectSelectorConfig(
                options=[region.value for region in Region], translation_key="region"
            )
        ),
        vol.Required(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="username")),
        vol.Required(CONF_PASSWORD): _SECRET,
    }
)
_PASSWORD: Final = vol.Schema({vol.Required(CONF_PASSWORD): _SECRET})
_CAPTCHA: Final = vol.Schema({vol.Required(CONF_CAPTCHA): TextSelector()})


class MyBMWSteps(SourceSteps):
    """Log in with username and password, and a captcha where the region requires one."""

    def __init__(self, flow: AccountFlow, source: str) -> None:
        super().__init__(flow, source)
        self._data: dict[str, Any] = {}

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the account."""
        if user_input is not None:
            self._data = {**user_input, CONF_USERNAME: user_input[CONF_USERNAME].strip()}
            if self.flow.known_entry is None and self._is_set_up():
                return self.flow.async_abort(reason="already_configured")
            return await self.async_step_captcha()
        return self._ask_account({})

    async def async_step_captcha(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a captcha token if the region requires one, and log in."""
        if not SERVERS[Region(self._data[CONF_REGION])].captcha_page:
            return await self._log_in()
        captcha = (user_input or {}).get(CONF_CAPTCHA, "").strip()
        if captcha:
            return await self._log_in(captcha)
        errors = {} if user_input is None else {CONF_CAPTCHA: CaptchaError.key}
        return self._ask_captcha(errors)

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the password, since the login was refused."""
        return await self._renew("reauth", user_input)

    @override
    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password to renew the login."""
        return await self._renew("reconfigure", user_input)

    async def _renew(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        if user_input is not None:
            names = {key: self.flow.known(SOURCE)[key] for key in (CONF_REGION, CONF_USERNAME)}
            self._data = {**names, **user_input}
            return await self.async_step_captcha()
        return self._ask_password(step, {})

    async def _log_in(self, captcha: str | None = None) -> ConfigFlowResult:
        data = {**self._data, CONF_CAPTCHA: captcha}
        login = await _authenticator(self.hass, data)
        try:
            tokens = await login.log_in()
        except ClientError as error:
            _LOGGER.debug("The login failed: %s", error)
            return self._show_error(error)
        return await self._finish(tokens)

    async def _finish(self, tokens: MyBMWTokens) -> ConfigFlowResult:
        account = {
            CONF_REGION: self._data[CONF_REGION],
            CONF_USERNAME: self._data[CONF_USERNAME],
            CONF_TOKENS: tokens.dump(),
        }
        if not SERVERS[Region(self._data[CONF_REGION])].captcha_page:
            account[CONF_PASSWORD] = self._data[CONF_PASSWORD]
        title = self._data[CONF_USERNAME]
        return await self.flow.finish(SOURCE, account, title, tokens.gcid)

    def _is_set_up(self) -> bool:
        return _account_id(self._data) in map(_account_id, self.flow.accounts(SOURCE))

    def _show_error(self, error: ClientError) -> ConfigFlowResult:
        """Show the form in which the error can be corrected; a captcha token is valid once."""
        if isinstance(error, CaptchaError):
            return self._ask_captcha({CONF_CAPTCHA: error.key})
        errors = {"base": error.key}
        if not self.flow.known(SOURCE):
            return self._ask_account(errors)
        step = "reauth" if self.flow.source == SOURCE_REAUTH else "reconfigure"
        return self._ask_password(step, errors)

    def _ask_account(self, errors: dict[str, str]) -> ConfigFlowResult:
        known = {key: value for key, value in self._data.items() if key != CONF_PASSWORD}
        schema = self.flow.add_suggested_values_to_schema(_ACCOUNT, known)
        return self.show_form(BEGIN, schema, errors)

    def _ask_password(self, step: str, errors: dict[str, str]) -> ConfigFlowResult:
        names = {"username": self.flow.known(SOURCE)[CONF_USERNAME]}
        return self.show_form(step, _PASSWORD, errors, names)

    def _ask_captcha(self, errors: dict[str, str]) -> ConfigFlowResult:
        page = SERVERS[Region(self._data[CONF_REGION])].captcha_page
        return self.show_form("captcha", _CAPTCHA, errors, {"captcha_url": page})


def _account_id(account: Mapping[str, Any]) -> str:
    """Return an id for an account whose id BMW does not send."""
    return f"{account[CONF_REGION]}-{account[CONF_USERNAME]}".lower()


async def _authenticator(hass: HomeAssistant, data: Mapping[str, Any]) -> Authenticator:
    account = AppAccount(
        region=Region(data[CONF_REGION]),
        username=data[CONF_USERNAME],
        build=build_id(await instance_id.async_get(hass), 0),
        password=data.get(CONF_PASSWORD),
        captcha=data.get(CONF_CAPTCHA),
    )
    return Authenticator(Http(get_async_client(hass), Redactor()), account)


async def _build(hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor) -> MyBMWSource:
    store = TokenStore(hass, entry, SOURCE, MyBMWTokens.load, redactor)
    await store.async_begin()
    data = entry.data[CONF_SOURCES][SOURCE]
    return connect(
        get_async_client(hass),
        data[CONF_REGION],
        data[CONF_USERNAME],
        data.get(CONF_PASSWORD),
        tokens=store.load(),
        save=store.save,
        load=store.load,
        device=await instance_id.async_get(hass),
        zone=dt_util.get_default_time_zone(),
        observer=(hass.config.latitude, hass.config.longitude),
        redactor=redactor,
    )


def _interval(entry: ConfigEntry) -> timedelta:
    """Return the polling interval that the user has set, or the default one of the region."""
    minutes = entry.options.get(OPTION_INTERVAL)
    return timedelta(minutes=minutes) if minutes else _default_interval(entry)


def _default_interval(entry: ConfigEntry) -> timedelta:
    return _INTERVALS.get(_region(entry), _DEFAULT_INTERVAL)


def _region(entry: ConfigEntry) -> Region:
    return Region(entry.data[CONF_SOURCES][SOURCE][CONF_REGION])


SETUP: Final = SourceSetup(
    build=_build,
    steps=MyBMWSteps,
    account=tolerant(
        {
            vol.Required(CONF_REGION): vol.In([region.value for region in Region]),
            vol.Required(CONF_USERNAME): NAME,
            vol.Optional(CONF_PASSWORD): OPTIONAL_TEXT,
        }
    ),
    server=lambda entry: SERVERS[_region(entry)].url("/"),
    fallback_id=_account_id,
    options={
        vol.Required(OPTION_INTERVAL): NumberSelector(
            NumberSelectorConfig(
                min=_MIN_MINUTES,
                max=_MAX_MINUTES,
                step=1,
                unit_of_measurement="min",
                mode=NumberSelectorMode.BOX,
            )
        )
    },
    suggested_options=lambda entry: {
        OPTION_INTERVAL: _default_interval(entry).total_seconds() / 60
    },
    stored_options={vol.Optional(OPTION_INTERVAL): number(1, _MAX_STORED_MINUTES)},
    normalize_options=lambda options: {**options, OPTION_INTERVAL: int(options[OPTION_INTERVAL])},
    interval=_interval,
)
