"""The step of the options in which the user chooses groups of entities to enable."""

from html import escape
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode
import voluptuous as vol

from .const import OPTION_ENTITIES
from .entity_choice import Choice, EntityGroup, choice_of, enable, names_of
from .sources.entry_data import options_of

_MOST_NAMES: Final = 100
_SCHEMA: Final = vol.Schema(
    {
        vol.Required(OPTION_ENTITIES, default=list): SelectSelector(
            SelectSelectorConfig(
                options=list(EntityGroup),
                translation_key="entity_group",
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
    }
)


class EntityChoiceSteps(OptionsFlowWithReload):
    """Ask which groups of entities to enable, and show which ones these are."""

    _groups: list[str]

    async def async_step_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for groups, with the numbers of their entities."""
        if user_input is not None:
            self._groups = user_input[OPTION_ENTITIES]
            return await self.async_step_preview()
        known = options_of(self.config_entry).get(OPTION_ENTITIES, [])
        schema = self.add_suggested_values_to_schema(_SCHEMA, {OPTION_ENTITIES: known})
        return self.async_show_form(
            step_id="entities", data_schema=schema, description_placeholders=self._counts()
        )

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the names of what will be enabled, and enable it after confirmation."""
        choice = choice_of(self.hass, self.config_entry, self._groups)
        if user_input is None:
            return self.async_show_form(
                step_id="preview",
                data_schema=vol.Schema({}),
                description_placeholders={
                    "count": str(len(choice.disabled)),
                    "entities": self._listed(choice),
                    "kept": str(len(choice.by_user)),
                },
            )
        # Home Assistant reloads the account half a minute after an entity was enabled
        self.automatic_reload = False
        enable(self.hass, choice)
        return self.async_create_entry(
            data={**options_of(self.config_entry), OPTION_ENTITIES: self._groups}
        )

    def _counts(self) -> dict[str, str]:
        choices = {group: choice_of(self.hass, self.config_entry, [group]) for group in EntityGroup}
        return {
            **{f"{group}_on": str(len(choice.enabled)) for group, choice in choices.items()},
            **{f"{group}_off": str(len(choice.disabled)) for group, choice in choices.items()},
        }

    def _listed(self, choice: Choice) -> str:
        """Return the names as a list in Markdown, a line for each device."""
        left, lines = _MOST_NAMES, []
        for device, names in names_of(self.hass, choice.disabled).items():
            shown, left = names[:left], max(0, left - len(names))
            more = [f"… (+{len(names) - len(shown)})"] if len(shown) < len(names) else []
            lines.append(f"- **{escape(device)}**: {', '.join([*map(escape, shown), *more])}")
        return "\n".join(lines)
