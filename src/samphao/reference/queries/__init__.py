"""Reads of published reference rows, by the day they are asked for."""

from samphao.reference.queries.charges import (
    cbec_taxes,
    days_with_exchange_rates,
    domestic_taxes,
    duties,
    exchange_rates,
    import_taxes,
    post_rates,
    price_rule,
    tax_on,
)
from samphao.reference.queries.dated import source_words
from samphao.reference.queries.goods import StorageSpec, goods, storage_of, tariff_lines
from samphao.reference.queries.places import (
    ProvinceName,
    currency_of,
    destination_of,
    destinations,
    province_codes,
    province_names,
    province_places,
)
from samphao.reference.queries.rules import (
    DocumentSpec,
    ModeRuleNames,
    cbec_goods,
    documents,
    gate_rules,
    trade_mode_rules,
)
from samphao.reference.queries.thai_places import (
    ThaiAddress,
    ThaiPlace,
    thai_address,
    thai_districts,
    thai_subdistricts,
)

__all__ = [
    "DocumentSpec",
    "ModeRuleNames",
    "ProvinceName",
    "StorageSpec",
    "ThaiAddress",
    "ThaiPlace",
    "cbec_goods",
    "cbec_taxes",
    "currency_of",
    "days_with_exchange_rates",
    "destination_of",
    "destinations",
    "documents",
    "domestic_taxes",
    "duties",
    "exchange_rates",
    "gate_rules",
    "goods",
    "import_taxes",
    "post_rates",
    "price_rule",
    "province_codes",
    "province_names",
    "province_places",
    "source_words",
    "storage_of",
    "tariff_lines",
    "tax_on",
    "thai_address",
    "thai_districts",
    "thai_subdistricts",
    "trade_mode_rules",
]
