"""Repair flows of the MyBMW integration."""

from functools import partial
from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.components.repairs.const import FlowType
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from .const import CONF_SECURITY_ANSWER, CONF_SOURCES, DOMAIN
from .runtime.issues import ANSWER_NEEDED
from .sources.registry import SOURCES, names_of

_ANSWER: Final = vol.Schema(
    {
        vol.Required(CONF_SECURITY_ANSWER): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD)
        )
    }
)

type Data = dict[str, str | int | float | None] | None


class BlockedFlow(RepairsFlow):
    """Add another source to an account whose only one is blocked, or remove the blocked one."""

    def __init__(self, entry: ConfigEntry, blocked: str) -> None:
        self._entry = entry
        self._blocked = blocked
        self._others = [name for name, spec in SOURCES.items() if spec.replaces and name != blocked]
        for name in self._others:
            setattr(self, f"async_step_add_{name}", partial(self._async_add, name))

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask what to do; the only source is removed with its account."""
        read = set(names_of(self._entry)) - {self._blocked}
        others = [f"add_{name}" for name in self._others]
        options = ["remove_source"] if read else [*others, "remove_account"]
        return self.async_show_menu(
            step_id="init",
            menu_options=options,
            description_placeholders={"account": self._entry.title},
        )

    async def _async_add(
        self, source: str, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Continue with the config flow that adds a source."""
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_RECONFIGURE, "entry_id": self._entry.entry_id},
        )
        await self.hass.config_entries.flow.async_configure(
            flow["flow_id"], {"next_step_id": source}
        )
        next_flow = (FlowType.CONFIG_FLOW, flow["flow_id"])
        return self.async_abort(reason="continue_in_account", next_flow=next_flow)

    async def async_step_remove_source(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Remove the blocked source after confirmation."""
        if user_input is None:
            return self._confirm("remove_source")
        sources = dict(self._entry.data[CONF_SOURCES])
        sources.pop(self._blocked, None)
        data = {**self._entry.data, CONF_SOURCES: sources}
        self.hass.config_entries.async_update_entry(self._entry, data=data)
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})

    async def async_step_remove_account(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Remove the account after confirmation."""
        if user_input is None:
            return self._confirm("remove_account")
        await self.hass.config_entries.async_remove(self._entry.entry_id)
        return self.async_create_entry(data={})

    def _confirm(self, step: str) -> RepairsFlowResult:
        placeholders = {"account": self._entry.title}
        return self.async_show_form(step_id=step, description_placeholders=placeholders)


class AnswerFlow(RepairsFlow):
    """Take the answer to the security question of an account."""

    def __init__(self, entry: ConfigEntry, source: str) -> None:
        self._entry = entry
        self._source = source

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask for the answer, and keep it with the login."""
        sources = dict(self._entry.data[CONF_SOURCES])
        if user_input is None or self._source not in sources:
            return self.async_show_form(
                step_id="init",
                data_schema=_ANSWER,
                description_placeholders={"account": self._entry.title},
            )
        answer = user_input[CONF_SECURITY_ANSWER].strip()
        sources[self._source] = {**sources[self._source], CONF_SECURITY_ANSWER: answer}
        data = {**self._entry.data, CONF_SOURCES: sources}
        self.hass.config_entries.async_update_entry(self._entry, data=data)
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


class GoneFlow(RepairsFlow):
    """Delete an issue of an account that was removed."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Delete the issue."""
        ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: Data) -> RepairsFlow:
    """Return the repair flow of an issue."""
    data = data or {}
    entry = hass.config_entries.async_get_entry(str(data.get("entry_id")))
    if entry is None:
        return GoneFlow()
    kind = AnswerFlow if issue_id.startswith(ANSWER_NEEDED) else BlockedFlow
    return kind(entry, str(data.get("source")))
