"""Which pages the browser visits, as whom and with which arguments. A public page without arguments needs no line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from worlds import market_morning
from worlds.market_morning import WEIGHED, World

from samphao.workflows.labels import gtin_of

MAPS = frozenset({"home", "tower", "design", "impact"})  # pages that may weigh more for their map


@dataclass(frozen=True)
class Visit:
    """One look at a page: `as_` is a log-in of the world (empty: nobody), `path` an address that no pattern makes."""

    name: str
    as_: str = ""
    arguments: Callable[[World], dict[str, Any]] = lambda _world: {}
    query: str = ""
    path: str = ""
    status: int = 200
    speaks_all: bool = False  # the page shows the three languages side by side: axe reads it once

    @property
    def label(self) -> str:
        parts = (self.name, self.as_, self.query.replace("=", "-"), str(self.status) if self.status != 200 else "")
        return "-".join(part for part in parts if part)


DURIAN = {"code": "CTI-MT-0430"}


def order_with(key: str) -> dict[str, Any]:
    """Return the order of `worlds.after_delivery` that was placed with a key."""
    from samphao.trade.models import Order

    return {"code": Order.objects.get(idempotency_key=key).code}


def the_claim() -> dict[str, Any]:
    from samphao.trade.after_sale import Claim

    return {"code": Claim.objects.earliest("id").code}


def the_review() -> dict[str, Any]:
    from samphao.trade.after_sale import Review

    return {"code": Review.objects.earliest("id").code}


def the_first(model: str, **which: str) -> dict[str, Any]:
    """Return the first object of a model of requests, quotes and contracts."""
    from django.apps import apps

    return {"code": apps.get_model("trade", model).objects.filter(**which).earliest("id").code}


def asked(step: str) -> Callable[[World], dict[str, Any]]:
    """Return the address of a question of Somchai's draft."""
    return lambda world: {"code": world.draft, "step": step}


PAGES: dict[str, tuple[Visit, ...]] = {
    "design": (Visit("design", speaks_all=True),),
    "market": (
        Visit("market"),
        Visit("market", query="q=nothing-of-that-name"),
        Visit("market", query="q=durain&province=TH-22"),
        Visit("market", query="page=2&to=TYO"),
    ),
    "lot": (
        Visit("lot", arguments=lambda _world: DURIAN),
        Visit("lot", as_="anong", arguments=lambda _world: DURIAN),
        Visit("lot", as_="anong", arguments=lambda _world: {"code": "CCO-MG-0322"}, query="to=TYO"),
        Visit("lot", as_="anong", arguments=lambda _world: {"code": "UDN-SK-0102"}, query="to=SHA"),
    ),
    "basket": (Visit("basket"), Visit("basket", as_="baisong")),
    "basket_check_out": (
        Visit("basket_check_out", as_="baisong", arguments=lambda world: {"code": market_morning.basket(world)}),
    ),
    "purchase": (Visit("purchase", as_="baisong", arguments=lambda world: {"code": market_morning.purchase(world)}),),
    "orders": (Visit("orders", as_="anong"), Visit("orders", as_="baisong")),
    "order": (
        Visit("order", as_="anong", arguments=lambda world: {"code": world.orders["held"]}, query="held"),
        Visit("order", as_="anong", arguments=lambda world: {"code": world.orders["paid"]}, query="paid"),
        Visit("order", as_="anong", arguments=lambda world: {"code": world.orders["expired"]}, query="expired"),
        Visit("order", as_="anong", arguments=lambda world: {"code": world.orders["post"]}, query="post"),
        Visit("order", as_="anong", arguments=lambda _world: order_with("came-2"), query="came"),
    ),
    "claim_new": (Visit("claim_new", as_="anong", arguments=lambda _world: order_with("came-2")),),
    "return_new": (
        Visit("return_new", as_="anong", arguments=lambda _world: order_with("came-3")),
        Visit("return_new", as_="anong", arguments=lambda _world: order_with("came-2"), query="fruit"),
    ),
    "review_new": (Visit("review_new", as_="anong", arguments=lambda _world: order_with("came-2")),),
    "claims": (Visit("claims", as_="anong"), Visit("claims", as_="hub"), Visit("claims", as_="malee")),
    "claim": (
        Visit("claim", as_="anong", arguments=lambda _world: the_claim()),
        Visit("claim", as_="somchai", arguments=lambda _world: the_claim()),
    ),
    "review": (Visit("review", as_="malee", arguments=lambda _world: the_review()),),
    "rfqs": (Visit("rfqs", as_="anong"), Visit("rfqs", as_="somchai"), Visit("rfqs", as_="baisong")),
    "rfq_new": (Visit("rfq_new", as_="anong"),),
    "rfq": (
        Visit("rfq", as_="anong", arguments=lambda _world: the_first("Rfq")),
        Visit("rfq", as_="somchai", arguments=lambda _world: the_first("Rfq")),
    ),
    "rfq_quote": (Visit("rfq_quote", as_="malee", arguments=lambda _world: the_first("Rfq", good="silk-mudmee")),),
    "quote": (
        Visit("quote", as_="anong", arguments=lambda _world: the_first("Quote", state="open")),
        Visit("quote", as_="somchai", arguments=lambda _world: the_first("Quote", state="accepted"), query="signed"),
    ),
    "quote_counter": (Visit("quote_counter", as_="anong", arguments=lambda _world: the_first("Quote", state="open")),),
    "quote_sign": (Visit("quote_sign", as_="anong", arguments=lambda _world: the_first("Quote", state="open")),),
    "contracts": (Visit("contracts", as_="anong"), Visit("contracts", as_="hub"), Visit("contracts", as_="malee")),
    "contract": tuple(
        Visit("contract", as_=name, arguments=lambda _world: the_first("Contract"))
        for name in ("anong", "somchai", "laboratory", "hub")
    ),
    "looked_for": (Visit("looked_for", as_="somchai"), Visit("looked_for", as_="hub")),
    "product_notes": (Visit("product_notes", as_="somchai"), Visit("product_notes", as_="malee")),
    "tower": (Visit("tower", as_="hub"), Visit("tower", as_="anong", status=403)),
    "load": (Visit("load", as_="hub", arguments=lambda world: {"code": world.loads[0]}),),
    "seller": (Visit("seller", as_="somchai"), Visit("seller", as_="newcomer")),
    "listings": (Visit("listings", as_="somchai"), Visit("listings", as_="anong", status=403)),
    "listing_new": (Visit("listing_new", as_="somchai"),),
    "listing_file": (Visit("listing_file", as_="somchai"),),
    "listing_import": (Visit("listing_import", as_="somchai", arguments=lambda world: {"code": world.file}),),
    "listing": (Visit("listing", as_="somchai", arguments=lambda _world: {"code": "L-CTI-MT-0430"}),),
    "listing_words": (Visit("listing_words", as_="somchai", arguments=lambda _world: {"code": "L-CTI-MT-0430"}),),
    "own_lot": (Visit("own_lot", as_="somchai", arguments=lambda _world: DURIAN),),
    "own_lot_change": (Visit("own_lot_change", as_="somchai", arguments=lambda _world: DURIAN),),
    "listing_question": tuple(
        Visit("listing_question", as_="somchai", arguments=asked(step), query=query or f"at={step}")
        for step, query in (
            ("good", ""),
            ("good", "family=durian"),
            ("kind", ""),
            ("place", ""),
            ("when", ""),
            ("amount", ""),
            ("package", ""),
            ("photo", ""),
            ("parties", ""),
            ("terms", ""),
            ("check", ""),
        )
    ),
    "listing_photo": (Visit("listing_photo", arguments=lambda _world: {"code": "FL-0000-0000"}, status=404),),
    "money": (Visit("money", as_="somchai"),),
    "order_pay": (
        Visit("order_pay", as_="anong", arguments=lambda world: {"code": world.orders["to_pay"]}, query="to-pay"),
        Visit("order_pay", as_="anong", arguments=lambda world: {"code": world.orders["paid"]}, query="paid"),
    ),
    "order_paper": (
        Visit(
            "order_paper",
            as_="anong",
            arguments=lambda world: {"code": world.orders["paid"], "kind": "none"},
            status=404,
        ),
    ),
    "statement": (Visit("statement", as_="somchai"),),
    "payee_account": (Visit("payee_account", as_="somchai"),),
    "money_desk": (Visit("money_desk", as_="hub"), Visit("money_desk", as_="anong", status=403)),
    "statement_import": (Visit("statement_import", as_="hub"),),
    "packing": (Visit("packing", as_="house"),),
    "campaign": (
        Visit("campaign", arguments=lambda world: {"code": world.campaign}),
        Visit("campaign", as_="anong", arguments=lambda world: {"code": world.campaign}),
    ),
    "campaign_queue": (Visit("campaign_queue", as_="anong", arguments=lambda world: {"code": world.campaign}),),
    "campaign_new": (Visit("campaign_new", as_="hub"),),
    "ticket": (
        Visit("ticket", as_="house", arguments=lambda _world: DURIAN),
        Visit("ticket", as_="somchai", arguments=lambda _world: {"code": WEIGHED}, query="signed"),
    ),
    "labels": (
        Visit("labels", as_="house", arguments=lambda _world: {"code": WEIGHED}),
        Visit("labels", as_="house", arguments=lambda _world: DURIAN, query="not-weighed"),
    ),
    "seller_orders": (Visit("seller_orders", as_="somchai"), Visit("seller_orders", as_="house", query="state=paid")),
    "picking": (Visit("picking", as_="house"),),
    "mass_balance": (Visit("mass_balance", as_="hub"),),
    "digital_link": (
        Visit(
            "digital_link", arguments=lambda world: {"gtin": gtin_of(world.lots[WEIGHED].listing_id), "code": WEIGHED}
        ),
    ),
    "suspensions": (Visit("suspensions", as_="hub"), Visit("suspensions", as_="house")),
    "suspend": (
        Visit("suspend", as_="hub", query="q=house"),
        Visit("suspend", as_="hub", query="kind=packing_house&code=house"),
    ),
    "suspension": (
        Visit("suspension", as_="hub", arguments=lambda world: {"code": world.suspension}),
        Visit("suspension", as_="laboratory", arguments=lambda world: {"code": world.suspension}),
    ),
    "surplus": (Visit("surplus", as_="hub"), Visit("surplus", as_="somchai")),
    "surplus_ask": (Visit("surplus_ask", as_="anong", arguments=lambda _world: the_first("SurplusCall")),),
    "officer": (Visit("officer", as_="office"),),
    "importer": (Visit("importer", as_="importer"),),
    "declaration": (
        Visit("declaration", as_="office", arguments=lambda world: {"code": world.declarations["waits"]}),
        Visit("declaration", as_="importer", arguments=lambda world: {"code": world.declarations["entry"]}),
    ),
    "setup": (Visit("setup", status=404),),
    "setup_step": (Visit("setup_step", arguments=lambda _world: {"step": "name"}, status=404),),
    "setup_done": (Visit("setup_done", status=404),),
    "organisation": (Visit("organisation", as_="somchai"),),
    "invite": (Visit("invite", as_="somchai"), Visit("invite", as_="office", status=403)),
    "first_owner": (Visit("first_owner", as_="hub"),),
    "person": (Visit("person", as_="somchai", arguments=lambda _world: {"code": "somchai", "name": "somchai"}),),
    "invitation": (
        Visit("invitation", arguments=lambda world: {"token": world.invitation}),
        Visit("invitation", as_="anong", arguments=lambda world: {"token": world.invitation}),
    ),
    "register": (Visit("register"), Visit("register", as_="beginner"), Visit("register", as_="newcomer")),
    "register_log_in": (Visit("register_log_in"),),
    "register_check": (Visit("register_check", as_="finisher"),),
    "register_step": tuple(
        Visit("register_step", as_="beginner", arguments=lambda _world, step=step: {"step": step}, query=f"at={step}")
        for step in ("kind", "form", "name", "province", "contact", "documents")
    )
    + tuple(
        Visit("register_step", as_="finisher", arguments=lambda _world, step=step: {"step": step}, query=f"at={step}")
        for step in ("identity", "numbers", "number-gap", "street")
    ),
    "registrations": (Visit("registrations", as_="hub"), Visit("registrations", as_="hub", query="state=approved")),
    "registration": (Visit("registration", as_="hub", arguments=lambda world: {"code": world.registration}),),
    "delegations": (Visit("delegations", as_="malee"), Visit("delegations", as_="somchai")),
    "delegation_new": (Visit("delegation_new", as_="malee"), Visit("delegation_new", as_="exporter")),
    "delegation": tuple(
        Visit("delegation", as_=name, arguments=lambda world: {"code": world.delegation})
        for name in ("malee", "exporter")
    ),
    "account": (Visit("account", as_="anong"),),
    "password_change": (Visit("password_change", as_="anong"),),
    "password_new": (Visit("password_new", arguments=lambda _world: {"uidb64": "MQ", "token": "used"}),),
    "notices": (
        Visit("notices", as_="anong"),
        Visit("notices", as_="anong", query="show=unread"),
        Visit("notices", as_="carrier"),
    ),
    "file": (Visit("file", as_="anong", arguments=lambda _world: {"code": "FL-0000-0000"}, status=404),),
    "file_thumbnail": (
        Visit("file_thumbnail", as_="anong", arguments=lambda _world: {"code": "FL-0000-0000"}, status=404),
    ),
    "problem": (Visit("problem", arguments=lambda _world: {"code": "sold-out"}),),
    "": (Visit("no-such-page", path="/no-such-page/", status=404),),
}
# Addresses that only take what a form sends.
POSTS = frozenset(
    {
        "order_place",
        "rfq_close",
        "quote_withdraw",
        "contract_say",
        "contract_accept",
        "declaration_decide",
        "sign_out",
        "leave",
        "withdraw",
        "notices_read",
        "file_add",
        "file_remove",
        "surplus_call",
        "statement_line",
        "money_sent",
        "payout_returned",
        "bank_file",
        "partner_messages",
        "basket_add",
        "basket_change",
        "purchase_pay",
        "wait",
        "wait_leave",
        "order_cancel",
        "claim_answer",
        "claim_reply",
        "claim_decide",
        "claim_appeal",
        "review_answer",
        "review_appeal",
        "review_decide",
        "product_note_done",
        "registration_decide",
        "delegation_decide",
        "listing_file_out",
        "listing_next_lot",
        "draft_discard",
        "own_lot_confirm",
        "own_lot_withdraw",
        "order_take_back",
    }
)


def patterns(within: str = "samphao.web.urls") -> Iterator[URLPattern]:
    """Yield every address of the hub's pages, as Django's resolver knows them."""
    for entry in get_resolver().url_patterns:
        module = getattr(getattr(entry, "urlconf_module", None), "__name__", "")
        if isinstance(entry, URLResolver) and module == within:
            yield from (found for found in entry.url_patterns if isinstance(found, URLPattern))


def visits() -> list[Visit]:
    """Return every visit: those of the table, and one of each public page that the table leaves out."""
    names = [str(found.name) for found in patterns()]
    found = [visit for name in names for visit in PAGES.get(name, ())]
    plain = [
        Visit(str(one.name))
        for one in patterns()
        if one.name not in PAGES | dict.fromkeys(POSTS) and not arguments_of(one)
    ]
    return [*found, *plain, *PAGES[""]]


def arguments_of(found: URLPattern) -> list[str]:
    return sorted(found.pattern.converters)


def faults_of_table() -> list[str]:
    """Say what to add for an address that the table should know, and what to take out of it."""
    known = {str(found.name): found for found in patterns()}
    faults = [
        f"`{name}` needs arguments ({', '.join(arguments_of(found))}): add it to PAGES in tests/browser/visits.py, such as "
        f'"{name}": (Visit("{name}", as_="hub", arguments=lambda world: {{...}}),), or to POSTS if only a form is sent there'
        for name, found in known.items()
        if name not in PAGES and name not in POSTS and arguments_of(found)
    ]
    return faults + [
        f"`{name}` is in tests/browser/visits.py but no longer an address of the hub: take it out"
        for name in sorted((set(PAGES) - {""} | POSTS) - set(known))
    ]
