"""High Mobility: BMW and MINI by the Auto API, with webhooks; read-only.

It needs a contract with High Mobility, and was never tried against the real service.
"""

from .api import HighMobilityApi
from .auth import (
    BRANDS,
    LOCALES,
    SIMULATED,
    Application,
    ClientCredentials,
    Consent,
    DriverConsent,
    KeyFormError,
    check_key,
    consent,
    exchange,
    keeper,
    revoke,
)
from .clearance import (
    Clearance,
    ClearanceState,
    Eligibility,
    Ineligible,
    read_clearance,
    read_clearances,
    read_eligibility,
    refused_cars,
)
from .component import SOURCE
from .connection import connect
from .costs import Costs, Counts, Prices
from .endpoints import Endpoints, endpoints
from .http_errors import (
    AsleepError,
    GrantError,
    NoDataYetError,
    PrivacyError,
    UnconfirmedClearanceError,
)
from .source import HighMobilitySource
from .tokens import HighMobilityTokens
from .webhooks import MOST_OF_WEBHOOK, WebhookEvent, WebhookReceiver

__all__ = [
    "BRANDS",
    "LOCALES",
    "MOST_OF_WEBHOOK",
    "SIMULATED",
    "SOURCE",
    "Application",
    "AsleepError",
    "Clearance",
    "ClearanceState",
    "ClientCredentials",
    "Consent",
    "Costs",
    "Counts",
    "DriverConsent",
    "Eligibility",
    "Endpoints",
    "GrantError",
    "HighMobilityApi",
    "HighMobilitySource",
    "HighMobilityTokens",
    "Ineligible",
    "KeyFormError",
    "NoDataYetError",
    "Prices",
    "PrivacyError",
    "UnconfirmedClearanceError",
    "WebhookEvent",
    "WebhookReceiver",
    "check_key",
    "connect",
    "consent",
    "endpoints",
    "exchange",
    "keeper",
    "read_clearance",
    "read_clearances",
    "read_eligibility",
    "refused_cars",
    "revoke",
]
