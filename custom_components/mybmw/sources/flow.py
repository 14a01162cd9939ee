"""What the steps of all sources share: the entry that they set up or change."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_REGION, CONF_USERNAME

from ..const import CONF_SOURCES
from ..coordinator import MyBMWConfigEntry
from ..runtime.token_store import async_as_login
from .entry_data import sources_of


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
        return {} if entry is None else sources_of(entry).get(source, {})

    def _accounts(self, source: str) -> list[Mapping[str, Any]]:
        """Return how all accounts that are set up log in to a source."""
        sources = [sources_of(entry) for entry in self._async_current_entries()]
        return [known[source] for known in sources if source in known]

    async def _finish(
        self, source: str, account: dict[str, Any], title: str, gcid: str | None
    ) -> ConfigFlowResult:
        """Make an entry, or put the source into the one that is there.

        The unique id of an account is its `gcid`; its name stands for it where BMW tells none.
        """
        there = await self.async_set_unique_id(gcid or name_of(account))
        entry = self._known_entry
        if entry is not None:
            if gcid is not None and not _goes_by_name(entry):
                self._abort_if_unique_id_mismatch(reason="wrong_account")
            if there not in (None, entry):
                return self.async_abort(reason="already_configured")
            return await self._put(entry, source, account, gcid or entry.unique_id)
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
        data = _with_source(entry, source, account)
        if source in sources_of(entry):
            return self.async_update_reload_and_abort(entry, unique_id=unique_id, data=data)
        return self.async_update_reload_and_abort(
            entry, unique_id=unique_id, data=data, reason="source_added"
        )

    def _untaken(self, title: str) -> str:
        """Return the title, with a number if another account has it."""
        taken = {entry.title for entry in self._async_current_entries()}
        titles = (f"{title} {number}" if number > 1 else title for number in count(1))
        return next(free for free in titles if free not in taken)


def name_of(account: Mapping[str, Any]) -> str:
    """Return what stands for the id of an account of the MyBMW app."""
    return f"{account[CONF_REGION]}-{account[CONF_USERNAME]}".lower()


def _goes_by_name(entry: MyBMWConfigEntry) -> bool:
    accounts = sources_of(entry).values()
    return any(name_of(known) == entry.unique_id for known in accounts if CONF_USERNAME in known)


def _with_source(entry: MyBMWConfigEntry, source: str, account: dict[str, Any]) -> dict[str, Any]:
    sources = {**sources_of(entry), source: account}
    return {**entry.data, CONF_SOURCES: sources}
