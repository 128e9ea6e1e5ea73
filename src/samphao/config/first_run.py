"""What an empty hub needs before its pages open: reference rows, and a one-time address for whoever started it."""

from __future__ import annotations

from samphao.config.processes import LOOPBACK


def prepare(port: int) -> None:
    """Publish reference rows and customs offices if there are none; print the address of the setup while it is not finished."""
    from samphao.accounts import services
    from samphao.customs import services as customs
    from samphao.reference import queries
    from samphao.reference import services as reference

    if not queries.goods():
        print(f"  {reference.publish():,} reference rows published: goods, tariffs, taxes, gates, provinces")
        customs.publish_offices()
    token = services.make_set_up_token()
    if token:
        print("\n  This hub is not set up yet. Five questions, at an address that works once:")
        print(f"    http://{LOOPBACK}:{port}/setup/?token={token}", flush=True)
