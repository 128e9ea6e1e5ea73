"""Which addresses `bench pages` visits: every one of the hub's pages, with objects of the database that it finds there.

A page without arguments needs no line here. One with arguments needs a query of OBJECTS that yields its arguments by their
names, a row for each visit; else the benchmark says that it was missed. An address that only takes forms is found by its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

DELIVERED = """SELECT o.code FROM trade_order o WHERE o.delivered_at IS NOT NULL
               AND EXISTS (SELECT 1 FROM accounts_membership m WHERE m.organisation_id = o.buyer_id)
               AND NOT EXISTS (SELECT 1 FROM trade_%s x WHERE x.order_id = o.id) ORDER BY o.delivered_at DESC, o.id LIMIT 1"""
OBJECTS: dict[str, str] = {
    "lot": """(SELECT code FROM trade_lot ORDER BY held + sold DESC, code LIMIT 1)
              UNION (SELECT l.code FROM trade_lot l JOIN trade_gatestate g ON g.lot_id = l.id
                     GROUP BY l.code ORDER BY count(*) DESC, l.code LIMIT 1) ORDER BY code""",
    "order": """SELECT code FROM (SELECT DISTINCT ON (o.state, o.buyer_id) o.code, o.state, o.id FROM trade_order o
                JOIN accounts_membership m ON m.organisation_id = o.buyer_id ORDER BY o.state, o.buyer_id, o.id DESC) x ORDER BY state, id LIMIT 8""",
    "basket_check_out": """SELECT b.code FROM trade_basket b WHERE NOT EXISTS (SELECT 1 FROM trade_purchase p WHERE p.basket_id = b.id)
                           ORDER BY (SELECT count(*) FROM trade_basketline n WHERE n.basket_id = b.id) DESC, b.code LIMIT 1""",
    "purchase": """SELECT p.code FROM trade_purchase p ORDER BY (SELECT count(*) FROM trade_purchaseline n WHERE n.purchase_id = p.id) DESC, p.code LIMIT 1""",
    "campaign": """SELECT c.code FROM trade_campaign c ORDER BY (SELECT count(*) FROM trade_campaignlot l WHERE l.campaign_id = c.id) DESC, c.code LIMIT 1""",
    "order_pay": """SELECT o.code FROM trade_order o JOIN accounts_membership m ON m.organisation_id = o.buyer_id
                    ORDER BY (o.state = 'held') DESC, o.id DESC LIMIT 1""",
    "campaign_queue": "SELECT code FROM trade_campaign ORDER BY code LIMIT 1",
    "claim_new": DELIVERED % "claim",
    "return_new": DELIVERED % "claim",
    "review_new": DELIVERED % "review",
    "claim": """SELECT c.code FROM trade_claim c ORDER BY (SELECT count(*) FROM trade_claimstep s WHERE s.claim_id = c.id) DESC, c.code LIMIT 1""",
    "review": "SELECT code FROM trade_review ORDER BY length(text) DESC, code LIMIT 1",
    "surplus_ask": "SELECT code FROM trade_surpluscall ORDER BY code LIMIT 1",
    "rfq": "SELECT r.code FROM trade_rfq r ORDER BY (SELECT count(*) FROM trade_quote q WHERE q.rfq_id = r.id) DESC, r.code LIMIT 1",
    "rfq_quote": "SELECT code FROM trade_rfq WHERE state = 'open' ORDER BY code LIMIT 1",
    "quote": """SELECT q.code FROM trade_quote q ORDER BY (SELECT count(*) FROM trade_quoteversion v WHERE v.quote_id = q.id) DESC, q.code LIMIT 1""",
    "quote_counter": "SELECT code FROM trade_quote WHERE state = 'open' ORDER BY code LIMIT 1",
    "quote_sign": "SELECT code FROM trade_quote WHERE state = 'open' ORDER BY code LIMIT 1",
    "contract": """SELECT c.code FROM trade_contract c ORDER BY (SELECT count(*) FROM trade_contractstep s WHERE s.contract_id = c.id) DESC, c.code LIMIT 1""",
    "registration": """SELECT a.code FROM accounts_application a WHERE a.state <> 'draft'
                       ORDER BY (SELECT count(*) FROM accounts_applicationentry e WHERE e.application_id = a.id) DESC, a.code LIMIT 1""",
    "delegation": "SELECT code FROM accounts_delegation ORDER BY code LIMIT 1",
    "listing": """SELECT g.code FROM trade_listing g JOIN trade_lot l ON l.listing_id = g.id
                  GROUP BY g.code ORDER BY count(*) DESC, g.code LIMIT 1""",
    "listing_words": "SELECT g.code FROM trade_listing g JOIN trade_lot l ON l.listing_id = g.id ORDER BY g.code LIMIT 1",
    "own_lot": """SELECT l.code FROM trade_lot l JOIN trade_gatestate g ON g.lot_id = l.id
                  GROUP BY l.code ORDER BY count(*) DESC, l.code LIMIT 1""",
    "own_lot_change": "SELECT code FROM trade_lot ORDER BY code LIMIT 1",
    "load": """SELECT l.code FROM freight_load l JOIN freight_consignment c ON c.load_id = l.id
               GROUP BY l.code ORDER BY count(*) DESC, l.code LIMIT 1""",
    "declaration": """SELECT code FROM (SELECT DISTINCT ON (d.kind) d.kind, d.code FROM customs_declaration d
                      ORDER BY d.kind, (SELECT count(*) FROM customs_goodsitem i WHERE i.declaration_id = d.id) DESC, d.code) x ORDER BY kind""",
    "person": """SELECT o.code, u.username AS name FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
                 JOIN accounts_organisation o ON o.id = m.organisation_id ORDER BY m.id LIMIT 1""",
    "ticket": """(SELECT l.code FROM trade_lot l JOIN trade_ticket t ON t.lot_id = l.id ORDER BY l.held + l.sold DESC, l.code LIMIT 1)
                 UNION (SELECT l.code FROM trade_lot l JOIN accounts_membership m ON m.organisation_id = l.packing_house_id
                        WHERE NOT EXISTS (SELECT 1 FROM trade_ticket t WHERE t.lot_id = l.id) ORDER BY l.code LIMIT 1) ORDER BY code""",
    "labels": """SELECT l.code FROM trade_lot l JOIN trade_ticket t ON t.lot_id = l.id JOIN accounts_membership m ON m.organisation_id = l.packing_house_id
                 ORDER BY (SELECT count(*) FROM trade_order o WHERE o.lot_id = l.id AND o.state = 'paid') DESC, l.sold DESC, l.code LIMIT 1""",
    # The check digit of a trade item number of GS1, behind the company prefix for demonstrations.
    "digital_link": """SELECT d || (10 - (SELECT sum(substr(d, i, 1)::int * CASE i % 2 WHEN 1 THEN 3 ELSE 1 END) FROM generate_series(1, 13) i) % 10) % 10 AS gtin, code
                       FROM (SELECT '19521234' || lpad(l.listing_id::text, 5, '0') AS d, l.code FROM trade_lot l ORDER BY l.sold DESC, l.code LIMIT 1) x""",
    "suspension": "SELECT code FROM accounts_suspension ORDER BY id DESC LIMIT 1",
    "problem": "SELECT 'sold-out' AS code",
    "password_new": "SELECT 'MQ' AS uidb64, 'used' AS token",
}
"""SQL of each page with arguments: what the fullest ones are about, so that the worst is among them."""

QUERIES: dict[str, tuple[str, ...]] = {
    "market": ("q=榴莲", "q=nothing-of-that-name", "page=5"),
    "orders": ("page=2",),
    "tower": ("page=3",),
    "officer": ("state=released", "q=CN"),
    "importer": ("state=cleared", "page=2"),
    "notices": ("show=unread",),
}
"""Other faces of a page that is visited without a query too."""

LEFT_OUT: dict[str, str] = {
    "setup": "there only until the hub is set up",
    "setup_step": "there only until the hub is set up",
    "setup_done": "there only until the hub is set up",
    "invitation": "only with a secret from an e-mail; nobody of the demo is invited",
    "register_step": "only for who has begun a registration and not sent it",
    "listing_question": "only for who has begun a draft and not listed it",
    "listing_import": "only for who has sent a file of lots",
    "listing_photo": "a picture, no page",
    "bank_file": "a file for the bank",
    "file": "a picture or a paper, no page",
    "file_thumbnail": "a picture, no page",
}
MADE_UP: dict[str, Any] = {"IntConverter": 1, "UUIDConverter": "00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the hub with its arguments filled in; `is_known` is whether they name something."""

    name: str
    path: str
    is_known: bool = True


def addresses(within: str = "samphao.web.urls") -> Iterator[URLPattern]:
    """Yield every address of the hub's pages, as Django's resolver knows them."""
    for entry in get_resolver().url_patterns:
        module = getattr(getattr(entry, "urlconf_module", None), "__name__", "")
        if isinstance(entry, URLResolver) and module == within:
            yield from (found for found in entry.url_patterns if isinstance(found, URLPattern))


def pages() -> list[Page]:
    """Return every page of the hub but those of LEFT_OUT; one query for each line of OBJECTS."""
    found = []
    for address in addresses():
        name = str(address.name)
        if name not in LEFT_OUT:
            found += list(_pages_of(name, address.pattern.converters))
    return found


def _pages_of(name: str, converters: dict[str, Any]) -> Iterator[Page]:
    if not converters:
        path = reverse(name)
        yield Page(name, path)
        yield from (Page(name, f"{path}?{query}") for query in QUERIES.get(name, ()))
        return
    rows = _rows(OBJECTS[name]) if name in OBJECTS else []
    yield from (Page(name, reverse(name, kwargs=row)) for row in rows)
    if not rows:
        made_up = {name: MADE_UP.get(type(kind).__name__, "none") for name, kind in converters.items()}
        yield Page(name, reverse(name, kwargs=made_up), is_known=False)


def _rows(sql: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
