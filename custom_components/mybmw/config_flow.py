"""Setting up an account: which source, logging in again, options."""

from collections.abc import Callable, Iterable, Mapping
import re
import ssl
from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_PREFIX, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
import voluptuous as vol

from .client import AuthError
from .client.cardata import EXTRAS, SOURCE as CARDATA
from .client.core.values import StreamState
from .client.mybmw import SOURCE as MYBMW
from .const import (
    CONF_CA,
    CONF_SOURCES,
    CONF_TLS,
    DOMAIN,
    OPTION_CARDATA,
    OPTION_INTERVAL,
    OPTION_NIGHT_END,
    OPTION_NIGHT_START,
    OPTION_POSITION,
    OPTION_READ_ONLY,
    OPTION_STREAM,
    STREAM_BMW,
    STREAM_OFF,
    STREAM_OWN,
)
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import count_needing
from .runtime.poller import PlannedPoller, issues
from .runtime.supervision import delete_issues
from .sources.cardata import CardataSteps
from .sources.entry_data import options_of, sources_of
from .sources.mybmw import MyBMWSteps
from .sources.registry import default_interval, own_tls

_FEWEST_MINUTES: Final = 5
_MOST_MINUTES: Final = 120
_MQTT_PORT: Final = 1883
_PREFIX: Final = "bmw"
_STREAMS: Final = (STREAM_BMW, STREAM_OWN, STREAM_OFF)
_PORT: Final = NumberSelector(
    NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
)
_GENERAL: Final[dict[Any, Any]] = {
    vol.Required(OPTION_POSITION, default=True): BooleanSelector(),
}
_COMMANDING: Final[dict[Any, Any]] = {
    vol.Required(OPTION_READ_ONLY, default=False): BooleanSelector(),
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
_CARDATA: Final = vol.Schema(
    {
        **{vol.Required(task.value, default=True): BooleanSelector() for task in sorted(EXTRAS)},
        vol.Optional(OPTION_NIGHT_START): TimeSelector(),
        vol.Optional(OPTION_NIGHT_END): TimeSelector(),
    }
)
_STREAM: Final = vol.Schema(
    {
        vol.Required(OPTION_STREAM, default=STREAM_BMW): SelectSelector(
            SelectSelectorConfig(
                options=list(_STREAMS),
                translation_key="stream",
                mode=SelectSelectorMode.LIST,
            )
        ),
        vol.Optional(CONF_HOST): TextSelector(),
        vol.Optional(CONF_PORT, default=_MQTT_PORT): _PORT,
        vol.Optional(CONF_TLS, default=False): BooleanSelector(),
        vol.Optional(CONF_CA): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Optional(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="off")),
        vol.Optional(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
        vol.Optional(CONF_PREFIX, default=_PREFIX): TextSelector(),
    }
)
_WILD: Final = re.compile(r"[#+\0]")
_TIDY: Final[Mapping[str, Callable[[Any], Any]]] = {
    OPTION_INTERVAL: int,
    CONF_PORT: int,
    CONF_HOST: str.strip,
    CONF_PREFIX: lambda prefix: prefix.strip().rstrip("/#+") or _PREFIX,
}


class MyBMWConfigFlow(CardataSteps, MyBMWSteps, domain=DOMAIN):
    """Set up an account, log in to it again, or add and remove its sources."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: MyBMWConfigEntry) -> MyBMWOptionsFlow:
        """Return the flow that changes options."""
        return MyBMWOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which source to begin with."""
        return self.async_show_menu(step_id="user", menu_options=[CARDATA, MYBMW])

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Log in again, since a login was refused; ask which one if that is not known."""
        steps = {CARDATA: "cardata_reauth", MYBMW: "reauth_confirm"}
        refused = [steps[source] for source in _refused(self._get_reauth_entry())]
        if refused == ["cardata_reauth"]:
            return await self.async_step_cardata_reauth()
        if refused == ["reauth_confirm"]:
            return await self.async_step_reauth_confirm()
        return self.async_show_menu(step_id="reauth", menu_options=refused)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to change: renew, add or remove a source."""
        sources = sources_of(self._get_reconfigure_entry())
        options = [
            "cardata_reauth" if CARDATA in sources else CARDATA,
            "mybmw_again" if MYBMW in sources else MYBMW,
        ]
        if len(sources) > 1:
            options += ["remove_cardata", "remove_mybmw"]
        return self.async_show_menu(step_id="reconfigure", menu_options=options)

    async def async_step_remove_cardata(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on without CarData, once the user has seen what goes."""
        return self._without(CARDATA) if user_input is not None else self._ask_removal(CARDATA)

    async def async_step_remove_mybmw(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on without the MyBMW app API, once the user has seen what goes."""
        return self._without(MYBMW) if user_input is not None else self._ask_removal(MYBMW)

    def _ask_removal(self, source: str) -> ConfigFlowResult:
        """Show what goes with a source; an account that is not loaded has no entities to count."""
        entry = self._get_reconfigure_entry()
        poller = loaded.pollers.get(source) if (loaded := _coordinator(entry)) else None
        return self.async_show_form(
            step_id=f"remove_{source}",
            data_schema=vol.Schema({}),
            description_placeholders={
                "account": entry.title,
                "cars": str(len(poller.cars())) if poller else "?",
                "entities": str(count_needing(self.hass, entry, source)) if poller else "?",
            },
        )

    def _without(self, source: str) -> ConfigFlowResult:
        entry = self._get_reconfigure_entry()
        rest = {key: value for key, value in sources_of(entry).items() if key != source}
        data = {**entry.data, CONF_SOURCES: rest}
        for issue in issues(entry.entry_id):
            ir.async_delete_issue(self.hass, DOMAIN, issue)
        delete_issues(self.hass, entry.entry_id)
        return self.async_update_reload_and_abort(entry, data=data, reason="source_removed")


class MyBMWOptionsFlow(OptionsFlowWithReload):
    """Change options; the entry is reloaded when one changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options that the sources of the account have."""
        errors: dict[str, str] = {}
        if user_input is not None:
            options = _cleaned(user_input)
            wrong = await self._wrong(options.get(OPTION_STREAM, {}))
            if wrong is None:
                return self.async_create_entry(data=options)
            errors["base"] = wrong
        known = user_input or options_of(self.config_entry)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(self._schema(), self._shown(known)),
            errors=errors,
        )

    async def _wrong(self, stream: Mapping[str, Any]) -> str | None:
        """Return what is wrong with the user's own broker."""
        if stream.get(OPTION_STREAM) != STREAM_OWN:
            return None
        if not stream.get(CONF_HOST):
            return "host_missing"
        if _WILD.search(stream.get(CONF_PREFIX, "")):
            return "prefix_invalid"
        try:
            await self.hass.async_add_executor_job(own_tls, stream.get(CONF_CA))
        except ssl.SSLError:
            return "ca_invalid"
        return None

    def _schema(self) -> vol.Schema:
        sources = sources_of(self.config_entry)
        schema: dict[Any, Any] = dict(_GENERAL)
        if MYBMW in sources:
            schema |= _COMMANDING
        if CARDATA in sources:
            schema[vol.Required(OPTION_CARDATA)] = section(_CARDATA, {"collapsed": False})
            schema[vol.Required(OPTION_STREAM)] = section(_STREAM, {"collapsed": True})
        return vol.Schema(schema)

    def _shown(self, known: Mapping[str, Any]) -> dict[str, Any]:
        usual: dict[str, Any] = {}
        if MYBMW in sources_of(self.config_entry):
            usual[OPTION_INTERVAL] = default_interval(self.config_entry).total_seconds() / 60
        return {**usual, **known}


def _cleaned(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are kept: numbers are whole, and nothing is around texts."""
    return {
        key: _cleaned(value)
        if isinstance(value, dict)
        else _TIDY[key](value)
        if key in _TIDY
        else value
        for key, value in user_input.items()
    }


def _coordinator(entry: MyBMWConfigEntry) -> GarageCoordinator | None:
    """Return what an account has set up, None before."""
    return getattr(entry, "runtime_data", None)


def _refused(entry: MyBMWConfigEntry) -> Iterable[str]:
    """Return the sources whose login is refused, all of them if that is not known."""
    sources = list(sources_of(entry))
    coordinator = _coordinator(entry)
    pollers = {} if coordinator is None else coordinator.pollers
    refused = [
        name
        for name in sources
        if (poller := pollers.get(name)) is not None
        and (
            isinstance(poller.error, AuthError)
            or (
                isinstance(poller, PlannedPoller)
                and poller.source.status.stream is StreamState.LOGIN_NEEDED
            )
        )
    ]
    return refused or sources
