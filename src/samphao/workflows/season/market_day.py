"""Who orders what in a made season: seeded, from the offers that are really there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samphao.core.tokens import TokenSigner
from samphao.trade.types import OfferForSale, offer_code
from samphao.workflows.season.load import order_bytes

HOUSEHOLDS, WHOLESALE = "household", "wholesale"


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
        order = rng.permutation(mix.count)
        return [
            Wish(number, str(kinds[at]), str(places[at]), int(who[at]), int(sizes[at]))
            for number, at in enumerate(order)
        ]  # numbered in the order in which they arrive

    def choose(self, wishes: Sequence[Wish], offers: Sequence[OfferForSale]) -> list[Wish]:
        """Give each wish an offer with enough left, most households a hot one at first; return those that found one."""
        shelves: dict[tuple[str, str, bool], tuple[list[OfferForSale], NDArray[np.float64]]] = {}
        for key in {(offer.kind, offer.destination, offer.is_hot) for offer in offers}:
            shelf = [
                offer
                for offer in offers
                if (offer.kind, offer.destination, offer.is_hot) == key and offer.units_left >= offer.lot_units
            ]
            if shelf:
                left = np.array([offer.units_left * offer.unit_mass_g for offer in shelf], dtype=float)
                shelves[key] = shelf, np.cumsum(left / left.sum())
        draws = self._rng.random((len(wishes), 2))
        found = []
        for wish, (first, second) in zip(wishes, draws, strict=True):
            wants_hot = wish.kind == HOUSEHOLDS and wish.tries == 0 and first < self._mix.share_hot
            for is_hot in (wants_hot, False, True):
                if (shelf_and_weights := shelves.get((wish.kind, wish.destination, is_hot))) is not None:
                    shelf, cumulated = shelf_and_weights
                    wish.offer = shelf[min(int(np.searchsorted(cumulated, second)), len(shelf) - 1)]
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


def _draw(rng: np.random.Generator, weights: dict[str, float], count: int) -> NDArray[np.str_]:
    names = sorted(weights)
    shares = np.array([weights[name] for name in names])
    return rng.choice(np.array(names), count, p=shares / shares.sum())
