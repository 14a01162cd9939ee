"""Webhooks of sources, registered as long as their entry exists, and while a flow shows them.

Deliveries during a flow or a failed set-up are queued until the entry is loaded. If Home Assistant
Cloud is connected, its URL is used, since it can be reached from the internet.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
import logging
from types import ModuleType
from typing import Final

from aiohttp import ClientError as TransferError, web
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client import Hooked, Redactor, Source, Supervisor, UnexpectedError, capabilities_of
from ..const import CONF_SOURCES, DOMAIN
from .files import mapping_of

_LOGGER = logging.getLogger(__name__)

_HOOKS: HassKey[dict[tuple[str, str], Webhook]] = HassKey(f"{DOMAIN}_webhooks")
_MAX_BYTES: Final = 64 * 1024
_MAX_QUEUED: Final = 100
_SECONDS: Final = 10
_PAUSE: Final = timedelta(seconds=10)
_GOOD: Final = range(200, 300)

type Delivery = tuple[Mapping[str, str], bytes]
type Deliver = Callable[[Mapping[str, str], bytes], int]
"""Takes headers and body of a delivery; returns the HTTP status to answer with."""

_EARLY: HassKey[dict[str, deque[Delivery]]] = HassKey(f"{DOMAIN}_early_deliveries")


class Webhook:
    """The webhook of one source of an entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, name: str, webhook_id: str) -> None:
        self.webhook_id = webhook_id
        self._hass = hass
        self._entry = entry
        self._supervisor = Supervisor(f"The webhook of {name}", Redactor())
        self._source: Hooked | None = None
        self._queued = _end_early(hass, webhook_id)
        self._tried = datetime.min.replace(tzinfo=UTC)
        self._end_cloud: CALLBACK_TYPE = lambda: None

    @callback
    def register(self) -> None:
        """Register the webhook, and with Home Assistant Cloud as soon as that is connected."""
        webhook.async_register(
            self._hass,
            DOMAIN,
            self._entry.title,
            self.webhook_id,
            self._handle,
            allowed_methods=("POST",),
        )
        if (cloud := _cloudhook(self._hass)) is not None:
            self._end_cloud = cloud.async_when_connected(self._hass, self._async_to_cloud)
            self._hass.async_create_background_task(self._async_to_cloud(), f"{DOMAIN} cloudhook")

    @callback
    def unregister(self) -> None:
        """Unregister the webhook."""
        webhook.async_unregister(self._hass, self.webhook_id)
        self._end_cloud()

    @callback
    def attach(self, source: Hooked) -> None:
        """Deliver to this source from now on."""
        self._source = source

    @callback
    def deliver_queued(self) -> None:
        """Deliver what was queued during set-up."""
        while self._queued:
            self._deliver(*self._queued.popleft())

    async def _async_to_cloud(self) -> None:
        await _async_cloud_url(self._hass, self.webhook_id)

    async def _handle(
        self, _hass: HomeAssistant, _webhook_id: str, request: web.Request
    ) -> web.Response:
        return await _answer(request, self._receive)

    def _receive(self, headers: Mapping[str, str], body: bytes) -> int:
        status = self._deliver(headers, body)
        if status in _GOOD and self._entry.state is not ConfigEntryState.LOADED:
            self._queued.append((headers, body))
            self._set_up_soon()
        return status

    def _deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        if (source := self._source) is None:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            with self._supervisor:
                return source.deliver(headers, body)
        except UnexpectedError:
            return HTTPStatus.INTERNAL_SERVER_ERROR

    @callback
    def _set_up_soon(self) -> None:
        """Retry set-up at once, since the service is sending data."""
        now = dt_util.utcnow()
        if self._entry.state is ConfigEntryState.SETUP_RETRY and now - self._tried >= _PAUSE:
            self._tried = now
            self._hass.config_entries.async_schedule_reload(self._entry.entry_id)


async def _answer(request: web.Request, deliver: Deliver) -> web.Response:
    """Answer a delivery, without logging its contents."""
    try:
        async with asyncio.timeout(_SECONDS):
            body = await _body(request)
    except (TimeoutError, TransferError, OSError) as error:
        _LOGGER.debug("Receiving a delivery failed: %s", type(error).__name__)
        return web.Response(status=HTTPStatus.BAD_REQUEST)
    if body is None:
        return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return web.Response(status=deliver(dict(request.headers), body))


async def _body(request: web.Request) -> bytes | None:
    """Return the body of a request, None if it is too large."""
    content, body = request.content, b""
    while chunk := await content.read(_MAX_BYTES + 1 - len(body)):
        body += chunk
        if len(body) > _MAX_BYTES:
            return None
    return body


async def async_register_webhooks(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Register the webhooks of an entry, and remove those that it has no more."""
    hooks = hass.data.setdefault(_HOOKS, {})
    wanted = dict(_ids(entry))
    if wanted:
        await async_setup_component(hass, webhook.DOMAIN, {})
    for key, hook in list(_hooks_of(hass, entry)):
        if wanted.get(key) != hook.webhook_id:
            hooks.pop(key).unregister()
            await _async_delete_from_cloud(hass, hook.webhook_id)
    for key in wanted.keys() - hooks.keys():
        hooks[key] = Webhook(hass, entry, key[1], wanted[key])
        hooks[key].register()


@callback
def async_attach(hass: HomeAssistant, entry: ConfigEntry, source: Source) -> None:
    """Connect a source with its webhook."""
    hook = hass.data[_HOOKS].get((entry.entry_id, source.name))
    hooked = capabilities_of(source).hooked
    if hook is not None and hooked is not None:
        hook.attach(hooked)


@callback
def async_deliver_queued(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Deliver to sources what was queued during set-up."""
    for _, hook in _hooks_of(hass, entry):
        hook.deliver_queued()


async def async_remove_webhooks(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the webhooks of an entry, whether or not it was set up."""
    for key, _ in list(_hooks_of(hass, entry)):
        hass.data[_HOOKS].pop(key).unregister()
    for _, webhook_id in _ids(entry):
        await _async_delete_from_cloud(hass, webhook_id)


async def async_webhook_url(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return the URL of a webhook, None if Home Assistant has no URL."""
    if url := await _async_cloud_url(hass, webhook_id):
        return url
    with suppress(NoURLAvailableError):
        return webhook.async_generate_url(hass, webhook_id)
    return None


async def async_receive_early(hass: HomeAssistant, webhook_id: str, deliver: Deliver) -> None:
    """Register a webhook that a flow shows; its entry gets what was accepted once it is loaded."""
    early = hass.data.setdefault(_EARLY, {})
    known = {hook.webhook_id for hook in hass.data.get(_HOOKS, {}).values()}
    if webhook_id in early.keys() | known:
        return
    await async_setup_component(hass, webhook.DOMAIN, {})
    queued = early[webhook_id] = deque(maxlen=_MAX_QUEUED)

    def receive(headers: Mapping[str, str], body: bytes) -> int:
        status = deliver(headers, body)
        if status in _GOOD:
            queued.append((headers, body))
        return status

    async def handle(_hass: HomeAssistant, _id: str, request: web.Request) -> web.Response:
        return await _answer(request, receive)

    webhook.async_register(hass, DOMAIN, DOMAIN, webhook_id, handle, allowed_methods=("POST",))


@callback
def _end_early(hass: HomeAssistant, webhook_id: str) -> deque[Delivery]:
    """Unregister a webhook that a flow has registered, and return what has come."""
    queued = hass.data.get(_EARLY, {}).pop(webhook_id, None)
    if queued is None:
        return deque(maxlen=_MAX_QUEUED)
    webhook.async_unregister(hass, webhook_id)
    return queued


async def async_forget_url(hass: HomeAssistant, webhook_id: str) -> None:
    """End what a flow has registered and `async_webhook_url` has made, if no entry came of it."""
    _end_early(hass, webhook_id)
    await _async_delete_from_cloud(hass, webhook_id)


async def _async_cloud_url(hass: HomeAssistant, webhook_id: str) -> str | None:
    cloud = _cloudhook(hass)
    return None if cloud is None else await cloud.async_url(hass, webhook_id)


async def _async_delete_from_cloud(hass: HomeAssistant, webhook_id: str) -> None:
    if (cloud := _cloudhook(hass)) is not None:
        await cloud.async_delete(hass, webhook_id)


def _cloudhook(hass: HomeAssistant) -> ModuleType | None:
    """Return the module for Home Assistant Cloud, None if that is not loaded."""
    if "cloud" not in hass.config.components:
        return None
    from . import cloudhook

    return cloudhook


def _hooks_of(hass: HomeAssistant, entry: ConfigEntry) -> Iterator[tuple[tuple[str, str], Webhook]]:
    hooks = hass.data.get(_HOOKS, {})
    return ((key, hook) for key, hook in hooks.items() if key[0] == entry.entry_id)


def _ids(entry: ConfigEntry) -> Iterator[tuple[tuple[str, str], str]]:
    """Return the ids of webhooks by entry and source."""
    for name, account in mapping_of(entry.data.get(CONF_SOURCES)).items():
        webhook_id = mapping_of(account).get(CONF_WEBHOOK_ID)
        if isinstance(webhook_id, str) and webhook_id:
            yield (entry.entry_id, name), webhook_id
