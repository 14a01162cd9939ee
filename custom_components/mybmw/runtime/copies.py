"""Finds what else uses the login of an account: copies of it, and other programs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import json_loads

from ..client import Status
from ..const import CONF_SOURCES, DOMAIN
from .files import mapping_of
from .issues import Issues

SECOND_COPY: Final = "second_copy"
CLIENT_SHARED: Final = "client_shared"
BACKUP_RESTORED: Final = "backup_restored"
COPY_ISSUES: Final = (SECOND_COPY, CLIENT_SHARED, BACKUP_RESTORED)

_FOLDER: Final = "custom_components"
_MANIFEST: Final = "manifest.json"
_MOST_FOLDERS: Final = 500
_DEPTH: Final = 6


async def async_find_copies(hass: HomeAssistant, entry: ConfigEntry, issues: Issues) -> None:
    """Create an issue for a second folder of the integration, and for a shared client id."""
    folder = Path(hass.config.path(_FOLDER))
    copies = await hass.async_add_executor_job(_copies, folder)
    issues.update(SECOND_COPY, wrong=bool(copies), folders=", ".join(copies))
    others = sorted({other.title for other in _sharing(hass, entry)})
    issues.update(CLIENT_SHARED, wrong=bool(others), others=", ".join(others))


def _copies(folder: Path) -> list[str]:
    """Return the other folders that contain this integration."""
    try:
        found = sorted(folder.glob(f"*/{_MANIFEST}"))[:_MOST_FOLDERS]
    except OSError:
        return []
    return [path.parent.name for path in found if path.parent.name != DOMAIN and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    try:
        return mapping_of(json_loads(path.read_bytes())).get("domain") == DOMAIN
    except OSError, ValueError:
        return False


def _sharing(hass: HomeAssistant, entry: ConfigEntry) -> Iterator[ConfigEntry]:
    """Yield the entries of other integrations that contain a client id of this account."""
    accounts = mapping_of(entry.data.get(CONF_SOURCES)).values()
    mine = {str(mapping_of(account).get(CONF_CLIENT_ID)).lower() for account in accounts}
    mine -= {"none"}
    for other in hass.config_entries.async_entries(include_disabled=False):
        if other.domain != DOMAIN and not mine.isdisjoint(_texts(other.data)):
            yield other


def _texts(data: object, depth: int = 0) -> Iterator[str]:
    """Yield all texts in the data of an entry, in small letters."""
    if isinstance(data, str):
        yield data.lower()
    elif depth < _DEPTH and isinstance(data, (Mapping, Sequence)):
        for item in data.values() if isinstance(data, Mapping) else data:
            yield from _texts(item, depth + 1)


class RestoredLogin:
    """Creates an issue if a login is refused at its first use that should still be valid.

    A refresh token can be used once, so a refused one is usually from a backup. Once the login has
    worked since the start, it is not.
    """

    def __init__(self, issues: Issues, source: str) -> None:
        self._issues = issues
        self._source = source
        self._worked = False

    @callback
    def update(self, status: Status, *, works: bool, dead: bool) -> None:
        """Update the issue after a request or a connection of the stream."""
        self._worked |= works
        valid = status.login_ends is not None and status.login_ends > dt_util.utcnow()
        wrong = dead and valid and not self._worked
        self._issues.update(BACKUP_RESTORED, wrong=wrong, about=self._source)
