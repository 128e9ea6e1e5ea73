"""How often somebody may do something, counted in the database: all processes of a hub count together.

Each use moves a mark ahead by an equal share of the limit's time; what would move it further ahead than the whole time is refused
(the generic cell rate algorithm). So one row and one statement decide, at once also when many come together, and the mark says
when to come again. Django's cache in the database cannot: it adds in two steps, and two who come together are counted once.

Real time counts, not the hub's clock: whoever guesses passwords does not wait for a demo's season to pass.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

TAKE = """
INSERT INTO core_limituse AS u (name, key, used_until) VALUES (%(name)s, %(key)s, clock_timestamp() + interval '1 second' * %(share)s)
ON CONFLICT (name, key) DO UPDATE SET used_until = greatest(u.used_until, clock_timestamp()) + interval '1 second' * %(share)s
WHERE greatest(u.used_until, clock_timestamp()) + interval '1 second' * %(share)s <= clock_timestamp() + interval '1 second' * %(within)s
RETURNING 1
"""
WAIT = """
SELECT extract(epoch FROM used_until + interval '1 second' * %(share)s - interval '1 second' * %(within)s - clock_timestamp()) FROM core_limituse
WHERE name = %(name)s AND key = %(key)s
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` uses at once, and as many again spread over the time `within`, for each key."""

    name: str
    count: int
    within: timedelta


class TooMany(Exception):
    """Tried too often. No refusal of a form (`HubError`): whatever page it was, the answer is 429 and when to come again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"tried too often: again in {wait_s} s")
        self.wait_s = wait_s


def take(limit: Limit, key: str) -> None:
    """Count one use, or raise TooMany. Within a transaction that is rolled back, nothing was counted."""
    values = _values(limit, key)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        if cursor.fetchone():
            return
        cursor.execute(WAIT, values)
        row = cursor.fetchone()
    raise TooMany(max(1, math.ceil(row[0])) if row else 1)


def give_back(limit: Limit, key: str) -> None:
    """Take back one use that was none, such as a right password."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_limituse SET used_until = used_until - interval '1 second' * %(share)s WHERE name = %(name)s AND key = %(key)s",
            _values(limit, key),
        )


def forget_unused() -> int:
    """Delete the marks that time has passed: they limit nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_limituse WHERE used_until <= clock_timestamp()")
        return int(cursor.rowcount)


def network_of(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or the /64 of an IPv6 address, of which he has 2**64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _values(limit: Limit, key: str) -> dict[str, str | float]:
    # A key names a person, an e-mail or an IP address: the table needs to know it again, not to tell it.
    digest = salted_hmac("samphao.limits", key).hexdigest()
    within_s = limit.within.total_seconds()
    return {"name": limit.name, "key": digest, "share": within_s / limit.count, "within": within_s}
