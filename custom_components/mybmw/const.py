"""Constants for the MyBMW integration."""

from typing import Final

DOMAIN: Final = "mybmw"

CONF_SOURCES: Final = "sources"
CONF_API_KEY: Final = "api_key"
CONF_API_SECRET: Final = "api_secret"  # noqa: S105 - the name of a field
CONF_CA: Final = "ca"
CONF_CAPTCHA: Final = "captcha_token"
CONF_SECURITY_ANSWER: Final = "security_answer"
CONF_TLS: Final = "tls"
CONF_TOKENS: Final = "tokens"

OPTION_CARD: Final = "card"
OPTION_READ_ONLY: Final = "read_only"
OPTION_INTERVAL: Final = "polling_interval"
OPTION_POSITION: Final = "track_position"
OPTION_ROAD_FACTOR: Final = "road_factor"
OPTION_CARDATA: Final = "cardata"
OPTION_ENTITIES: Final = "entities"
OPTION_JOURNAL: Final = "journal"
OPTION_KEEP_JOURNAL: Final = "keep"
OPTION_JOIN_STOPS: Final = "join_stops"
OPTION_KEPT_MONTHS: Final = "keep_records"
OPTION_WORK: Final = "work_zone"
OPTION_STATISTICS: Final = "statistics"
OPTION_METER: Final = "charger_meter"
OPTION_CHARGER_POWER: Final = "charger_power"
OPTION_CAPACITIES: Final = "usable_capacities"
OPTION_NIGHT_START: Final = "night_start"
OPTION_NIGHT_END: Final = "night_end"
OPTION_STREAM: Final = "stream"

TARIFF_NONE: Final = "none"
TARIFF_FIXED: Final = "fixed"
TARIFF_TIMES: Final = "time_of_use"
TARIFF_ENTITY: Final = "entity"

OPTION_CURRENCY: Final = "currency"
OPTION_FUEL_PRICE: Final = "fuel_price"
OPTION_FUEL_PRICE_ENTITY: Final = "fuel_price_entity"
OPTION_TARIFF: Final = "tariff"
OPTION_PRICE: Final = "price"
OPTION_PRICE_PERIODS: Final = "price_periods"
OPTION_PRICE_ENTITY: Final = "price_entity"
OPTION_PLACE_PRICES: Final = "place_prices"
OPTION_PUBLIC_AC: Final = "public_ac_price"
OPTION_PUBLIC_DC: Final = "public_dc_price"
OPTION_PUBLIC_FEE: Final = "public_fee"

KEPT_MONTHS: Final = ["all", "60", "24", "12"]
WEEKDAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
HIGHEST_PRICE: Final = 100_000.0

LEAST_ROAD_FACTOR: Final = 0.3
MOST_ROAD_FACTOR: Final = 1.0
LEAST_CAPACITY: Final = 2.0
MOST_CAPACITY: Final = 300.0

STREAM_BMW: Final = "bmw"
STREAM_OWN: Final = "own"
STREAM_OFF: Final = "off"
