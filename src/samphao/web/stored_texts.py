"""Texts that rows keep in English, in the reader's language: conditions and issuers of papers, who reported what, duties.

They are words of the reference data or of a simulator. What a person wrote stays as he wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from samphao.workflows.price_to_door import REGIMES


class Phrases:
    """Known phrases; `spoken` translates each of them wherever it stands whole in a text."""

    def __init__(self, known: Iterable[str]) -> None:
        longest_first = sorted(known, key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")

    def spoken(self, text: str) -> str:
        return self._found.sub(lambda found: gettext(found[0]), text)


# Why a paper is needed (reference/data/documents.csv).
CONDITIONS = (
    _("with every shipment"),
    _("before loading"),
    _("after stuffing and before the gate of the port"),
    _("for the ACFTA rate; thirteen boxes; at most 20 items from memory"),
    _("for the RCEP rate"),
    _("e-Form D through the ASEAN Single Window since December 2019"),
    _("each lot; names orchard and packing house"),
    _("both listed with China under the protocol"),
    _("each lot since 10 January 2025"),
    _("each lot; the limit of the protocol"),
    _("each lot"),
    _("commercial lots"),
    _("purity of at least 92 %"),
    _("one entry form shared by the offices"),
    _("number on label and declaration; Decree 280 from 1 June 2026, Decree 248 before"),
    _("general trade"),
    _("general trade; not asked at the first import under cross-border retail"),
    _("order number, payer, buyer and amounts agree; buyer identified; within 5,000 and 26,000 CNY"),
    _("every parcel with goods; HS code and origin"),
    _("orchids"),
    _("listed species"),
    _("food"),
    _("before the contract; covers good, port and quantity"),
    _("before cutting"),
    _(
        "overland: numbers of orchard and packing house and the export mark on each carton; the container stays shut (the last from memory)"
    ),
    _("overland; verify for each corridor"),
    _("before loading on board"),
    _("every parcel with goods; HS code and origin; fresh fruit to China is refused"),
    _("at entry"),
)

# Who issues it.
ISSUERS = (
    _("exporter or customs broker"),
    _("Department of Foreign Trade"),
    _("Department of Foreign Trade or approved exporter"),
    _("Department of Foreign Trade or certified exporter"),
    _("Department of Agriculture"),
    _("laboratory listed by GACC"),
    _("laboratory or Department of Agriculture"),
    _("fumigator"),
    _("Department of Foreign Trade or authorised inspector"),
    _("Department of Agriculture and Rubber Authority"),
    _("Department of Fisheries"),
    _("Department of Livestock Development"),
    _("GACC"),
    _("exporter and importer"),
    _("NMPA"),
    _("platform, payment firm, carrier, customs agent"),
    _("sender or Thailand Post"),
    _("importer"),
    _("GACC, to the importer of record"),
    _("provincial agriculture office or packing house"),
    _("plant quarantine and packing house"),
    _("importer of record"),
)

# Why it is missing.
MISSING = (
    _("the office that issues it has not answered yet"),
    _("a permit covers good, port and kilograms"),
    _("no result of a listed laboratory for"),
    _("the gate to list is shut for"),
    _("no permit covers it"),
    _("Samphao, from the order"),
)

# Who reported or decided, where it was no person.
REPORTERS = (
    _("carrier simulator"),
    _("officer simulator"),
    _("issuing offices simulator"),
    _("entry inspection simulator"),
)

# What a duty asks for (reference/data/tariff_rates.csv).
DUTIES = (
    _("with Form E and direct consignment"),
    _("with Form D or e-Form D"),
    _("outside the tariff quota"),
    _("inside the quota; the importer must hold it"),
    _("with Form E, outside the quota"),
    _("between 145 and 175 EUR a tonne"),
    _("sensitive: no cut, the general rate holds"),
    _("20 % when the customs value is at most 7.5 CNY/kg, else 1.5 CNY/kg"),
    _("the lower of 20 % and 1.5 CNY/kg"),
    _("10 % when the customs value is at most 9 CNY/kg, else 0.9 CNY/kg"),
    _("depends on the national line"),
    _("a specific duty in CNY per kg; the amount was not found"),
    _("inside the quota"),
    _("at most 948 EUR a tonne"),
)

# Problems of the order counter (trade/rush/server.py), which speaks English to programs.
PROBLEMS = (
    _("This Idempotency-Key was used with another order; send a new key with a new order."),
    _("There is no such offer; take its code from the listing."),
    _("This hub does not sell to the country of this destination."),
    _("This lot is not on sale yet."),
    _("The sale of this lot has closed."),
    _("This lot may not be sold to this destination now; the listing says which paper is missing."),
    _("Not enough of this lot is left."),
    _("This is more than one buyer may order of this lot."),
    _("The quantity is outside what this offer sells at once."),
    _("This price is no longer valid; ask for the listing again."),
    _("This is more than one person may have of this good, or spend, in a year of cross-border retail."),
    _("Send a valid buyer token as `Authorization: Bearer ...`."),
    _("Send an Idempotency-Key of 1 to 80 characters, new for each order."),
    _("The body is not JSON."),
    _('The body is an object such as {"offer": "OF-7F3K-2QJ9", "quantity": 2}.'),
    _("An order is at most 2000 bytes."),
    _(
        "This lot is sold in a campaign: take a place in its queue, and order with the pass that you get when it is your turn."
    ),
    _("Too many of your orders wait already. Wait for their answers, then send again."),
    _("The counter cannot answer now. Send the same request with the same key again: it will not order twice."),
)
COUNTRIES = (_("China"), _("Laos"), _("Vietnam"), _("Cambodia"), _("Myanmar"), _("Singapore"))  # of an entry simulator

stored_text = Phrases(
    (*CONDITIONS, *ISSUERS, *MISSING, *REPORTERS, *DUTIES, *COUNTRIES, *REGIMES.values(), _("simulator"))
).spoken


def problem_text(title: str) -> str:
    return gettext(title) if title in PROBLEMS else title
