"""Who orders what in a made season: seeded, from the offers that are really there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samphao.core.tokens import TokenSigner
from samphao.trade.types import OfferForSale, offer_code
from samphao.workflows.season.load import order_bytes
from samphao.workflows.trade_modes import HOUSEHOLDS, WHOLESALE


@dataclass(frozen=True, slots=True)
class OrderMix:
    """How many orders, how large, how many for the hot lots; sizes as examples/season/order_mix.csv explains them."""

    households: int = 55_000
    household_sizes: tuple[float, ...] = (0.30, 0.35, 0.20, 0.15)
    wholesale: int = 5_000
    cartons_median: float = 45
    cartons_sigma: float = 0.83
    cartons_min: int = 20
    cartons_max: int = 500
    share_hot: float = 0.60
    share_repeated: float = 0.02
    share_post: float = 0.03
    share_cbec: float = 0.02

    @property
    def count(self) -> int:
        return self.households + self.wholesale


@dataclass(slots=True)
class Wish:
    """One order that somebody wants; a refusal sends him to another lot."""

    number: int
    kind: str
    destination: str
    buyer: int
    quantity: int
    trade_mode: str = "general"
    offer: OfferForSale | None = None
    tries: int = 0


class MarketDay:
    """Wishes with their offers; `requests` gives the bytes for the order counter."""

    def __init__(
        self, mix: OrderMix, weights: dict[str, dict[str, float]], buyers: Mapping[str, Sequence[int]], seed: int
    ) -> None:
        self._mix = mix
        self._rng = np.random.default_rng(seed)
        self.wishes = self._wishes(weights, buyers)

    def _wishes(self, weights: dict[str, dict[str, float]], buyers: Mapping[str, Sequence[int]]) -> list[Wish]:
        rng, mix = self._rng, self._mix
        kinds = np.array([HOUSEHOLDS] * mix.households + [WHOLESALE] * mix.wholesale)
        sizes = np.concatenate(
            [
                rng.choice(np.arange(1, len(mix.household_sizes) + 1), mix.households, p=mix.household_sizes),
                np.clip(
                    np.round(rng.lognormal(np.log(mix.cartons_median), mix.cartons_sigma, mix.wholesale)),
                    mix.cartons_min,
                    mix.cartons_max,
                ),
            ]
        ).astype(int)
        places = np.concatenate(
            [
                _draw(rng, weights[kind], count)
                for kind, count in ((HOUSEHOLDS, mix.households), (WHOLESALE, mix.wholesale))
            ]
        )
        who = np.concatenate(
            [
                rng.choice(np.asarray(buyers[kind]), count)
                for kind, count in ((HOUSEHOLDS, mix.households), (WHOLESALE, mix.wholesale))
            ]
        )
        modes = rng.choice(
            ["post", "cbec", "general"],
            mix.count,
            p=[mix.share_post, mix.share_cbec, 1 - mix.share_post - mix.share_cbec],
        )
        modes[mix.households :] = "general"  # who sells on imports in general trade, or buys at home
        order = rng.permutation(mix.count)
        return [
            Wish(number, str(kinds[at]), str(places[at]), int(who[at]), int(sizes[at]), str(modes[at]))
            for number, at in enumerate(order)
        ]  # numbered in the order in which they arrive

    def choose(self, wishes: Sequence[Wish], offers: Sequence[OfferForSale]) -> list[Wish]:
        """Give each wish an offer with enough left, most households a hot one at first; return those that found one."""
        shelves = _shelves(offers)
        draws = self._rng.random((len(wishes), 2))
        found = []
        for wish, (first, second) in zip(wishes, draws, strict=True):
            wants_hot = wish.kind == HOUSEHOLDS and wish.tries == 0 and first < self._mix.share_hot
            for mode, is_hot in _where_to_look(wish, wants_hot=wants_hot):
                if (shelf := shelves.get((wish.kind, wish.destination, mode, is_hot))) is not None:
                    wish.offer = shelf.pick(second)
                    wish.quantity = min(wish.quantity, wish.offer.quantity_max)
                    if wish.tries and wish.quantity * wish.offer.lot_units > wish.offer.units_left:
                        wish.quantity = max(1, wish.offer.units_left // wish.offer.lot_units)
                    found.append(wish)
                    break
            wish.tries += 1
        return found

    def requests(self, wishes: Sequence[Wish], signer: TokenSigner, season: str) -> Iterator[tuple[int, bytes]]:
        """Yield the requests in the order of arrival, some of them again a little later, as a lost answer makes people do."""
        tokens: dict[int, str] = {}
        repeats = self._rng.random(len(wishes)) < self._mix.share_repeated
        late: list[tuple[int, bytes]] = []
        for wish, repeated in zip(wishes, repeats, strict=True):
            if wish.offer is None:
                continue
            token = tokens.get(wish.buyer) or tokens.setdefault(wish.buyer, signer.make(wish.buyer))
            request = order_bytes(
                token, f"{season}-{wish.number}-{wish.tries}", offer_code(wish.offer.id), wish.quantity
            )
            yield wish.number, request
            if repeated:
                late.append((-1, request))
            if len(late) > 20:
                yield late.pop(0)
        yield from late


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Offers among which one wish chooses, with the cumulated share of each."""

    offers: list[OfferForSale]
    shares: NDArray[np.float64]

    def pick(self, draw: float) -> OfferForSale:
        return self.offers[min(int(np.searchsorted(self.shares, draw)), len(self.offers) - 1)]


def _shelves(offers: Sequence[OfferForSale]) -> dict[tuple[str, str, str, bool], _Shelf]:
    """Sort what is left by buyer, city, mode and whether it is hot: the more there is of a lot, the likelier it is chosen.

    By post and by cross-border retail every lot is as likely as another: few choose them for the mass that is left.
    """
    grouped: dict[tuple[str, str, str, bool], list[OfferForSale]] = {}
    for offer in offers:
        if offer.units_left >= offer.lot_units:
            grouped.setdefault((offer.kind, offer.destination, offer.trade_mode, offer.is_hot), []).append(offer)
    found = {}
    for key, shelf in grouped.items():
        is_by_mass = key[2] in ("general", "domestic")
        left = np.array([offer.units_left * offer.unit_mass_g if is_by_mass else 1 for offer in shelf], dtype=float)
        found[key] = _Shelf(shelf, np.cumsum(left / left.sum()))
    return found


def _where_to_look(wish: Wish, *, wants_hot: bool) -> Iterator[tuple[str, bool]]:
    """Yield the shelves for a wish: its own mode, else how most buy there; a hot lot first for who wants one."""
    if wish.trade_mode != "general" and wish.tries == 0:
        yield wish.trade_mode, False
    for is_hot in (wants_hot, False, True):
        yield "general", is_hot
        yield "domestic", is_hot
    yield "post", False  # a city that no container serves


def _draw(rng: np.random.Generator, weights: dict[str, float], count: int) -> NDArray[np.str_]:
    names = sorted(weights)
    shares = np.array([weights[name] for name in names])
    return rng.choice(np.array(names), count, p=shares / shares.sum())
