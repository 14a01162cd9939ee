"""The steps of the MyBMW app API: region, account, captcha."""

import logging
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_REGION, CONF_USERNAME
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..client import CaptchaError, ClientError, Redactor
from ..client.mybmw import SERVERS, SOURCE, Region, Tokens
from ..const import CONF_CAPTCHA, CONF_TOKENS
from .flow import AccountFlow, name_of
from .registry import async_authenticator

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


class MyBMWSteps(AccountFlow):
    """Log in with user name and password, and a captcha where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self._data: dict[str, Any] = {}

    async def async_step_mybmw(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the account."""
        if user_input is not None:
            self._data = {**user_input, CONF_USERNAME: user_input[CONF_USERNAME].strip()}
            if self._known_entry is None and self._is_set_up():
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

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password, since the login was refused."""
        return await self._again("reauth_confirm", user_input)

    async def async_step_mybmw_again(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password, since the user wants to renew the login."""
        return await self._again("mybmw_again", user_input)

    async def _again(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        if user_input is not None:
            names = {key: self._known(SOURCE)[key] for key in (CONF_REGION, CONF_USERNAME)}
            self._data = {**names, **user_input}
            return await self.async_step_captcha()
        return self._ask_password(step, {})

    async def _log_in(self, captcha: str | None = None) -> ConfigFlowResult:
        data = {**self._data, CONF_CAPTCHA: captcha}
        login = await async_authenticator(self.hass, data, Redactor())
        try:
            tokens = await login.log_in()
        except ClientError as error:
            _LOGGER.debug("The login failed: %s", error)
            return self._ask_once_more(error)
        return await self._logged_in(tokens)

    async def _logged_in(self, tokens: Tokens) -> ConfigFlowResult:
        account = {
            CONF_REGION: self._data[CONF_REGION],
            CONF_USERNAME: self._data[CONF_USERNAME],
            CONF_TOKENS: tokens.dump(),
        }
        if not SERVERS[Region(self._data[CONF_REGION])].captcha_page:
            account[CONF_PASSWORD] = self._data[CONF_PASSWORD]
        title = self._data[CONF_USERNAME]
        return await self._finish(SOURCE, account, title, tokens.gcid)

    def _is_set_up(self) -> bool:
        return name_of(self._data) in map(name_of, self._accounts(SOURCE))

    def _ask_once_more(self, error: ClientError) -> ConfigFlowResult:
        """Show the form that can mend the error; a captcha token is used up in any case."""
        if isinstance(error, CaptchaError):
            return self._ask_captcha({CONF_CAPTCHA: error.key})
        errors = {"base": error.key}
        if not self._known(SOURCE):
            return self._ask_account(errors)
        step = "reauth_confirm" if self.source == SOURCE_REAUTH else "mybmw_again"
        return self._ask_password(step, errors)

    def _ask_account(self, errors: dict[str, str]) -> ConfigFlowResult:
        known = {key: value for key, value in self._data.items() if key != CONF_PASSWORD}
        return self.async_show_form(
            step_id="mybmw",
            data_schema=self.add_suggested_values_to_schema(_ACCOUNT, known),
            errors=errors,
        )

    def _ask_password(self, step: str, errors: dict[str, str]) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=_PASSWORD,
            errors=errors,
            description_placeholders={"username": self._known(SOURCE)[CONF_USERNAME]},
        )

    def _ask_captcha(self, errors: dict[str, str]) -> ConfigFlowResult:
        page = SERVERS[Region(self._data[CONF_REGION])].captcha_page
        return self.async_show_form(
            step_id="captcha",
            data_schema=_CAPTCHA,
            errors=errors,
            description_placeholders={"captcha_url": page},
        )
