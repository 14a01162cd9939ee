"""Names that more than one file of the integration uses."""

from typing import Final

DOMAIN: Final = "mybmw"

CONF_SOURCES: Final = "sources"
CONF_CAPTCHA: Final = "captcha_token"
CONF_TOKENS: Final = "tokens"

OPTION_READ_ONLY: Final = "read_only"
OPTION_INTERVAL: Final = "polling_interval"
OPTION_POSITION: Final = "track_position"
