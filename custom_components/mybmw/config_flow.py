"""Setting up an account: which source, logging in again, options.

What is particular to a source is in `sources`; the id of its steps begins with its name.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .client.core.values import Unreadable
from .const import CONF_SOURCES, DOMAIN, OPTION_POSITION, OPTION_READ_ONLY
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import count_needing
from .runtime.issues import delete_issues
from .runtime.token_store import async_as_login
from .sources.entry_data import options_of, sources_of
from .sources.flow import BEGIN, AccountFlow, SourceSteps
from .sources.registry import SOURCES, async_load, names_of
from .sources.spec import SourceSpec

type Step = Callable[[dict[str, Any] | None], Awaitable[ConfigFlowResult]]

_STEP: Final = "async_step_"
_REMOVE: Final = "remove"
_GENERAL: Final[dict[Any, Any]] = {
    vol.Required(OPTION_POSITION, default=True): BooleanSelector(),
}
_COMMANDING: Final[dict[Any, Any]] = {
    vol.Required(OPTION_READ_ONLY, default=False): BooleanSelector(),
}


class MyBMWConfigFlow(AccountFlow, domain=DOMAIN):
    """Set up an account, log in to it again, or add and remove its sources."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        self._steps: dict[str, SourceSteps] = {}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Step:
            """Return a step of a source."""
            source, _, step = name.removeprefix(_STEP).partition("_")
            if not name.startswith(_STEP) or source not in SOURCES:
                raise AttributeError(name)
            if step == _REMOVE:
                return partial(self._async_remove_source, source)
            return partial(self._async_go_to, source, step or BEGIN)

    async def _async_go_to(
        self, source: str, step: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go to a step of a source."""
        if source not in self._steps:
            known = {name for entry in self._async_current_entries() for name in names_of(entry)}
            await async_load(self.hass, known | {source})
            self._steps[source] = SOURCES[source].setup.steps(self, source)
        result: ConfigFlowResult = await getattr(self._steps[source], f"{_STEP}{step}")(user_input)
        return result

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: MyBMWConfigEntry) -> MyBMWOptionsFlow:
        """Return the flow that changes options."""
        return MyBMWOptionsFlow()

    @callback
    @override
    def async_remove(self) -> None:
        """End what still goes on once the dialog was closed."""
        for steps in self._steps.values():
            steps.async_remove()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which source to begin with."""
        return self.async_show_menu(step_id="user", menu_options=list(SOURCES))

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Log in again, since a login was refused; ask which one if that is not known."""
        entry = self._get_reauth_entry()
        await async_load(self.hass, names_of(entry))
        refused = _refused(entry)
        if len(refused) == 1:
            return await self._async_go_to(refused[0], "reauth")
        steps = [f"{source}_reauth" for source in refused]
        return self.async_show_menu(step_id="reauth", menu_options=steps)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to change: renew, add or remove a source."""
        entry = self._get_reconfigure_entry()
        await async_load(self.hass, names_of(entry))
        known = sources_of(entry)
        options = [f"{name}_reconfigure" if name in known else name for name in SOURCES]
        if len(known) > 1:
            options += [f"{name}_{_REMOVE}" for name in SOURCES if name in known]
        return self.async_show_menu(step_id="reconfigure", menu_options=options)

    async def _async_remove_source(
        self, source: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on without a source, once the user has seen what goes."""
        return self._without(source) if user_input is not None else self._ask_removal(source)

    def _ask_removal(self, source: str) -> ConfigFlowResult:
        """Show what goes with a source; an account that is not loaded has no entities to count."""
        entry = self._get_reconfigure_entry()
        poller = loaded.pollers.get(source) if (loaded := _coordinator(entry)) else None
        return self.async_show_form(
            step_id=f"{source}_{_REMOVE}",
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
        delete_issues(self.hass, entry.entry_id)
        return self.async_update_reload_and_abort(entry, data=data, reason="source_removed")

    @property
    @override
    def known_entry(self) -> MyBMWConfigEntry | None:
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None

    @override
    def known(self, source: str) -> Mapping[str, Any]:
        entry = self.known_entry
        return {} if entry is None else sources_of(entry).get(source, {})

    @override
    def accounts(self, source: str) -> list[Mapping[str, Any]]:
        sources = [sources_of(entry) for entry in self._async_current_entries()]
        return [known[source] for known in sources if source in known]

    @override
    async def finish(
        self, source: str, account: dict[str, Any], title: str, unique_id: str | None
    ) -> ConfigFlowResult:
        stand_in = SOURCES[source].setup.stand_in(account)
        there = await self.async_set_unique_id(unique_id or stand_in)
        entry = self.known_entry
        if entry is not None:
            if unique_id is not None and not _has_stand_in(entry):
                self._abort_if_unique_id_mismatch(reason="wrong_account")
            if there not in (None, entry):
                return self.async_abort(reason="already_configured")
            return await self._put(entry, source, account, unique_id or entry.unique_id)
        if there is not None and source not in sources_of(there):
            return await self._put(there, source, account, there.unique_id)
        self._abort_if_unique_id_configured()
        data = {CONF_SOURCES: {source: account}}
        return self.async_create_entry(title=self._untaken(title), data=data)

    async def _put(
        self, entry: MyBMWConfigEntry, source: str, account: dict[str, Any], unique_id: str | None
    ) -> ConfigFlowResult:
        """Put a source into an entry, or renew its login there, and say which of them it was."""
        account = await async_as_login(self.hass, entry, source, account)
        known = sources_of(entry)
        data = {**entry.data, CONF_SOURCES: {**known, source: account}}
        if source in known:
            return self.async_update_reload_and_abort(entry, unique_id=unique_id, data=data)
        return self.async_update_reload_and_abort(
            entry, unique_id=unique_id, data=data, reason="source_added"
        )

    def _untaken(self, title: str) -> str:
        """Return the title, with a number if another account has it."""
        taken = {entry.title for entry in self._async_current_entries()}
        titles = (f"{title} {number}" if number > 1 else title for number in count(1))
        return next(free for free in titles if free not in taken)


class MyBMWOptionsFlow(OptionsFlowWithReload):
    """Change options; the entry is reloaded when one changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options that the sources of the account have."""
        await async_load(self.hass, names_of(self.config_entry))
        errors: dict[str, str] = {}
        if user_input is not None:
            options = user_input
            for spec in self._specs:
                options = spec.setup.tidied(options)
            wrong = await self._wrong(options)
            if wrong is None:
                return self.async_create_entry(data=options)
            errors["base"] = wrong
        known = user_input or options_of(self.config_entry)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(self._schema(), self._shown(known)),
            errors=errors,
        )

    @property
    def _specs(self) -> list[SourceSpec]:
        known = sources_of(self.config_entry)
        return [SOURCES[name] for name in names_of(self.config_entry) if name in known]

    async def _wrong(self, options: Mapping[str, Any]) -> str | None:
        """Return what is wrong with the options."""
        for spec in self._specs:
            if wrong := await spec.setup.wrong(self.hass, options):
                return wrong
        return None

    def _schema(self) -> vol.Schema:
        schema = dict(_GENERAL)
        if any(spec.commands for spec in self._specs):
            schema |= _COMMANDING
        for spec in self._specs:
            schema |= spec.setup.options
        return vol.Schema(schema)

    def _shown(self, known: Mapping[str, Any]) -> dict[str, Any]:
        usual: dict[str, Any] = {}
        for spec in self._specs:
            usual |= spec.setup.suggested(self.config_entry)
        return {**usual, **known}


def _coordinator(entry: MyBMWConfigEntry) -> GarageCoordinator | None:
    """Return what an account has set up, None before."""
    return getattr(entry, "runtime_data", None)


def _has_stand_in(entry: MyBMWConfigEntry) -> bool:
    """Tell whether an account is identified by what stands for an id that was not known."""
    accounts = sources_of(entry).items()
    stand_ins = (SOURCES[name].setup.stand_in(known) for name, known in accounts if name in SOURCES)
    return any(name is not None and name == entry.unique_id for name in stand_ins)


def _refused(entry: MyBMWConfigEntry) -> list[str]:
    """Return the sources whose login is refused, all of them if that is not known."""
    sources = [name for name in sources_of(entry) if name in SOURCES]
    pollers = loaded.pollers if (loaded := _coordinator(entry)) else {}
    refused = (
        name
        for name in sources
        if name in pollers and pollers[name].status.cause is Unreadable.LOGIN_NEEDED
    )
    return list(refused) or sources
