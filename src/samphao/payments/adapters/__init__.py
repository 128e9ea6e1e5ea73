"""Who holds the hub's money, one module each, all by one protocol.

A method is a way to pay; its adapter knows what the buyer is shown, in which currency he is asked, and what its holder must be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from django.utils.translation import gettext_noop

from samphao.core.errors import NotFound
from samphao.payments.adapters import bank_transfer, promptpay, simulator
from samphao.payments.types import Posting


class Adapter(Protocol):
    """What the hub asks of every method."""

    method: str
    returns_at_once: bool
    """Whether money that goes back leaves with the same press; else somebody sends it, and tells that he did."""
    currency: str
    """The only currency in which it is paid; empty: in the order's own."""

    def missing(self) -> tuple[str, ...]:
        """Return the settings that it needs and does not have: with any, it is not offered."""

    def instruct(self, postings: Sequence[Posting]) -> None:
        """Tell its holder to make the movements on its account that these transfers are."""


ADAPTERS: Mapping[str, Adapter] = {
    one.method: one for one in (simulator.Simulator(), promptpay.PromptPay(), bank_transfer.BankTransfer())
}


def adapter_of(method: str) -> Adapter:
    try:
        return ADAPTERS[method]
    except KeyError:
        raise NotFound(gettext_noop("There is no such way to pay.")) from None


def returns_at_once(method: str) -> bool:
    return adapter_of(method).returns_at_once


def instruct(postings: Sequence[Posting]) -> None:
    """Tell each holder what moves on its account by transfers that were posted just now, at the hub's word."""
    for method, adapter in ADAPTERS.items():
        if mine := [row for row in postings if any(code.startswith(f"bank:{method}:") for code, _ in row.entries)]:
            adapter.instruct(mine)
