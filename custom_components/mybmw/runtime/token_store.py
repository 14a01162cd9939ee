"""Storage of tokens: in the config entry, and at once in a file of their own.

A refresh token is valid once. Home Assistant writes entries about a second late, and not at all
while the disk is full, so new tokens are written to a file before they are used. Every refresh and
every login increments the generation of the tokens; the higher one is used.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
import logging
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store, get_internal_store_manager
from homeassistant.util.file import WriteError

from ..client import Redactor, Supervisor
from ..const import CONF_SOURCES, CONF_TOKENS, DOMAIN
from .files import contents_of, mapping_of

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1
_GENERATION: Final = "generation"
_FIRST_PAUSE: Final = 10.0
_LONGEST_PAUSE: Final = 600.0
_NONE: Final = -1


class Dumpable(Protocol):
    """Tokens that can be stored as JSON."""

    def dump(self) -> Mapping[str, object]:
        """Return the tokens as JSON."""
        ...


class _File(Store[dict[str, Any]]):
    """The token file of one source, readable by its owner only."""

    def __init__(self, hass: HomeAssistant, entry_id: str, source: str) -> None:
        name = f"{DOMAIN}.{entry_id}.{source}.tokens"
        super().__init__(hass, _VERSION, name, private=True, atomic_writes=True)

    async def async_read(self) -> Mapping[str, Any]:
        """Return the stored tokens, {} if the file is missing or cannot be read."""
        return mapping_of(await contents_of(self))

    async def async_write(self, tokens: Mapping[str, Any]) -> bool:
        """Write tokens now, even while Home Assistant stops; return whether that succeeded."""
        content = {
            "version": self.version,
            "minor_version": self.minor_version,
            "key": self.key,
            "data": dict(tokens),
        }
        get_internal_store_manager(self.hass).async_invalidate(self.key)
        try:
            await self._async_write_data(content)
        except (WriteError, OSError) as error:
            _LOGGER.debug("Cannot write tokens: %s", type(error).__name__)
            return False
        return True


class TokenStore[T: Dumpable]:
    """Loads and saves the tokens of one source of an entry; `parse` reverses their `dump`."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        source: str,
        parse: Callable[[object], T | None],
        redactor: Redactor,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._source = source
        self._parse = parse
        self._file = _File(hass, entry.entry_id, source)
        self._generation = _NONE
        self._unwritten: Mapping[str, Any] | None = None
        self._retrying = False
        self._writing = asyncio.Lock()
        self._supervisor = Supervisor("Writing tokens", redactor)

    async def async_begin(self) -> None:
        """Synchronize entry and file to the tokens of the higher generation."""
        written = await self._file.async_read()
        known = _stored(self._entry, self._source) or {}
        if _generation(written) > _generation(known) and self._parse(written) is not None:
            _LOGGER.debug("Using the tokens of the file, which are newer than those of the entry")
            self._update_entry(written)
        elif written != known and self._parse(known) is not None:
            await self._write(known)

    def load(self) -> T | None:
        """Return the tokens that were saved last, which may be those of a new login."""
        known = _stored(self._entry, self._source) or {}
        self._generation = _generation(known)
        return self._parse(known)

    async def save(self, tokens: T) -> None:
        """Save tokens to entry and file; a failed write is retried in the background.

        Tokens are dropped if the source was removed, or the user has logged in again since.
        """
        known = _stored(self._entry, self._source)
        if known is None or not self._is_configured or _generation(known) != self._generation:
            return
        new = dict(tokens.dump())
        if new == {key: value for key, value in known.items() if key != _GENERATION}:
            return
        self._generation = max(self._generation, 0) + 1
        new[_GENERATION] = self._generation
        self._update_entry(new)
        await self._write(new)

    @property
    def _is_configured(self) -> bool:
        """Return whether the entry exists and has this source."""
        entry = self._hass.config_entries.async_get_entry(self._entry.entry_id)
        return entry is not None and self._source in self._entry.data[CONF_SOURCES]

    def _update_entry(self, tokens: Mapping[str, Any]) -> None:
        sources = self._entry.data[CONF_SOURCES]
        account = {**sources[self._source], CONF_TOKENS: dict(tokens)}
        data = {**self._entry.data, CONF_SOURCES: {**sources, self._source: account}}
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def _write(self, tokens: Mapping[str, Any]) -> None:
        self._unwritten = tokens
        if await self._write_newest() or self._retrying:
            return
        _LOGGER.warning("Cannot write new tokens to the disk; retrying until that succeeds")
        self._retrying = True
        self._entry.async_create_background_task(
            self._hass, self._supervisor.keep_running(self._retry), f"{DOMAIN} tokens"
        )

    async def _retry(self) -> None:
        """Try to write the newest tokens until that succeeds."""
        pause = _FIRST_PAUSE
        try:
            while not await self._write_newest():
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            self._retrying = False
        _LOGGER.info("The new tokens were written to the disk")

    async def _write_newest(self) -> bool:
        """Write pending tokens; return whether none are left."""
        async with self._writing:
            tokens = self._unwritten
            if tokens is None:
                return True
            if not await self._file.async_write(tokens):
                return False
            if self._unwritten is tokens:
                self._unwritten = None
            if not self._is_configured:
                await self._file.async_remove()
        return True


async def async_as_login(
    hass: HomeAssistant, entry: ConfigEntry, source: str, account: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the data of a new login, with a higher generation than all stored tokens."""
    written = await _File(hass, entry.entry_id, source).async_read()
    known = _stored(entry, source) or {}
    generation = max(_generation(written), _generation(known)) + 1
    if not generation:
        return dict(account)
    return {**account, CONF_TOKENS: {**account[CONF_TOKENS], _GENERATION: generation}}


async def async_remove_tokens(
    hass: HomeAssistant, entry: ConfigEntry, sources: Iterable[str]
) -> None:
    """Delete the token files of these sources."""
    for source in sources:
        try:
            await _File(hass, entry.entry_id, source).async_remove()
        except OSError as error:
            _LOGGER.warning("Cannot delete a token file: %s", type(error).__name__)


def _stored(entry: ConfigEntry, source: str) -> Mapping[str, Any] | None:
    """Return the tokens of a source in an entry, None if there are none."""
    account = mapping_of(mapping_of(entry.data.get(CONF_SOURCES)).get(source))
    tokens = account.get(CONF_TOKENS)
    return tokens if isinstance(tokens, Mapping) else None


def _generation(tokens: Mapping[str, Any]) -> int:
    """Return the generation of tokens, 0 for those of a first login, which have none."""
    if not tokens:
        return _NONE
    generation = tokens.get(_GENERATION, 0)
    good = isinstance(generation, int) and not isinstance(generation, bool) and generation >= 0
    return generation if good else 0
