"""The guided set-up of BMW CarData: each step in BMW's portal in a step of its own."""

import asyncio
from collections.abc import Iterable, Mapping
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_COUNTRY
from homeassistant.core import callback
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import (
    BooleanSelector,
    CountrySelector,
    CountrySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..client import ClientError, Http, Redactor, group_of
from ..client.cardata import CarKind, LoginFailure, Wish, selection
from .cardata_login import LoginSteps, key_of
from .flow import AccountFlow
from .portal_script import CONSOLE, bookmark
from .portals import countries, portals
from .texts import async_texts

_LOGGER = logging.getLogger(__name__)

CONF_BRAND: Final = "brand"
CONF_KIND: Final = "kind"
CONF_WAIT: Final = "wait"
CONF_WISH: Final = "wish"
CONF_BOOKMARK: Final = "bookmark"

BRANDS: Final = ("bmw", "mini", "other", "motorcycle")
_MINI: Final = "mini"
_USUAL: Final = "DE"
_NO_STREAM: Final = "motorcycle"
_WAIT: Final = 60.0
_GROUP: Final = "entity.sensor.data_coverage.state_attributes.{}.name"
_SCRIPT: Final = "exceptions.set_up_{}.message"


_BRAND: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(BRANDS), translation_key="cardata_brand", mode=SelectSelectorMode.LIST
    )
)
_KIND: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(CarKind), translation_key="car_kind", mode=SelectSelectorMode.LIST
    )
)
_WISH: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(Wish), translation_key="cardata_wish", mode=SelectSelectorMode.LIST
    )
)
GUIDE: Final = vol.Schema(
    {
        vol.Required(CONF_BRAND, default=BRANDS[0]): _BRAND,
        vol.Required(CONF_COUNTRY): CountrySelector(CountrySelectorConfig(countries=countries())),
    }
)
SERVICES: Final = vol.Schema({vol.Required(CONF_WAIT, default=False): BooleanSelector()})
SELECT: Final = vol.Schema(
    {
        vol.Required(CONF_KIND, default=CarKind.ELECTRIC.value): _KIND,
        vol.Required(CONF_WISH, default=Wish.EVERYTHING.value): _WISH,
    }
)
HELPER: Final = vol.Schema(
    {
        vol.Optional(CONF_BOOKMARK): TextSelector(
            TextSelectorConfig(read_only=True, multiline=True)
        ),
    }
)


class GuideSteps(LoginSteps):
    """Go through the portal with the user, and check what was switched on there."""

    def __init__(self, flow: AccountFlow, source: str) -> None:
        super().__init__(flow, source)
        self._brand = BRANDS[0]
        self._country = self.hass.config.country
        self._wanted: tuple[str, ...] = ()
        self._end = "login"
        self._probe: asyncio.Task[None] | None = None

    async def async_step_guide(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say who can use CarData, and ask for brand and country."""
        if user_input is not None:
            self._brand, self._country = user_input[CONF_BRAND], user_input[CONF_COUNTRY]
            return await self.async_step_portal()
        country = self._country if self._country in countries() else _USUAL
        schema = self.flow.add_suggested_values_to_schema(GUIDE, {CONF_COUNTRY: country})
        return self.show_form("guide", schema)

    async def async_step_portal(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Link to the page of the cars in the portal."""
        if user_input is not None:
            return self._ask_client({})
        return self.show_form("portal", vol.Schema({}), placeholders=self._portal())

    async def async_step_client(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the id of the client that is created in the portal."""
        if user_input is None:
            return self._ask_client({})
        return self._refusal(user_input, self._ask_client) or self._ask_services()

    async def async_step_services(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask to switch on both services, and begin to check that."""
        if user_input is None:
            return self._ask_services()
        wait = _WAIT if user_input[CONF_WAIT] else 0.0
        self._probe = self.hass.async_create_task(self._check(wait), "services of CarData")
        return await self.async_step_probe()

    async def async_step_probe(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait until it is known which services are on."""
        task = self._probe
        if task is not None and not task.done():
            return self.flow.async_show_progress(
                step_id=self.step_id("probe"),
                progress_action=self.step_id("probe"),
                progress_task=task,
            )
        return self.flow.async_show_progress_done(next_step_id=self.step_id("probed"))

    async def async_step_probed(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on if both services are on; else say which one is missing."""
        task, self._probe = self._probe, None
        try:
            if task is not None:
                task.result()
        except ClientError as error:
            _LOGGER.debug("Checking the services failed: %s", error)
            failure = key_of(error)
            if failure == LoginFailure.UNKNOWN_CLIENT:
                return self._ask_client({"base": failure})
            return self._ask_services(_NAMED.get(failure, failure))
        if self._brand == _NO_STREAM:
            return await self._request_code()
        return await self.async_step_select()

    async def async_step_data(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Come back to the data of an account that is set up, without a login."""
        self._end = "done"
        return await self.async_step_select()

    async def async_step_done(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say when what was selected in the portal comes."""
        return self.flow.async_abort(reason="data_selected")

    async def async_step_select(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which data to select in the portal."""
        if user_input is None:
            return self.show_form("select", SELECT, placeholders=portals(self._country))
        kind, wish = CarKind(user_input[CONF_KIND]), Wish(user_input[CONF_WISH])
        self._wanted = selection(kind, wish)
        return await (self.async_step_boxes() if self._wanted else self.async_step_all())

    async def async_step_boxes(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """List the data to select."""
        texts = await async_texts(self.hass, "entity")
        return self._menu("boxes", count=str(len(self._wanted)), boxes=_listed(self._wanted, texts))

    async def async_step_all(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that all data are to be selected."""
        return self._menu("all")

    async def async_step_helper(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer a bookmark that ticks the boxes."""
        if user_input is not None:
            return await (self.async_step_boxes() if self._wanted else self.async_step_all())
        texts = await async_texts(self.hass, "exceptions")
        words = {key: texts[_SCRIPT.format(key)] for key in ("ticked", "partly", "nothing")}
        suggested = {CONF_BOOKMARK: bookmark(self._wanted, words)}
        schema = self.flow.add_suggested_values_to_schema(HELPER, suggested)
        return self.show_form("helper", schema, placeholders={"line": CONSOLE})

    async def async_step_login(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Request a code."""
        return await self._request_code()

    @callback
    @override
    def async_remove(self) -> None:
        """Stop checking the services."""
        super().async_remove()
        if self._probe is not None:
            self._probe.cancel()

    def _portal(self) -> dict[str, str]:
        known = portals(self._country)
        mini = self._brand == _MINI
        portal = known["mini_portal" if mini else "bmw_portal"]
        return {"portal": portal, "service": "MINI CarData" if mini else "BMW CarData"}

    def _ask_client(self, errors: dict[str, str]) -> ConfigFlowResult:
        return self.show_form("client", self._client(), errors, self._portal())

    def _ask_services(self, failure: str | None = None) -> ConfigFlowResult:
        """Show the form of the services; after a failure it suggests to wait a minute."""
        suggested = {CONF_WAIT: failure is not None}
        schema = self.flow.add_suggested_values_to_schema(SERVICES, suggested)
        return self.show_form("services", schema, {"base": failure} if failure else {})

    async def _check(self, wait: float) -> None:
        """Request a code after a pause; raise `LoginError` for services that are not subscribed."""
        if wait:
            await Http(get_async_client(self.hass), Redactor()).pause(wait)
        await self._login().request_code()

    def _menu(self, step: str, **placeholders: str) -> ConfigFlowResult:
        return self.flow.async_show_menu(
            step_id=self.step_id(step),
            menu_options=[self.step_id(choice) for choice in (self._end, "helper", "select")],
            description_placeholders=placeholders,
        )


_NAMED: Final[Mapping[str, str]] = {
    LoginFailure.NO_API: "only_stream",
    LoginFailure.NO_STREAM: "only_api",
    LoginFailure.NO_SERVICE: "no_service",
}
"""What the step about services says; other steps go on with a new code."""


def _listed(descriptors: Iterable[str], texts: Mapping[str, str]) -> str:
    """Return descriptors as a list in Markdown, by groups."""
    groups: dict[str, list[str]] = {}
    for descriptor in descriptors:
        groups.setdefault(texts[_GROUP.format(group_of(descriptor))], []).append(descriptor)
    return "\n\n".join(
        "\n".join([f"**{name}**\n", *(f"- `{item}`" for item in items)])
        for name, items in sorted(groups.items())
    )
