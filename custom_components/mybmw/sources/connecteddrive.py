"""The legacy ConnectedDrive API: the server, the account, how often to ask."""

from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
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
import voluptuous as vol

from ..client import ClientError, Http, InvalidValueError, Redactor
from ..client.connecteddrive import (
    RETIRED,
    SOURCE,
    ConnectedDriveAccount,
    ConnectedDriveSource,
    ConnectedDriveTokens,
    PasswordAuthenticator,
    connect,
    server_url,
)
from ..const import (
    CONF_API_KEY,
    CONF_API_SECRET,
    CONF_SECURITY_ANSWER,
    CONF_SOURCES,
    CONF_TOKENS,
    OPTION_POSITION,
)
from ..runtime.token_store import TokenStore
from .entry_data import NAME, OPTIONAL_TEXT, number, tolerant
from .flow import BEGIN, AccountFlow, SourceSteps
from .spec import SourceSetup

_LOGGER = logging.getLogger(__name__)

OPTION_INTERVAL: Final = "connecteddrive_interval"

_USUAL_MINUTES: Final = 5
_MOST_MINUTES: Final = 120
_MOST_KEPT_MINUTES: Final = 24 * 60
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_SERVER: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(RETIRED), custom_value=True, translation_key="connecteddrive_server"
    )
)
_ACCOUNT: Final = vol.Schema(
    {
        vol.Required(CONF_URL): _SERVER,
        vol.Required(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="username")),
        vol.Required(CONF_PASSWORD): _SECRET,
        vol.Required(CONF_API_KEY): _SECRET,
        vol.Required(CONF_API_SECRET): _SECRET,
    }
)
_AGAIN: Final = vol.Schema(
    {field: kind for field, kind in _ACCOUNT.schema.items() if field != CONF_USERNAME}
)
_PASSWORD: Final = vol.Schema({vol.Required(CONF_PASSWORD): _SECRET})
_HIDDEN: Final = (CONF_PASSWORD, CONF_API_KEY, CONF_API_SECRET)


class ConnectedDriveSteps(SourceSteps):
    """Log in to a server with the password and the keys that the user brings."""

    def __init__(self, flow: AccountFlow, source: str) -> None:
        super().__init__(flow, source)
        self._data: dict[str, Any] = {}

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the server and the account."""
        if user_input is None:
            return self._ask(BEGIN, {})
        self._data = {**user_input, CONF_USERNAME: user_input[CONF_USERNAME].strip()}
        return await self._log_in(BEGIN)

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the password, since the login was refused."""
        return await self._again("reauth", user_input)

    @override
    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what may have changed: the server, the password, the keys."""
        return await self._again("reconfigure", user_input)

    async def _again(self, step: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        self._data = {**self.flow.known(SOURCE), **(user_input or {})}
        return await self._log_in(step) if user_input is not None else self._ask(step, {})

    async def _log_in(self, step: str) -> ConfigFlowResult:
        try:
            self._data[CONF_URL] = server_url(self._data[CONF_URL])
        except InvalidValueError:
            return self._ask(step, {CONF_URL: "server_form"})
        account = _account(self._data)
        login = PasswordAuthenticator(Http(get_async_client(self.hass), Redactor()), account)
        try:
            tokens = await login.log_in()
        except ClientError as error:
            _LOGGER.debug("The login failed: %s", error)
            return self._ask(step, {"base": error.key})
        known = {key: value for key, value in self._data.items() if key != CONF_TOKENS}
        kept = {**known, CONF_TOKENS: tokens.dump()}
        return await self.flow.finish(SOURCE, kept, self._data[CONF_USERNAME], None)

    def _ask(self, step: str, errors: dict[str, str]) -> ConfigFlowResult:
        """Show the form of a step; secrets are asked for anew."""
        if step == "reauth" and self.flow.source == SOURCE_REAUTH:
            names = {"username": self._data[CONF_USERNAME]}
            return self.show_form(step, _PASSWORD, errors, names)
        known = {key: value for key, value in self._data.items() if key not in _HIDDEN}
        names = {"username": known.get(CONF_USERNAME, "")}
        form = _ACCOUNT if step == BEGIN else _AGAIN
        schema = self.flow.add_suggested_values_to_schema(form, known)
        return self.show_form(step, schema, errors, None if step == BEGIN else names)


def _account(data: Mapping[str, Any]) -> ConnectedDriveAccount:
    return ConnectedDriveAccount(
        server=data[CONF_URL],
        username=data[CONF_USERNAME],
        password=data[CONF_PASSWORD],
        key=data[CONF_API_KEY],
        secret=data[CONF_API_SECRET],
        answer=data.get(CONF_SECURITY_ANSWER),
    )


def name_of(account: Mapping[str, Any]) -> str:
    """Return what stands for the id of an account, which the service does not send."""
    return f"{account[CONF_URL]}-{account[CONF_USERNAME]}".lower()


async def _build(
    hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor
) -> ConnectedDriveSource:
    store = TokenStore(hass, entry, SOURCE, ConnectedDriveTokens.load, redactor)
    await store.async_begin()
    home = (hass.config.latitude, hass.config.longitude)
    return connect(
        get_async_client(hass),
        _account(entry.data[CONF_SOURCES][SOURCE]),
        tokens=store.load(),
        save=store.save,
        load=store.load,
        observer=home if entry.options.get(OPTION_POSITION, True) else None,
        redactor=redactor,
    )


def _interval(entry: ConfigEntry) -> timedelta:
    return timedelta(minutes=entry.options.get(OPTION_INTERVAL, _USUAL_MINUTES))


def _server(entry: ConfigEntry) -> str:
    return f"{entry.data[CONF_SOURCES][SOURCE][CONF_URL]}/"


SETUP: Final = SourceSetup(
    build=_build,
    steps=ConnectedDriveSteps,
    account=tolerant(
        {
            vol.Required(CONF_URL): NAME,
            vol.Required(CONF_USERNAME): NAME,
            vol.Required(CONF_PASSWORD): NAME,
            vol.Required(CONF_API_KEY): NAME,
            vol.Required(CONF_API_SECRET): NAME,
            vol.Optional(CONF_SECURITY_ANSWER): OPTIONAL_TEXT,
        }
    ),
    server=_server,
    fallback_id=name_of,
    options={
        vol.Required(OPTION_INTERVAL): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=_MOST_MINUTES,
                step=1,
                unit_of_measurement="min",
                mode=NumberSelectorMode.BOX,
            )
        )
    },
    suggested_options=lambda _entry: {OPTION_INTERVAL: _USUAL_MINUTES},
    stored_options={vol.Optional(OPTION_INTERVAL): number(1, _MOST_KEPT_MINUTES)},
    normalize_options=lambda options: {**options, OPTION_INTERVAL: int(options[OPTION_INTERVAL])},
    interval=_interval,
)
