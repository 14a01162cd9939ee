"""The forms of High Mobility's set-up, and what is made of the answers."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..client.highmobility import BRANDS, LOCALES, SIMULATED, Application, Endpoints, endpoints

CONF_APP_ID: Final = "app_id"
CONF_AUTH_URI: Final = "auth_uri"
CONF_BRAND: Final = "brand"
CONF_FLEET: Final = "fleet"
CONF_KEY_ID: Final = "key_id"
CONF_LOCALE: Final = "locale"
CONF_PRIVATE_KEY: Final = "private_key"
CONF_SANDBOX: Final = "sandbox"
CONF_TOKEN_URI: Final = "token_uri"  # noqa: S105 - a name
CONF_VINS: Final = "vins"
CONF_WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105 - a name
CONF_WEBHOOK_URL: Final = "webhook_url"
REDIRECT_URI: Final = "redirect_uri"

_TEXT: Final = TextSelector(TextSelectorConfig(autocomplete="off"))
_SECRET: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_SHOWN: Final = TextSelector(TextSelectorConfig(read_only=True))


def _brand(*more: str) -> SelectSelector:
    options = [*BRANDS, *more]
    return SelectSelector(
        SelectSelectorConfig(options=options, translation_key="highmobility_brand")
    )


_APP: Final[Mapping[Any, Any]] = {
    vol.Required(CONF_CLIENT_ID): _TEXT,
    vol.Optional(CONF_CLIENT_SECRET): _SECRET,
}
FLEET: Final = vol.Schema(
    {
        **_APP,
        vol.Optional(CONF_KEY_ID): _TEXT,
        vol.Optional(CONF_PRIVATE_KEY): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Required(CONF_VINS): TextSelector(TextSelectorConfig(multiple=True)),
        vol.Required(CONF_BRAND, default=BRANDS[0]): _brand(SIMULATED),
        vol.Required(CONF_SANDBOX, default=False): BooleanSelector(),
    }
)
CONSENT: Final = vol.Schema(
    {
        vol.Optional(REDIRECT_URI): _SHOWN,
        **_APP,
        vol.Optional(CONF_APP_ID): _TEXT,
        vol.Optional(CONF_AUTH_URI): _TEXT,
        vol.Optional(CONF_TOKEN_URI): _TEXT,
        vol.Required(CONF_BRAND, default=BRANDS[0]): _brand(),
        vol.Required(CONF_LOCALE, default=LOCALES[0]): SelectSelector(
            SelectSelectorConfig(options=list(LOCALES), translation_key="highmobility_locale")
        ),
        vol.Required(CONF_SANDBOX, default=False): BooleanSelector(),
    }
)
WEBHOOK: Final = vol.Schema(
    {vol.Optional(CONF_WEBHOOK_URL): _SHOWN, vol.Optional(CONF_WEBHOOK_SECRET): _SHOWN}
)


def application(account: Mapping[str, Any]) -> Application:
    """Return the app in the console that an account is about."""
    return Application(
        client_id=account[CONF_CLIENT_ID],
        client_secret=account.get(CONF_CLIENT_SECRET),
        key_id=account.get(CONF_KEY_ID),
        private_key=account.get(CONF_PRIVATE_KEY),
        app_id=account.get(CONF_APP_ID),
    )


def places(account: Mapping[str, Any]) -> Endpoints:
    """Return where the services of an account are; InvalidValueError for an unsafe address."""
    return endpoints(
        sandbox=account.get(CONF_SANDBOX, False),
        authorize=account.get(CONF_AUTH_URI),
        token=account.get(CONF_TOKEN_URI),
    )
