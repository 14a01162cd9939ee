"""Base classes for the set-up steps of a source and the config flow that runs them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.core import callback
import voluptuous as vol

BEGIN: Final = "begin"


class AccountFlow(ConfigFlow, ABC):
    """A config flow that adds an account, or a login to one of its sources."""

    @property
    @abstractmethod
    def known_entry(self) -> ConfigEntry | None:
        """Return the entry that is changed, None for a new one."""

    @abstractmethod
    def accounts(self, source: str) -> list[Mapping[str, Any]]:
        """Return the login data of a source in all entries."""

    @abstractmethod
    def has(self, source: str, unique_id: str) -> bool:
        """Return whether an entry of this account has a source."""

    @abstractmethod
    def known(self, source: str) -> Mapping[str, Any]:
        """Return the login data of a source in the changed entry, {} if there is none."""

    @abstractmethod
    def drop(self, source: str, vins: Iterable[str]) -> None:
        """Remove cars from the changed entry that a source is not wanted for any more."""

    @abstractmethod
    async def finish(
        self, source: str, account: dict[str, Any], title: str, unique_id: str | None
    ) -> ConfigFlowResult:
        """Create an entry, or add the source to the existing one.

        Without a `unique_id`, the `fallback_id` of the source identifies the account.
        """


class SourceSteps(ABC):
    """The steps of one source; each id is the name of the source and that of the step."""

    def __init__(self, flow: AccountFlow, source: str) -> None:
        self.flow = flow
        self.hass = flow.hass
        self.source = source

    @abstractmethod
    async def async_step_begin(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Log in for the first time; the id of this step is the name of the source."""

    @abstractmethod
    async def async_step_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Log in again, since the login was refused."""

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Log in again at the user's request."""
        return await self.async_step_reauth(user_input)

    @callback  # noqa: B027 - most have nothing to cancel
    def async_remove(self) -> None:
        """Cancel running tasks when the flow is removed."""

    def step_id(self, step: str) -> str:
        """Return the id of a step."""
        return self.source if step == BEGIN else f"{self.source}_{step}"

    def show_form(
        self,
        step: str,
        schema: vol.Schema,
        errors: dict[str, str] | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show the form of a step."""
        return self.flow.async_show_form(
            step_id=self.step_id(step),
            data_schema=schema,
            errors=errors,
            description_placeholders=placeholders,
        )
