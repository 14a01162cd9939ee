"""The file that describes the actions, as hassfest reads it."""

from pathlib import Path
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import validate_selector
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components import mybmw

_FIELD: Final = vol.Schema(
    {
        vol.Optional("required"): bool,
        vol.Optional("example"): object,
        vol.Optional("default"): object,
        vol.Optional("advanced"): bool,
        vol.Optional("filter"): {
            vol.Exclusive("attribute", "filter"): {str: [object]},
            vol.Exclusive("supported_features", "filter"): [str],
        },
        vol.Required("selector"): validate_selector,
    }
)
_SECTION: Final = vol.Schema(
    {vol.Optional("collapsed"): bool, vol.Required("fields"): {cv.slug: _FIELD}}
)
_SERVICE: Final = vol.Schema(
    {
        vol.Optional("target"): vol.Any(None, dict),
        vol.Optional("fields"): {cv.slug: vol.Any(_SECTION, _FIELD)},
    }
)
SERVICES: Final = vol.Schema({cv.slug: vol.Any(None, _SERVICE)})
"""Like hassfest's schema for custom integrations; core alone may have keys with a dot."""


def test_services() -> None:
    """Every key is a slug, every field has a valid selector and nothing that is not known."""
    content = load_yaml_dict(Path(mybmw.__file__).with_name("services.yaml"))
    assert SERVICES(content)


@pytest.mark.parametrize(
    "services",
    [
        {".car": {"fields": {}}},
        {"send_poi": {"fields": {".car": {"selector": {"text": None}}}}},
        {"send_poi": {"fields": {"car": {"selector": {"card": None}}}}},
        {"send_poi": {"fields": {"car": {"selector": {"device": {"integrations": "mybmw"}}}}}},
        {"send_poi": {"fields": {"car": {"required": True}}}},
        {"send_poi": {"required": True}},
    ],
)
def test_mistakes_are_found(services: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        SERVICES(services)
