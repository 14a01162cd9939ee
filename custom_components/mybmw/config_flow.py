"""Setting up an account: a step for every source, logging in again, options."""

from collections.abc import Mapping
import logging
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_PASSWORD, CONF_REGION, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from . import async_login, default_interval, tokens_as_data
from .client import CaptchaError, ClientError, Redactor
from .client.mybmw import SERVERS, SOURCE, Region, Tokens
from .const import (
    CONF_CAPTCHA,
    CONF_SOURCES,
    CONF_TOKENS,
    DOMAIN,
    OPTION_INTERVAL,
    OPTION_POSITION,
    OPTION_READ_ONLY,
)
from .coordinator import MyBMWConfigEntry

_LOGGER = logging.getLogger(__name__)

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
_FEWEST_MINUTES: Final = 5
_MOST_MINUTES: Final = 120
_OPTIONS: Final = vol.Schema(
    {
        vol.Required(OPTION_READ_ONLY, default=False): BooleanSelector(),
        vol.Required(OPTION_POSITION, default=True): BooleanSelector(),
        vol.Required(OPTION_INTERVAL): NumberSelector(
            NumberSelectorConfig(
                min=_FEWEST_MINUTES,
                max=_MOST_MINUTES,
                step=1,
                unit_of_measurement="min",
                mode=NumberSelectorMode.BOX,
            )
        ),
    }
)


class MyBMWConfigFlow(ConfigFlow, domain=DOMAIN):
    """Set up an account, or log in to it again."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: MyBMWConfigEntry) -> MyBMWOptionsFlow:
        """Return the flow that changes options."""
        return MyBMWOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the account."""
        if user_input is not None:
            self._data = {**user_input, CONF_USERNAME: user_input[CONF_USERNAME].strip()}
            if self._is_set_up():
                return self.async_abort(reason="already_configured")
            return await self.async_step_captcha()
        return self._ask_account({})

    async def async_step_captcha(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a captcha token, where there is a page that makes them, and log in."""
        if not SERVERS[Region(self._data[CONF_REGION])].captcha_page:
            return await self._log_in()
        captcha = (user_input or {}).get(CONF_CAPTCHA, "").strip()
        if captcha:
            return await self._log_in(captcha)
        errors = {} if user_input is None else {CONF_CAPTCHA: CaptchaError.key}
        return self._ask_captcha(errors)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Log in again, since the login was refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password."""
        return await self._again("reauth_confirm", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the password."""
        return await self._again("reconfigure", user_input)

    async def _again(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        known = self._entry().data[CONF_SOURCES][SOURCE]
        if user_input is not None:
            names = {key: known[key] for key in (CONF_REGION, CONF_USERNAME)}
            self._data = {**names, **user_input}
            return await self.async_step_captcha()
        return self._ask_password(step, {})

    async def _log_in(self, captcha: str | None = None) -> ConfigFlowResult:
        redactor = Redactor()
        _, login = await async_login(self.hass, {**self._data, CONF_CAPTCHA: captcha}, redactor)
        try:
            tokens = await login.log_in()
        except ClientError as error:
            _LOGGER.debug("The login failed: %s", error)
            return self._ask_again(error)
        return await self._finish(tokens)

    async def _finish(self, tokens: Tokens) -> ConfigFlowResult:
        account = {
            CONF_REGION: self._data[CONF_REGION],
            CONF_USERNAME: self._data[CONF_USERNAME],
            CONF_TOKENS: tokens_as_data(tokens),
        }
        if not SERVERS[Region(self._data[CONF_REGION])].captcha_page:
            account[CONF_PASSWORD] = self._data[CONF_PASSWORD]
        await self.async_set_unique_id(tokens.gcid or _by_name(self._data))
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            entry = self._entry()
            if entry.unique_id != _by_name(self._data):
                self._abort_if_unique_id_mismatch(reason="wrong_account")
            sources = {**entry.data[CONF_SOURCES], SOURCE: account}
            return self.async_update_reload_and_abort(
                entry, unique_id=self.unique_id, data={**entry.data, CONF_SOURCES: sources}
            )
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=self._data[CONF_USERNAME], data={CONF_SOURCES: {SOURCE: account}}
        )

    def _is_set_up(self) -> bool:
        known = (
            entry.data[CONF_SOURCES].get(SOURCE, {}) for entry in self._async_current_entries()
        )
        return _by_name(self._data) in map(_by_name, filter(None, known))

    def _entry(self) -> MyBMWConfigEntry:
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry()

    def _ask_again(self, error: ClientError) -> ConfigFlowResult:
        """Show the form that can mend the error; a captcha token is used up in any case."""
        errors = {"base": error.key}
        if self.source == SOURCE_REAUTH:
            return self._ask_password("reauth_confirm", errors)
        if self.source == SOURCE_RECONFIGURE:
            return self._ask_password("reconfigure", errors)
        return self._ask_account(errors)

    def _ask_account(self, errors: dict[str, str]) -> ConfigFlowResult:
        known = {key: value for key, value in self._data.items() if key != CONF_PASSWORD}
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_ACCOUNT, known),
            errors=errors,
        )

    def _ask_password(self, step: str, errors: dict[str, str]) -> ConfigFlowResult:
        known = self._entry().data[CONF_SOURCES][SOURCE]
        return self.async_show_form(
            step_id=step,
            data_schema=_PASSWORD,
            errors=errors,
            description_placeholders={"username": known[CONF_USERNAME]},
        )

    def _ask_captcha(self, errors: dict[str, str]) -> ConfigFlowResult:
        page = SERVERS[Region(self._data[CONF_REGION])].captcha_page
        return self.async_show_form(
            step_id="captcha",
            data_schema=_CAPTCHA,
            errors=errors,
            description_placeholders={"captcha_url": page},
        )


class MyBMWOptionsFlow(OptionsFlowWithReload):
    """Change options; the entry is reloaded when one changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options."""
        if user_input is not None:
            minutes = int(user_input[OPTION_INTERVAL])
            return self.async_create_entry(data={**user_input, OPTION_INTERVAL: minutes})
        usual = default_interval(self.config_entry).total_seconds() / 60
        known = {OPTION_INTERVAL: usual, **self.config_entry.options}
        return self.async_show_form(
            step_id="init", data_schema=self.add_suggested_values_to_schema(_OPTIONS, known)
        )


def _by_name(data: Mapping[str, Any]) -> str:
    return f"{data[CONF_REGION]}-{data[CONF_USERNAME]}".lower()
