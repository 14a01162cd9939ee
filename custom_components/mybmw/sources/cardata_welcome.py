"""The end of the set-up of BMW CarData: which cars there are, and whether they send."""

import asyncio
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
import voluptuous as vol

from ..client import ClientError, attributes as car
from ..client.cardata import SOURCE
from ..client.core.values import Access, StreamState
from ..const import DOMAIN, OPTION_STREAM
from . import cardata_stream as stream
from .cardata_first import FirstLook
from .cardata_guide import GuideSteps
from .flow import AccountFlow
from .texts import async_texts

_TEXT: Final = "exceptions.set_up_{}.message"
_ERROR: Final = "config.error.{}"
_TROUBLE: Final = frozenset({StreamState.REFUSED, StreamState.LOGIN_NEEDED, StreamState.TAKEN})


class WelcomeSteps(GuideSteps):
    """Read the cars of the account, and show which of them send."""

    _look: FirstLook

    def __init__(self, flow: AccountFlow, source: str) -> None:
        super().__init__(flow, source)
        self._reading: asyncio.Task[None] | None = None
        self._shown_once = False

    @override
    async def _logged_in(self) -> ConfigFlowResult:
        """Look at the cars of an account that is new."""
        gcid = self._tokens.gcid
        if self.flow.known(SOURCE) or self.flow.has(SOURCE, gcid):
            return await self._finish()
        entry = self._entry()
        options = entry.options.get(OPTION_STREAM, {}) if entry is not None else {}
        self._look = FirstLook(
            self.hass,
            self._client_id,
            self._tokens,
            await stream.broker(self.hass, options),
            self._accepts,
            self.flow.async_notify_flow_changed,
        )
        reading = self._look.read(entry.entry_id if entry is not None else None)
        self._reading = self.hass.async_create_task(reading, "first look at cars")
        return await self.async_step_reading()

    async def async_step_reading(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait for the first requests."""
        task = self._reading
        if task is not None and not task.done():
            return self.flow.async_show_progress(
                step_id=self.step_id("reading"),
                progress_action=self.step_id("reading"),
                progress_task=task,
            )
        return self.flow.async_show_progress_done(next_step_id=self.step_id("cars"))

    async def async_step_cars(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the cars until the user goes on; the dialog asks again when a car has sent."""
        look = self._look
        # What was submitted in the step of the code is handed on to this one
        if user_input is None or not self._shown_once:
            self._shown_once = True
            return self.show_form("cars", vol.Schema({}), placeholders=await self._shown(look))
        await look.close()
        self._tokens = look.tokens
        look.leave()
        self._reading = None
        return await self._finish()

    @callback
    @override
    def async_remove(self) -> None:
        """Close the stream; what was read is kept for the next attempt."""
        super().async_remove()
        if self._reading is not None:
            self._reading.cancel()
            self._look.stop()
            self._look.leave()

    def _accepts(self, vin: str) -> bool:
        """Return whether no other entry shows a car."""
        own, registry = self._entry(), dr.async_get(self.hass)
        return not any(
            registry.async_get_device_by_identifier((DOMAIN, vin), entry.entry_id)
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            if entry is not own
        )

    def _entry(self) -> ConfigEntry | None:
        """Return the entry to which the source is added, None for a new one."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        same = (entry for entry in entries if entry.unique_id == self._tokens.gcid)
        return self.flow.known_entry or next(same, None)

    async def _shown(self, look: FirstLook) -> dict[str, str]:
        """Return what is known of the cars, as a list in Markdown."""
        texts = await async_texts(self.hass, "exceptions", "config")
        lines = [f"- **{escape(_name(look, vin))}**: {text}" for vin, text in _cars(look, texts)]
        if look.poll.error is not None:
            lines.append(_text(texts, "failed", error=_cause(look.poll.error, texts)))
        elif not lines:
            lines.append(_text(texts, "no_car"))
        return {"cars": "\n".join(lines), "spent": str(look.source.status.calls_made)}


def _cars(look: FirstLook, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each car with what is known of it."""
    for vin, known in look.source.cars.items():
        error = look.poll.errors.get(vin)
        if known.access is not Access.PRIMARY:
            yield vin, _text(texts, "secondary")
        elif known.elsewhere:
            yield vin, _text(texts, "elsewhere")
        elif known.denied:
            yield vin, _text(texts, "denied")
        elif error is not None:
            yield vin, _text(texts, "failed", error=_cause(error, texts))
        else:
            count = sum(1 for _ in look.garage.vehicles.get(vin, ()))
            parts = [_text(texts, "read", count=str(count)), _stream(look, vin, texts)]
            yield vin, " ".join(filter(None, parts))


def _stream(look: FirstLook, vin: str, texts: Mapping[str, str]) -> str:
    """Return whether a car sends, "" if there is no stream."""
    if vin in look.heard:
        return _text(texts, "heard")
    if not look.streamed:
        return ""
    if not look.source.streams(vin):
        return _text(texts, "motorcycle")
    if look.stream in _TROUBLE:
        return _text(texts, "trouble")
    if look.stream is StreamState.LOST:
        return _text(texts, "lost")
    return _text(texts, "waiting" if look.waiting else "silent")


def _name(look: FirstLook, vin: str) -> str:
    """Return the model of a car with the end of its VIN."""
    vehicle = look.garage.vehicles.get(vin)
    model = vehicle.value(car.MODEL) if vehicle is not None else None
    return f"{model} …{vin[-4:]}" if model else f"…{vin[-4:]}"


def _cause(error: ClientError, texts: Mapping[str, str]) -> str:
    return texts.get(_ERROR.format(error.key), error.key)


def _text(texts: Mapping[str, str], key: str, **words: str) -> str:
    return texts[_TEXT.format(key)].format_map(words)
