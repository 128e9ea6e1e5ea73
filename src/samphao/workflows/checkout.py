"""From a basket to orders that are held: the buyer's own organisation, or one that is made for a visitor; and paying them all."""

from __future__ import annotations

from collections.abc import Callable

from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from samphao.accounts import services as accounts
from samphao.core.errors import NotFound
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.services import Delivery, Shopper
from samphao.workflows import ways_to_pay

SALT = "samphao.purchase"


def check_out(shopper: Shopper, basket: str, delivery: Delivery) -> str:
    """Order a signed-in buyer's basket; return the purchase's code. See `trade.services.order_basket` for what it raises."""
    if shopper.buyer is None:
        raise NotFound("There is no such basket.", basket=basket)
    return services.order_basket(shopper, basket, delivery, buyer=shopper.buyer)


def check_out_as_visitor(
    shopper: Shopper, basket: str, delivery: Delivery, *, language: str, network: str, address: Callable[[str], str]
) -> str:
    """Order a visitor's basket for a buyer made for it, and send the way back to the purchase; all or nothing.

    `address` gives the address of a purchase's page on this hub: the letter's link is that with the token.
    """
    with transaction.atomic():
        before = services.purchase_of_basket(shopper, basket)  # sent twice: the buyer is there already
        if before:
            return before
        buyer = accounts.register_visitor(
            delivery.address["name"], delivery.address["country"], delivery.email, language=language, network=network
        )
        code = services.order_basket(shopper, basket, delivery, buyer=buyer)
        accounts.write_letter(
            "purchase", delivery.email, language=language, subject=_("Your orders: %(code)s") % {"code": code},
            text=_("Your orders stand here; whoever has this address sees them:\n%(url)s") % {"url": f"{address(code)}?t={way_back(code)}"},
        )  # fmt: skip
    return code


def way_back(code: str) -> str:
    """Return the token by which a visitor comes back to his purchase."""
    return signing.Signer(salt=SALT).signature(code)


def is_way_back(code: str, token: str) -> bool:
    return constant_time_compare(token, way_back(code))


def pay_purchase(code: str) -> int:
    """Let the simulator bank report a purchase's held orders as paid, all or none; return how many were."""
    purchase = trade.purchase_for(code, organisations=(), sees_all=True)
    if purchase is None:
        raise NotFound("There is no such purchase.", purchase=code)
    with transaction.atomic():
        return sum(
            ways_to_pay.pay_by_simulator(line.order.code) for line in purchase.lines.all() if line.order.state == "held"
        )
