"""Config flow and options flow of an account.

The steps of each source are in `sources`; their ids begin with the name of the source.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from .client import ROAD_FACTOR
from .client.core.values import Unreadable
from .const import (
    CONF_SOURCES,
    DOMAIN,
    LEAST_ROAD_FACTOR,
    MOST_ROAD_FACTOR,
    OPTION_CARD,
    OPTION_CURRENCY,
    OPTION_ENTITIES,
    OPTION_JOURNAL,
    OPTION_POSITION,
    OPTION_READ_ONLY,
    OPTION_ROAD_FACTOR,
)
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .entity import count_entities_of
from .entity_options import EntityChoiceSteps
from .journal.form import journal_error, journal_fields
from .journal.tariff import currency_of, has_fuel_price, has_prices, without_idle_currency
from .runtime.files import mapping_of
from .runtime.issues import delete_issues
from .runtime.token_store import async_as_login
from .sources.entry_data import options_of, sources_of
from .sources.flow import BEGIN, AccountFlow, SourceSteps
from .sources.registry import SOURCES, async_end, async_load, names_of
from .sources.spec import SourceSpec

type Step = Callable[[dict[str, Any] | None], Awaitable[ConfigFlowResult]]

_STEP: Final = "async_step_"
_REMOVE: Final = "remove"
_GENERAL: Final[dict[Any, Any]] = {
    vol.Required(OPTION_POSITION, default=True): BooleanSelector(),
    vol.Optional(OPTION_ROAD_FACTOR): NumberSelector(
        NumberSelectorConfig(
            min=LEAST_ROAD_FACTOR,
            max=MOST_ROAD_FACTOR,
            step=0.05,
            mode=NumberSelectorMode.SLIDER,
        )
    ),
    vol.Optional(OPTION_CARD): BooleanSelector(),
}
_COMMANDING: Final[dict[Any, Any]] = {
    vol.Required(OPTION_READ_ONLY, default=False): BooleanSelector(),
}


class MyBMWConfigFlow(AccountFlow, domain=DOMAIN):
    """Set up an account, log in again, or add and remove its sources."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        self._steps: dict[str, SourceSteps] = {}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Step:
            """Return the method of a source's step."""
            source, _, step = name.removeprefix(_STEP).partition("_")
            if not name.startswith(_STEP) or source not in SOURCES:
                raise AttributeError(name)
            if step == _REMOVE:
                return partial(self._async_remove_source, source)
            return partial(self._async_go_to, source, step or BEGIN)

    async def _async_go_to(
        self, source: str, step: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Run a step of a source."""
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
        """Return the options flow."""
        return MyBMWOptionsFlow()

    @callback
    @override
    def async_remove(self) -> None:
        """Cancel running tasks when the flow is removed."""
        for steps in self._steps.values():
            steps.async_remove()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the first source of the account."""
        options = [step for spec in SOURCES.values() for step in spec.beginnings]
        return self.async_show_menu(step_id="user", menu_options=options)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Log in again to the source that refused the login; ask for it if it is unknown."""
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
        """Ask which source to renew, add or remove."""
        entry = self._get_reconfigure_entry()
        await async_load(self.hass, names_of(entry))
        known = sources_of(entry)
        options = [
            step
            for name, spec in SOURCES.items()
            for step in ((f"{name}_reconfigure", *spec.again) if name in known else spec.beginnings)
        ]
        if len(known) > 1:
            options += [f"{name}_{_REMOVE}" for name in SOURCES if name in known]
        return self.async_show_menu(step_id="reconfigure", menu_options=options)

    async def _async_remove_source(
        self, source: str, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Remove a source after confirmation."""
        if user_input is None:
            return self._confirm_removal(source)
        account, result = self.known(source), self._remove(source)
        await async_end(self.hass, self._get_reconfigure_entry(), {source: account})
        return result

    def _confirm_removal(self, source: str) -> ConfigFlowResult:
        """Show how many cars and entities depend on a source, if the entry is loaded."""
        entry = self._get_reconfigure_entry()
        poller = loaded.pollers.get(source) if (loaded := _coordinator(entry)) else None
        return self.async_show_form(
            step_id=f"{source}_{_REMOVE}",
            data_schema=vol.Schema({}),
            description_placeholders={
                "account": entry.title,
                "cars": str(len(poller.cars())) if poller else "?",
                "entities": str(count_entities_of(self.hass, entry, source)) if poller else "?",
            },
        )

    def _remove(self, source: str) -> ConfigFlowResult:
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
    def has(self, source: str, unique_id: str) -> bool:
        entries = self._async_current_entries()
        return any(
            entry.unique_id == unique_id and source in sources_of(entry) for entry in entries
        )

    @override
    def known(self, source: str) -> Mapping[str, Any]:
        entry = self.known_entry
        return {} if entry is None else sources_of(entry).get(source, {})

    @override
    def accounts(self, source: str) -> list[Mapping[str, Any]]:
        sources = [sources_of(entry) for entry in self._async_current_entries()]
        return [known[source] for known in sources if source in known]

    @callback
    @override
    def drop(self, source: str, vins: Iterable[str]) -> None:
        entry = self.known_entry
        if entry is not None and entry.state is ConfigEntryState.LOADED:
            for vin in vins:
                entry.runtime_data.async_drop(vin, entry.runtime_data.pollers[source])

    @override
    async def finish(
        self, source: str, account: dict[str, Any], title: str, unique_id: str | None
    ) -> ConfigFlowResult:
        fallback_id = SOURCES[source].setup.fallback_id(account)
        existing = await self.async_set_unique_id(unique_id or fallback_id)
        entry = self.known_entry
        if entry is not None:
            if unique_id is not None and not _has_fallback_id(entry):
                self._abort_if_unique_id_mismatch(reason="wrong_account")
            if existing not in (None, entry):
                return self.async_abort(reason="already_configured")
            return await self._update(entry, source, account, unique_id or entry.unique_id)
        if existing is not None and source not in sources_of(existing):
            return await self._update(existing, source, account, existing.unique_id)
        self._abort_if_unique_id_configured()
        data = {CONF_SOURCES: {source: account}}
        return self.async_create_entry(title=self._unique_title(title), data=data)

    async def _update(
        self, entry: MyBMWConfigEntry, source: str, account: dict[str, Any], unique_id: str | None
    ) -> ConfigFlowResult:
        """Add a source to an entry, or renew its login there."""
        account = await async_as_login(self.hass, entry, source, account)
        known = sources_of(entry)
        data = {**entry.data, CONF_SOURCES: {**known, source: account}}
        if source in known:
            return self.async_update_reload_and_abort(entry, unique_id=unique_id, data=data)
        return self.async_update_reload_and_abort(
            entry, unique_id=unique_id, data=data, reason="source_added"
        )

    def _unique_title(self, title: str) -> str:
        """Return the title, with a number if another account has it."""
        taken = {entry.title for entry in self._async_current_entries()}
        titles = (f"{title} {number}" if number > 1 else title for number in count(1))
        return next(free for free in titles if free not in taken)


class MyBMWOptionsFlow(EntityChoiceSteps):
    """Change options; the entry is reloaded when one changed."""

    _currency: str

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to change settings or to enable entities."""
        return self.async_show_menu(step_id="init", menu_options=["settings", "entities"])

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options that the sources of the account have."""
        await async_load(self.hass, names_of(self.config_entry))
        errors: dict[str, str] = {}
        if user_input is None:
            known = options_of(self.config_entry).get(OPTION_JOURNAL)
            self._currency = currency_of(self.hass, mapping_of(known))
        else:
            options = user_input
            for spec in self._specs:
                options = spec.setup.normalize_options(options)
            error = await self._validate(options)
            if error is None:
                if OPTION_JOURNAL in options:
                    journal = without_idle_currency(options[OPTION_JOURNAL])
                    options = {**options, OPTION_JOURNAL: journal}
                return self.async_create_entry(data={**self._kept(), **options})
            errors["base"] = error
        suggested = {**self._suggested(), **(user_input or options_of(self.config_entry))}
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(self._schema(), suggested),
            errors=errors,
        )

    def _kept(self) -> dict[str, Any]:
        """Return the options that are not in the form of settings."""
        options = options_of(self.config_entry)
        return {key: options[key] for key in (OPTION_ENTITIES,) if key in options}

    @property
    def _specs(self) -> list[SourceSpec]:
        known = sources_of(self.config_entry)
        return [SOURCES[name] for name in names_of(self.config_entry) if name in known]

    async def _validate(self, options: Mapping[str, Any]) -> str | None:
        """Return the translation key of the first error, None if the options are valid."""
        journal = options.get(OPTION_JOURNAL, {})
        if error := (journal_error(self.hass, journal) or self._currency_error(journal)):
            return error
        for spec in self._specs:
            if error := await spec.setup.validate_options(self.hass, options):
                return error
        return None

    def _currency_error(self, journal: Mapping[str, Any]) -> str | None:
        """Show prices once more in another currency before they are saved."""
        priced = has_prices(journal) or has_fuel_price(journal)
        before, self._currency = self._currency, journal.get(OPTION_CURRENCY, self._currency)
        return "currency_changed" if before != self._currency and priced else None

    def _schema(self) -> vol.Schema:
        journal = vol.Schema(journal_fields(self._currency))
        schema = _GENERAL | {
            vol.Optional(OPTION_JOURNAL): section(journal, {"collapsed": True}),
        }
        if any(spec.commands for spec in self._specs):
            schema |= _COMMANDING
        for spec in self._specs:
            schema |= spec.setup.options
        return vol.Schema(schema)

    def _suggested(self) -> dict[str, Any]:
        suggested: dict[str, Any] = {OPTION_ROAD_FACTOR: ROAD_FACTOR, OPTION_CARD: True}
        for spec in self._specs:
            suggested |= spec.setup.suggested_options(self.config_entry)
        return suggested


def _coordinator(entry: MyBMWConfigEntry) -> GarageCoordinator | None:
    """Return the coordinator of an entry, None if the entry was never set up."""
    return getattr(entry, "runtime_data", None)


def _has_fallback_id(entry: MyBMWConfigEntry) -> bool:
    """Return whether the unique id of an entry is the fallback id of one of its sources."""
    accounts = sources_of(entry).items()
    ids = (SOURCES[name].setup.fallback_id(data) for name, data in accounts if name in SOURCES)
    return any(found is not None and found == entry.unique_id for found in ids)


def _refused(entry: MyBMWConfigEntry) -> list[str]:
    """Return the sources whose login is refused, all of them if that is unknown."""
    sources = [name for name in sources_of(entry) if name in SOURCES]
    pollers = loaded.pollers if (loaded := _coordinator(entry)) else {}
    refused = [
        name
        for name in sources
        if name in pollers and pollers[name].status.cause is Unreadable.LOGIN_NEEDED
    ]
    return refused or sources
