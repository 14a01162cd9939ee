"""Where tokens are kept: in the config entry, and at once in a file of their own.

A refresh token lives once. Home Assistant writes entries about a second late, and not at all while
the disk is full: so new tokens are in a file before they are used. Each set is of a generation,
which every refresh and every login raises; the higher one counts.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
import logging
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store, get_internal_store_manager
from homeassistant.util.file import WriteError

from ..client import Redactor, Supervisor
from ..const import CONF_SOURCES, CONF_TOKENS, DOMAIN

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1
_GENERATION: Final = "generation"
_FIRST_PAUSE: Final = 10.0
_LONGEST_PAUSE: Final = 600.0
_NONE: Final = -1


class Dumpable(Protocol):
    """What a login yields."""

    def dump(self) -> Mapping[str, object]:
        """Return what has to be kept as JSON."""
        ...


class _File(Store[dict[str, Any]]):
    """The file of one source, which only its owner can read."""

    def __init__(self, hass: HomeAssistant, entry_id: str, source: str) -> None:
        name = f"{DOMAIN}.{entry_id}.{source}.tokens"
        super().__init__(hass, _VERSION, name, private=True, atomic_writes=True)

    async def async_read(self) -> dict[str, Any]:
        """Return what it holds; {} if it is missing or cannot be read."""
        try:
            found = await self.async_load()
        except (HomeAssistantError, NotImplementedError) as error:
            _LOGGER.warning("A file of tokens cannot be read: %s", type(error).__name__)
            return {}
        return found if isinstance(found, dict) else {}

    async def async_write(self, tokens: Mapping[str, Any]) -> bool:
        """Write it now, also while Home Assistant stops; return whether that has worked."""
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
            _LOGGER.debug("Tokens cannot be written: %s", type(error).__name__)
            return False
        return True


class TokenStore[T: Dumpable]:
    """The tokens of one source of an entry; `parse` reads what their `dump` wrote."""

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
        """Let entry and file hold the same tokens: those of the higher generation."""
        written = await self._file.async_read()
        known = _kept(self._entry, self._source) or {}
        if _generation(written) > _generation(known) and self._parse(written) is not None:
            _LOGGER.debug("The tokens of the file are newer than those of the entry")
            self._put(written)
        elif written != known and self._parse(known) is not None:
            await self._write(known)

    def load(self) -> T | None:
        """Return the tokens that were saved last, perhaps by a login meanwhile."""
        known = _kept(self._entry, self._source) or {}
        self._generation = _generation(known)
        return self._parse(known)

    async def save(self, tokens: T) -> None:
        """Keep tokens, in the file as well; what cannot be written is tried again until it is.

        They are dropped if the source was removed meanwhile, or the user has logged in again.
        """
        known = _kept(self._entry, self._source)
        if known is None or not self._wanted or _generation(known) != self._generation:
            return
        new = dict(tokens.dump())
        if new == {key: value for key, value in known.items() if key != _GENERATION}:
            return
        self._generation = max(self._generation, 0) + 1
        new[_GENERATION] = self._generation
        self._put(new)
        await self._write(new)

    @property
    def _wanted(self) -> bool:
        """Whether the entry is still there, with this source."""
        there = self._hass.config_entries.async_get_entry(self._entry.entry_id) is not None
        return there and self._source in self._entry.data[CONF_SOURCES]

    def _put(self, tokens: Mapping[str, Any]) -> None:
        sources = self._entry.data[CONF_SOURCES]
        mine = {**sources[self._source], CONF_TOKENS: dict(tokens)}
        data = {**self._entry.data, CONF_SOURCES: {**sources, self._source: mine}}
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def _write(self, tokens: Mapping[str, Any]) -> None:
        self._unwritten = tokens
        if await self._write_newest() or self._retrying:
            return
        _LOGGER.warning(
            "New tokens cannot be written to the disk; it is tried again until they are"
        )
        self._retrying = True
        self._entry.async_create_background_task(
            self._hass, self._supervisor.keep_running(self._retry), f"{DOMAIN} tokens"
        )

    async def _retry(self) -> None:
        """Write the newest tokens as soon as that works."""
        pause = _FIRST_PAUSE
        try:
            while not await self._write_newest():
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            self._retrying = False
        _LOGGER.info("The new tokens are written to the disk")

    async def _write_newest(self) -> bool:
        """Write what is not written yet; return whether nothing is left to be written."""
        async with self._writing:
            tokens = self._unwritten
            if tokens is None:
                return True
            if not await self._file.async_write(tokens):
                return False
            if self._unwritten is tokens:
                self._unwritten = None
            if not self._wanted:
                await self._file.async_remove()
        return True


async def async_as_login(
    hass: HomeAssistant, entry: ConfigEntry, source: str, account: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a new login to a source yields, so that it counts more than all before it."""
    written = await _File(hass, entry.entry_id, source).async_read()
    known = _kept(entry, source) or {}
    generation = max(_generation(written), _generation(known)) + 1
    if not generation:
        return dict(account)
    return {**account, CONF_TOKENS: {**account[CONF_TOKENS], _GENERATION: generation}}


async def async_remove_tokens(
    hass: HomeAssistant, entry: ConfigEntry, sources: Iterable[str]
) -> None:
    """Delete the files of sources that were removed."""
    for source in sources:
        try:
            await _File(hass, entry.entry_id, source).async_remove()
        except OSError as error:
            _LOGGER.warning("A file of tokens cannot be deleted: %s", type(error).__name__)


def _kept(entry: ConfigEntry, source: str) -> Mapping[str, Any] | None:
    """Return the tokens that an entry holds; None if it has no such source, or none of it."""
    tokens = _mapping(_mapping(entry.data.get(CONF_SOURCES)).get(source)).get(CONF_TOKENS)
    return tokens if isinstance(tokens, Mapping) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _generation(tokens: Mapping[str, Any]) -> int:
    """Return the generation of tokens: 0 if they have none, since those of a first login do not."""
    if not tokens:
        return _NONE
    generation = tokens.get(_GENERATION, 0)
    good = isinstance(generation, int) and not isinstance(generation, bool) and generation >= 0
    return generation if good else 0
