"""The repair issues of an account."""

from collections.abc import Callable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..client.core.values import Brand
from ..const import DOMAIN

BLOCKED: Final = "blocked"
RETIRED: Final = "server_retired"
ANSWER_NEEDED: Final = "secret_needed"

type Page = Callable[[str, str | None, Brand], str | None]
"""Returns the website on which to solve a kind of issue, by country and brand, None without one."""


class Issues:
    """Creates and deletes the repair issues of one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, page: Page) -> None:
        self._hass = hass
        self._entry = entry
        self._page = page

    @callback
    def update(
        self,
        kind: str,
        *,
        wrong: bool,
        source: str | None = None,
        about: str | None = None,
        text: str | None = None,
        brand: Brand = Brand.BMW,
        **placeholders: str,
    ) -> None:
        """Create an issue if something is wrong, else delete it.

        With `source`, each source has its own issue; with `about`, all sources share one, which
        only the named source deletes. `text` is the translation key if it differs from the kind,
        `brand` the one whose portal is opened.
        """
        entry_id = self._entry.entry_id
        issue = "_".join(filter(None, (kind, source, entry_id)))
        if not wrong:
            known = ir.async_get(self._hass).async_get_issue(DOMAIN, issue)
            if known is not None and about in (None, (known.data or {}).get("source")):
                ir.async_delete_issue(self._hass, DOMAIN, issue)
            return
        serious = kind in (BLOCKED, RETIRED)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue,
            is_fixable=kind in (BLOCKED, ANSWER_NEEDED),
            data={"entry_id": entry_id, "source": about or source},
            learn_more_url=self._page(kind, self._hass.config.country, brand),
            severity=ir.IssueSeverity.ERROR if serious else ir.IssueSeverity.WARNING,
            translation_key=text or kind,
            translation_placeholders={"account": self._entry.title, **placeholders},
        )


@callback
def delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Delete all issues of an account."""
    for domain, issue in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue.endswith(f"_{entry_id}"):
            ir.async_delete_issue(hass, DOMAIN, issue)
