"""Two requests for quotation of a season: one becomes a contract that travels with its orders, one waits with its quotes at the end.

All of it goes through the services that the pages use. Who asks and who quotes is invented, as the season is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from samphao.accounts import queries as accounts
from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade import queries as trade
from samphao.trade.rfq_types import RfqSpec, Terms
from samphao.workflows import requests, ways_to_pay
from samphao.workflows.quote_prices import QuotePricer

BUYER, GROWER, CITY = "BUY-KMG-01", "PRD-CTI-001", "KMG"
KG, SELLERS = 900, 3
GOOD = "durian-fresh"
BY = "the season"
# For each seller in turn: what he asks above the price of his lot, percent, his term, and days until it is packed.
OFFERS = ((2, "FCA", 12), (9, "DAP", 10), (4, "CIP", 14))


def sign_one() -> bool:
    """Let the buyer ask, three sellers quote, both bargain, sign and pay; return whether a contract runs."""
    made = _asked(GOOD, KG)
    if made is None:
        return False
    _request, quotes = made
    buyer, seller = _viewer(BUYER, "buyer"), _viewer(_seller_of(quotes[0]), "producer")
    last = trade.quote_for(quotes[0], buyer)
    if last is None:
        return False
    price = last.versions.all()[0].steps[0][1]
    counter = Terms(
        ((0, price * 98 // 100),), "FCA", "ท่าใหม่ จันทบุรี", 12, _until(3), "free", 20, 50, (), "若能降两个点，今天就签。"
    )
    number = requests.counter(quotes[0], counter, viewer=buyer, by=BY)
    contract = requests.sign(quotes[0], number, viewer=seller, by=BY)
    order = trade.contract_with_steps(contract)
    return order is not None and ways_to_pay.pay_by_simulator(order.order.code)


def leave_one_open() -> int:
    """Let the buyer ask for what is on sale now; return how many sellers quoted."""
    for good in dict.fromkeys((GOOD, *trade.goods_to_ask_for())):
        if (made := _asked(good, KG)) is not None:
            return len(made[1])
    return 0


def _asked(good: str, kg: int) -> tuple[str, list[str]] | None:
    """Let the buyer ask for a good and sellers quote, the demo's grower first; None where too few have enough of it."""
    lots = trade.lots_to_contract(good, CITY, kg, first=GROWER)[:SELLERS]
    if len(lots) < SELLERS:
        return None
    today, now = clock.today(), clock.now()
    spec = RfqSpec(
        good, kg, CITY, "DAP", "昆明", today + timedelta(days=10), today + timedelta(days=45), now + timedelta(days=7), "CNY", certificates=("gap", "phytosanitary", "form_e"),
        wants_samples=True, said="（演示）要早上采的，装箱前请发照片。",
    )  # fmt: skip
    request = requests.ask(spec, viewer=_viewer(BUYER, "buyer"), by=BY)
    pricer = QuotePricer()
    quotes = []
    for lot, (above, term, days) in zip(lots, OFFERS, strict=True):
        kg_minor = lot.price_minor * 1000 // lot.unit_mass_g * (100 + above) // 100
        price = kg_minor + (3_000 if term != "FCA" else 0)  # carriage is in it: a round sum that covers it
        terms = Terms(
            ((0, price), (5_000, price * 97 // 100)), term, "ท่าใหม่ จันทบุรี" if term == "FCA" else "昆明", days, _until(6), "free", 20, 50,
            ("gap", "phytosanitary", "form_e") if term != "CIP" else ("gap", "phytosanitary"), "(สาธิต) ตัดเช้า คัดและบรรจุวันเดียวกัน",
        )  # fmt: skip
        producer = lot.listing.producer.code
        quotes.append(
            requests.quote(request, lot.code, terms, viewer=_viewer(producer, "producer"), by=BY, pricer=pricer)
        )
    return request, quotes


def _until(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def _seller_of(quote: str) -> str:
    found = trade.parties_of_quote(quote)
    return str(found.seller.code)


def _viewer(code: str, kind: str) -> Viewer:
    return Viewer((accounts.ids_by_code()[code],), (code,), frozenset({kind}), is_hub=False)
