"""Where the portals are in which CarData is set up, and the pages for repair issues."""

from collections.abc import Mapping
from typing import Final

# How BMW's sites in the countries of CarData are called: top-level domain and language
_SITES: Final[Mapping[str, tuple[str, str]]] = {
    "AT": ("at", "de-at"),
    "BE": ("be", "nl-be"),
    "CH": ("ch", "de-ch"),
    "CZ": ("cz", "cs-cz"),
    "DE": ("de", "de-de"),
    "DK": ("dk", "da-dk"),
    "ES": ("es", "es-es"),
    "FI": ("fi", "fi-fi"),
    "FR": ("fr", "fr-fr"),
    "GB": ("co.uk", "en-gb"),
    "IE": ("ie", "en-ie"),
    "IT": ("it", "it-it"),
    "LU": ("lu", "fr-lu"),
    "NL": ("nl", "nl-nl"),
    "NO": ("no", "no-no"),
    "PL": ("pl", "pl-pl"),
    "PT": ("pt", "pt-pt"),
    "SE": ("se", "sv-se"),
}


def portals(country: str | None) -> dict[str, str]:
    """Return the addresses of BMW's and MINI's portals in a country."""
    domain, language = _SITES.get(country or "", _SITES["DE"])
    return {
        "bmw_portal": f"https://www.bmw.{domain}/{language}/mybmw/vehicle-overview",
        "mini_portal": f"https://www.mini.{domain}/{language}/mymini/vehicle-overview",
    }


_IN_PORTAL: Final = frozenset({"not_allowed", "stream_refused", "stream_silent"})
_PAGES: Final[Mapping[str, str]] = {
    "no_container": "homeassistant://config/integrations/integration/mybmw",
    "quota_spent_by_others": "homeassistant://config/integrations/integration/mybmw",
    "stream_taken": "homeassistant://config/integrations/integration/mybmw",
    "unexpected": "homeassistant://config/logs",
}


def page_of(issue: str, country: str | None) -> str | None:
    """Return the page on which the user can do something about a repair issue."""
    return portals(country)["bmw_portal"] if issue in _IN_PORTAL else _PAGES.get(issue)
