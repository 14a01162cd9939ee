"""Build the source from the data of an account."""

from collections.abc import Callable, Iterable

import httpx

from ..privacy import Redactor
from ..transport.http import Http
from ..transport.tokens import Save
from .api import HighMobilityApi
from .auth import Application, ClientCredentials, DriverConsent, keeper
from .costs import Costs
from .endpoints import Endpoints
from .source import HighMobilitySource
from .tokens import HighMobilityTokens
from .webhooks import WebhookReceiver


def connect(
    client: httpx.AsyncClient,
    app: Application,
    where: Endpoints,
    *,
    fleet: bool = True,
    vins: Iterable[str] | None = None,
    webhook_secret: str = "",
    weak_signatures: bool = False,
    costs: Costs | None = None,
    faster: bool = False,
    tokens: HighMobilityTokens | None = None,
    save: Save[HighMobilityTokens] | None = None,
    load: Callable[[], HighMobilityTokens | None] | None = None,
    redactor: Redactor | None = None,
) -> HighMobilitySource:
    """Return a source for a fleet, or for the car of a driver's consent; nothing is sent yet.

    Without the secret of a webhook, no delivery is accepted. For the others see `TokenKeeper` and
    `HighMobilitySource`.
    """
    redactor = redactor or Redactor()
    http = Http(client, redactor)
    redactor.learn(webhook_secret or None)
    kind = ClientCredentials if fleet else DriverConsent
    login = keeper(kind(http, app, where), redactor, tokens, save, load)
    api = HighMobilityApi(http, login, where)
    receiver = WebhookReceiver(webhook_secret, weak=weak_signatures)
    return HighMobilitySource(api, receiver, costs, fleet=fleet, vins=vins, faster=faster)
