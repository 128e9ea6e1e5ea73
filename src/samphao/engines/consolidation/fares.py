"""Fares: what each order can be made to pay, so that no whole container earns a profit; and the needs that raise them.

Prices of departures (see `bound`) see containers by the fraction, and so a lane that fills none of them pays for parts of
some. Fares turn that round for paths of one departure. Every order pays a fare; every departure answers with the whole
boxes that profit it most from the orders that may take it. Orders' fares less departures' profits are a lower bound on
the cost of any plan, whatever the fares.

A *need* is a sentence such as "what is ready after Monday and due before Sunday fills 7.3 containers, so that these
departures need 8, or loose space for the rest". It is a mixed-integer rounding cut, and its weight moves money between
boxes and bound.

References
----------
Geoffrion (1974), Lagrangean relaxation for integer programming, doi 10.1007/BFb0120690; Nemhauser, Wolsey (1990), A
recursive procedure to generate all cuts for 0-1 mixed integer programs, doi 10.1007/BF01585752, for the rounding; needs
over windows follow the cut sets of Atamtürk (2002), doi 10.1007/s101070100269.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samphao.engines.consolidation.instance import Bools, Floats, Instance, Ints


@dataclass(frozen=True, slots=True)
class Needs:
    """Needs of windows, one entry each: all orders from `start` to `end` that are ready at `ready_h` or later and due at
    `due_h` or earlier, only the cold ones where `is_cold_only`, counted by mass where `by_mass`, else by volume, in boxes
    of `size` (kg or m3), with `weight` (money a box) of zero or more.
    """

    start: Ints
    end: Ints
    ready_h: Floats
    due_h: Floats
    is_cold_only: Bools
    by_mass: Bools
    size: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def joined(cls, parts: list[Needs]) -> Needs:
        """All the needs of `parts`, in that order."""
        flags = ("is_cold_only", "by_mass")
        kinds = {
            name: np.int64 if name in ("start", "end") else np.bool_ if name in flags else np.float64
            for name in cls.__slots__
        }
        return cls(
            *(
                np.concatenate([np.zeros(0, kind), *(getattr(part, name) for part in parts)])
                for name, kind in kinds.items()
            )
        )


@dataclass(frozen=True, slots=True)
class Fares:
    """Fares with all that a reader needs to work their bound out anew.

    Parameters
    ----------
    fare_m3, of_order
        Fare of each class of orders per m3, and the class of each order.
    mass_share
        How much of a departure's room is reckoned by mass rather than by volume, from 0 to 1, shape ``(departures,)``.
    slot
        Price of each shared resource's slot.
    needs
        Needs with their weights.
    """

    fare_m3: Floats
    of_order: Ints
    mass_share: Floats
    slot: Floats
    needs: Needs

    def of_orders(self, instance: Instance) -> Floats:
        """Fare of each order in the instance's money."""
        return np.asarray(self.fare_m3[self.of_order] * instance.orders.volume_m3, dtype=np.float64)
