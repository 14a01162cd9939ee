"""What the steps of all sources share: the entry that they set up or change."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
)

from .const import CONF_SOURCES
from .coordinator import MyBMWConfigEntry


class AccountFlow(ConfigFlow):
    """A flow that sets up an account, or changes how one of its sources logs in."""

    VERSION = 1
    MINOR_VERSION = 1

    @property
    def _known_entry(self) -> MyBMWConfigEntry | None:
        """The entry that is changed, None if a new one is made."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None

    def _known(self, source: str) -> Mapping[str, Any]:
        """Return how a source of the entry logs in, {} if it has none."""
        entry = self._known_entry
        found: Mapping[str, Any] = {} if entry is None else entry.data[CONF_SOURCES].get(source, {})
        return found

    async def _finish(
        self,
        source: str,
        account: dict[str, Any],
        title: str,
        gcid: str | None,
        name: str,
    ) -> ConfigFlowResult:
        """Make an entry, or put the source into the one that is there.

        The unique id of an account is its `gcid`; `name` stands for it where BMW tells none.
        """
        entry = self._known_entry
        await self.async_set_unique_id(gcid or name)
        if entry is not None:
            if gcid is not None and entry.unique_id != name:
                self._abort_if_unique_id_mismatch(reason="wrong_account")
            unique_id = entry.unique_id if gcid is None else gcid
            return self.async_update_reload_and_abort(
                entry, unique_id=unique_id, data=_with_source(entry, source, account)
            )
        there = self.hass.config_entries.async_entry_for_domain_unique_id(
            self.handler, self.unique_id or ""
        )
        if there is not None and source not in there.data[CONF_SOURCES]:
            return self.async_update_reload_and_abort(
                there, data=_with_source(there, source, account), reason="source_added"
            )
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=title, data={CONF_SOURCES: {source: account}})


def _with_source(entry: MyBMWConfigEntry, source: str, account: dict[str, Any]) -> dict[str, Any]:
    sources = {**entry.data[CONF_SOURCES], source: account}
    return {**entry.data, CONF_SOURCES: sources}
