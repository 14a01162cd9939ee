"""The addresses of BMW's and MINI's portals."""

from collections.abc import Mapping
from typing import Final

from ..client.core.values import Brand

# Top-level domain and language of BMW's sites, by country with CarData
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


def countries() -> list[str]:
    """Return the countries with CarData whose portals are known."""
    return list(_SITES)


def localized(page: str, country: str | None, brand: Brand = Brand.BMW) -> str:
    """Return an address with the portal of a country and a brand filled in."""
    addresses = portals(country)
    portal = addresses["mini_portal" if brand is Brand.MINI else "bmw_portal"]
    return page.format(portal=portal, **addresses)
