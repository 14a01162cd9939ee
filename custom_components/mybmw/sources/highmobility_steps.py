"""The set-up steps of High Mobility: a fleet of one's own, or the consent of a driver."""

from collections.abc import Mapping
import logging
import secrets
from typing import Any, Final, override

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_WEBHOOK_ID
from homeassistant.core import callback
from homeassistant.helpers.config_entry_oauth2_flow import (
    LocalOAuth2Implementation,
    async_get_redirect_uri,
)
from homeassistant.helpers.httpx_client import get_async_client
import voluptuous as vol
from yarl import URL

from ..client import ClientError, Http, Redactor
from ..client.highmobility import (
    SOURCE,
    ClientCredentials,
    Consent,
    Endpoints,
    GrantError,
    HighMobilityApi,
    HighMobilityTokens,
    Ineligible,
    KeyFormError,
    NoDataYetError,
    WebhookReceiver,
    check_key,
    consent,
    exchange,
    keeper,
    read_clearances,
    read_eligibility,
    refused_cars,
    revoke,
)
from ..const import CONF_TOKENS, DOMAIN
from ..runtime.webhook import async_forget_url, async_receive_early, async_webhook_url
from .flow import BEGIN, AccountFlow, SourceSteps
from .highmobility_forms import (
    CONF_BRAND,
    CONF_FLEET,
    CONF_KEY_ID,
    CONF_LOCALE,
    CONF_PRIVATE_KEY,
    CONF_VINS,
    CONF_WEBHOOK_SECRET,
    CONF_WEBHOOK_URL,
    CONSENT,
    FLEET,
    REDIRECT_URI,
    WEBHOOK,
    application,
    places,
)

_LOGGER = logging.getLogger(__name__)

_SECRETS: Final = (CONF_CLIENT_SECRET, CONF_PRIVATE_KEY)
_VIN_LENGTH: Final = 17
_END_OF_VIN: Final = 7

ERRORS: Final = (
    "address_form",
    "car_refused",
    "consent_denied",
    "consent_expired",
    "highmobility_invalid_auth",
    "key_id_missing",
    "no_address",
    "private_key_form",
    "secret_or_key",
    "vin_form",
    *(f"car_{reason}" for reason in Ineligible),
)
"""What may be wrong beside errors of the client."""


class FormError(Exception):
    """What was entered cannot be right; `key` says why, `car` which car it is about."""

    def __init__(self, key: str, car: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.car = car


class HighMobilitySteps(SourceSteps):
    """Ask which of the two ways there is, log in that way, and show what the console needs."""

    def __init__(self, flow: AccountFlow, source: str) -> None:
        super().__init__(flow, source)
        known = flow.known(SOURCE)
        self._entered: dict[str, Any] = {}
        self._back: Mapping[str, Any] = {}
        self._visit: Consent | None = None
        self._tokens: HighMobilityTokens | None = None
        self._wasted = False
        self._hook = {
            CONF_WEBHOOK_ID: known.get(CONF_WEBHOOK_ID) or webhook.async_generate_id(),
            CONF_WEBHOOK_SECRET: known.get(CONF_WEBHOOK_SECRET) or secrets.token_hex(32),
        }
        self._receiver = WebhookReceiver(self._hook[CONF_WEBHOOK_SECRET])

    @override
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Tell who can use it, and ask which way to go."""
        steps = [self.step_id("fleet"), self.step_id("consent")]
        return self.flow.async_show_menu(step_id=self.step_id(BEGIN), menu_options=steps)

    async def async_step_fleet(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the app and the cars of a fleet, log in, and ask for clearance."""
        if user_input is None:
            return self._ask_fleet({})
        self._enter(user_input, fleet=True)
        if self.flow.known_entry is None and self._is_set_up():
            return self.flow.async_abort(reason="already_configured")
        try:
            await self._join_fleet()
        except FormError as error:
            return self._ask_fleet({"base": error.key}, error.car)
        except KeyFormError:
            return self._ask_fleet({CONF_PRIVATE_KEY: "private_key_form"})
        except ClientError as error:
            _LOGGER.debug("The fleet cannot be set up: %s", error)
            return self._ask_fleet({"base": _key(error)})
        return await self.async_step_webhook()

    async def async_step_consent(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the app, and send the owner's browser to the consent pages."""
        if user_input is None:
            return self._ask_consent({})
        self._enter(user_input, fleet=False)
        try:
            where = places(self._entered)
        except ClientError:
            return self._ask_consent({"base": "address_form"})
        return await self._send_owner(where)

    async def async_step_owner(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take what the owner's browser brings back."""
        if user_input is None:
            return await self._send_owner(places(self._entered))
        self._back = user_input
        return self.flow.async_external_step_done(next_step_id=self.step_id("decided"))

    async def async_step_decided(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Trade the code for tokens, or say what went wrong; what was entered is kept."""
        if "code" not in self._back:
            return self._ask_consent({"base": "consent_denied"})
        try:
            self._tokens = await exchange(
                self._http(),
                application(self._entered),
                places(self._entered),
                self._back["code"],
                self._back["state"][REDIRECT_URI],
                None if self._visit is None else self._visit.verifier,
            )
        except GrantError:
            return self._ask_consent({"base": "consent_expired"})
        except ClientError as error:
            _LOGGER.debug("The code cannot be traded: %s", error)
            return self._ask_consent({"base": _key(error)})
        return await self.async_step_webhook()

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show address and secret for the console, then keep the account."""
        if user_input is None:
            await async_receive_early(self.hass, self._hook[CONF_WEBHOOK_ID], self._deliver)
            url = await async_webhook_url(self.hass, self._hook[CONF_WEBHOOK_ID])
            self._wasted = not self.flow.known(SOURCE)
            shown = {CONF_WEBHOOK_URL: url or "-", **self._hook}
            schema = self.flow.add_suggested_values_to_schema(WEBHOOK, shown)
            return self.show_form("webhook", schema)
        self._wasted = False
        await self._leave_out()
        tokens = self._tokens.dump() if self._tokens is not None else {}
        account = {**self._entered, **self._hook, CONF_TOKENS: tokens}
        return await self.flow.finish(SOURCE, account, "High Mobility", None)

    @override
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go the way once more that the account has gone before."""
        self._entered = {
            key: value for key, value in self.flow.known(SOURCE).items() if key != CONF_TOKENS
        }
        return self._ask_fleet({}) if self._entered.get(CONF_FLEET) else self._ask_consent({})

    @callback
    @override
    def async_remove(self) -> None:
        """Delete the address in the cloud if no account came of it."""
        if self._wasted:
            forget = async_forget_url(self.hass, self._hook[CONF_WEBHOOK_ID])
            self.hass.async_create_task(forget)

    def _deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        """Check a delivery that comes before the account exists: the test of the console."""
        return self._receiver.receive(headers, body).status

    async def _send_owner(self, where: Endpoints) -> ConfigFlowResult:
        """Open the consent pages; Home Assistant's own view takes the answer, if the state is its.

        The state names this flow and is signed, so a code cannot come from anyone else.
        """
        owner = LocalOAuth2Implementation(
            self.hass, DOMAIN, self._entered[CONF_CLIENT_ID], "", where.authorize, where.token
        )
        try:
            url = URL(await owner.async_generate_authorize_url(self.flow.flow_id))
        except RuntimeError:
            return self._ask_consent({"base": "no_address"})
        self._visit = consent(
            application(self._entered),
            where,
            url.query[REDIRECT_URI],
            brand=self._entered[CONF_BRAND],
            locale=self._entered[CONF_LOCALE],
            state=url.query["state"],
        )
        return self.flow.async_external_step(step_id=self.step_id("owner"), url=self._visit.url)

    async def _join_fleet(self) -> None:
        """Log in, and ask for clearance of the cars that have none."""
        account = self._entered
        self._check(account)
        self._tokens = None
        api = self._api()
        listed = read_clearances(await api.clearances())
        new = [vin for vin in account[CONF_VINS] if _is_new(listed.get(vin))]
        for vin in new:
            await self._check_car(api, vin)
        if new:
            answer = await api.request_clearance([(vin, account[CONF_BRAND]) for vin in new])
            if refused := refused_cars(answer):
                raise FormError("car_refused", refused[0])

    async def _check_car(self, api: HighMobilityApi, vin: str) -> None:
        """Raise FormError for a car that cannot be used, or that the service does not know."""
        try:
            found = read_eligibility(await api.eligibility(vin, self._entered[CONF_BRAND]))
        except NoDataYetError:
            raise FormError(f"car_{Ineligible.NOT_SUPPORTED}", vin) from None
        if found.reasons:
            raise FormError(f"car_{found.reasons[0]}", vin)

    async def _leave_out(self) -> None:
        """Revoke the clearance of cars that were left out, as far as that works, and drop them."""
        known, account = self.flow.known(SOURCE), self._entered
        vins = set(known.get(CONF_VINS) or ()).difference(account.get(CONF_VINS, ()))
        for vin in vins:
            await _revoke(self._api(), vin)
        self.flow.drop(SOURCE, vins)

    def _api(self) -> HighMobilityApi:
        """Return the interface of the fleet; its tokens are kept."""
        http, where = self._http(), places(self._entered)
        login = ClientCredentials(http, application(self._entered), where)
        keep = keeper(login, http.redactor, self._tokens, self._keep)
        return HighMobilityApi(http, keep, where)

    def _check(self, account: Mapping[str, Any]) -> None:
        """Raise FormError, or KeyFormError, for what cannot be right."""
        if not account[CONF_VINS] or not all(map(_is_vin, account[CONF_VINS])):
            raise FormError("vin_form")
        if CONF_PRIVATE_KEY in account:
            check_key(account[CONF_PRIVATE_KEY])
            if CONF_KEY_ID not in account:
                raise FormError("key_id_missing")
        elif CONF_CLIENT_SECRET not in account:
            raise FormError("secret_or_key")

    def _keep(self, tokens: HighMobilityTokens) -> None:
        self._tokens = tokens

    def _enter(self, user_input: Mapping[str, Any], *, fleet: bool) -> None:
        """Take what was entered; a secret that was left out is the one that is known."""
        known: dict[str, Any] = {
            key: self._entered[key] for key in _SECRETS if key in self._entered
        }
        entered = {key: _tidied(value) for key, value in user_input.items() if key != REDIRECT_URI}
        filled = {key: value for key, value in entered.items() if value not in ("", None)}
        if CONF_CLIENT_SECRET in filled or CONF_PRIVATE_KEY in filled:
            known = {}
        self._entered = {CONF_FLEET: fleet, **known, **filled}

    def _is_set_up(self) -> bool:
        client = self._entered[CONF_CLIENT_ID]
        fleets = (known for known in self.flow.accounts(SOURCE) if known.get(CONF_FLEET))
        return client in (known[CONF_CLIENT_ID] for known in fleets)

    def _http(self) -> Http:
        return Http(get_async_client(self.hass), Redactor())

    def _ask_fleet(self, errors: dict[str, str], car: str = "") -> ConfigFlowResult:
        return self._ask("fleet", FLEET, errors, {}, {"car": f"…{car[-_END_OF_VIN:]}"})

    def _ask_consent(self, errors: dict[str, str]) -> ConfigFlowResult:
        try:
            shown = {REDIRECT_URI: async_get_redirect_uri(self.hass)}
        except RuntimeError:
            shown = {REDIRECT_URI: "-"}
        return self._ask("consent", CONSENT, errors, shown)

    def _ask(
        self,
        step: str,
        schema: vol.Schema,
        errors: dict[str, str],
        shown: Mapping[str, str],
        placeholders: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        known = {key: value for key, value in self._entered.items() if key not in _SECRETS}
        filled = self.flow.add_suggested_values_to_schema(schema, {**known, **shown})
        return self.show_form(step, filled, errors, placeholders)


async def async_revoke(http: Http, account: Mapping[str, Any]) -> bool:
    """Revoke the tokens of an account that is removed; return whether that worked."""
    tokens = HighMobilityTokens.load(account.get(CONF_TOKENS))
    if tokens is None:
        return True
    return await revoke(http, application(account), places(account), tokens) is None


async def _revoke(api: HighMobilityApi, vin: str) -> None:
    try:
        await api.revoke_clearance(vin)
    except ClientError as error:
        _LOGGER.warning("The clearance of a car could not be revoked: %s", error)


def _is_new(listed: Mapping[str, object] | None) -> bool:
    """Tell whether clearance has to be asked for."""
    return listed is None or listed.get("status") not in ("approved", "pending")


def _is_vin(vin: str) -> bool:
    return len(vin) == _VIN_LENGTH and vin.isascii() and vin.isalnum()


def _tidied(value: Any) -> Any:
    """Return a text without blanks around it, VINs in capitals and once each."""
    if isinstance(value, list):
        return list(dict.fromkeys(vin.strip().upper() for vin in value if vin.strip()))
    return value.strip() if isinstance(value, str) else value


def _key(error: ClientError) -> str:
    return f"highmobility_{error.key}" if error.key == "invalid_auth" else error.key
