"""`samphao bench rush`: N durable orders for one hot lot over HTTP."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from samphao.core.postgres import embedded
from samphao.core.tokens import TokenSigner
from samphao.workflows.season.load import LOOPBACK, Outcome, order_bytes, send_all

NAME = "rush"
SUMMARY = "orders a second for one hot lot over HTTP, durable; none oversold, lost or duplicated"

SECRET = "a secret of the benchmark alone"  # noqa: S105
CONNECTIONS = 96
BUYERS = 5000
SALE = 1
"""The campaign in which the hot lot is sold: every request shows a pass of it."""
BUYER_LIMIT = 4
ORDERS_OF_BUYER = 2  # so that nobody comes to his limit, and everybody's is looked at
REPEATED_EVERY = 50  # 2 % of the requests repeat an earlier key


@contextmanager
def database() -> Iterator[str]:
    """Yield the address of a migrated database of the benchmark's own; it is dropped afterwards."""
    server = embedded("bench")
    started = server.start()
    name = f"bench_{os.getpid()}"
    url = server.url.replace("/samphao?", f"/{name}?")
    try:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        subprocess.run(
            [sys.executable, "-m", "samphao", "migrate", "--quiet"], check=True, env={**os.environ, "DATABASE_URL": url}
        )
        yield url
    finally:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        if started:
            server.stop()


def prepare(url: str, units: int, buyers: int = BUYERS, limit: int = BUYER_LIMIT) -> int:
    """Make the hot lot in a running campaign, with its gate, its offer and the buyers; return the offer's id."""
    with psycopg.connect(url) as connection:
        connection.execute(
            """INSERT INTO accounts_organisation (code, kind, legal_form, name_en, name_th, name_zh, country, province_iso, district_code, tax_id,
               language, is_demo) SELECT 'B' || n, CASE n WHEN 0 THEN 'producer' ELSE 'buyer' END, 'person', 'benchmark ' || n, '', '', 'TH', '', '', '',
               'en', true FROM generate_series(0, %s) n""",
            [buyers],
        )
        row = connection.execute(
            """INSERT INTO trade_listing (code, producer_id, good, variety, grade, title_en, title_th, title_zh)
               SELECT 'HOT', id, 'durian-fresh', '', '', 'hot', '', '' FROM accounts_organisation WHERE code = 'B0' RETURNING id"""
        ).fetchone()
        row = connection.execute(
            """INSERT INTO trade_lot (code, listing_id, orchard_code, harvest_from, harvest_to, unit, unit_mass_g, carton_units, price_minor,
               currency, quantity, held, sold, opens_at, closes_at, buyer_limit, basic_yellow_2, laboratory_code, is_demo)
               VALUES ('HOT', %s, '', now(), now(), 'fruit', 3000, 6, 45000, 'THB', %s, 0, 0, now() - interval '1 day', now() + interval '1 day',
               %s, '', '', true) RETURNING id""",
            [row[0], units, limit],  # type: ignore[index]
        ).fetchone()
        connection.execute(
            """INSERT INTO trade_campaign (id, code, name_en, name_th, name_zh, starts_at, ends_at, buyer_limit, admit_per_s, announced_at, announced_by)
               VALUES (%s, 'HOT', 'hot', '', '', now() - interval '1 day', now() + interval '1 day', %s, 1000, now(), '')""",
            [SALE, limit],
        )
        connection.execute("INSERT INTO trade_campaignlot (campaign_id, lot_id) VALUES (%s, %s)", [SALE, row[0]])  # type: ignore[index]
        connection.execute(
            """INSERT INTO trade_gatestate (lot_id, destination, gate, is_open, findings, decided_at)
               VALUES (%s, 'CNKMG', 'to_list', true, '[]', now())""",
            row,
        )
        row = connection.execute(
            """INSERT INTO trade_offer (lot_id, destination, kind, trade_mode, entry_node, incoterm, incoterm_place, incoterm_edition, lot_units,
               price_minor, currency, lines, quantity_min, quantity_max, priced_at, valid_to, promised_days)
               VALUES (%s, 'CNKMG', 'household', 'general', '', 'DDP', 'Kunming', 2020, 1, 12834, 'CNY', '[]', 1, 4, now(),
               now() + interval '1 day', 8) RETURNING id""",
            row,
        ).fetchone()
    return int(row[0])  # type: ignore[index]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(application: str, **environment: str) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", application, "--factory", "--host", LOOPBACK, "--port", str(port), "--no-access-log",
               "--http", "httptools", "--loop", "uvloop", "--log-level", "warning", "--backlog", "4096", "--no-server-header"]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "SAMPHAO_SECRET": SECRET, **environment})
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection((LOOPBACK, port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def passes(buyers: int) -> list[str]:
    """Return a pass to the sale for each buyer."""
    signer = TokenSigner(SECRET)
    return [signer.make(buyer, sale=SALE) for buyer in range(2, buyers + 2)]


def requests(offer: str, tag: str, buyers: int) -> Iterator[tuple[int, bytes]]:
    """Yield orders of one unit, each with a key of its own, every fiftieth a repetition."""
    tokens = passes(buyers)
    for number in itertools.count():
        again = number - 25 if number % REPEATED_EVERY == REPEATED_EVERY - 1 else number
        yield number, order_bytes(tokens[again % buyers], f"{tag}-{again}", offer, 1)


class UntilSoldOut:
    """Stop one second after the first refusal."""

    def __init__(self) -> None:
        self._since: float | None = None

    def __call__(self, outcome: Outcome) -> bool:
        if self._since is None:
            if 409 in outcome.statuses:
                self._since = time.monotonic()
            return False
        return time.monotonic() - self._since > 1


def run_load(port: int, offer: str, tag: str, buyers: int) -> tuple[list[str], list[float], str]:
    """Return the codes of the orders answered 201, the latencies and what sent them."""
    if wrk := shutil.which("wrk"):
        return _wrk(wrk, port, offer, tag, buyers)
    outcome = send_all(port, requests(offer, tag, buyers), CONNECTIONS, UntilSoldOut())
    if strange := set(outcome.statuses) - {201, 409}:
        raise RuntimeError(f"the counter answered {strange}")
    return outcome.orders, outcome.latencies, "raw sockets of our own, one process"


LUA = """
local tokens, offer, tag, n, codes = {}, "%(offer)s", "%(tag)s", 0, {}
local next_thread = 0
function setup(thread) thread:set("id", next_thread); next_thread = next_thread + 1; thread:set("stopped", 0) end
function init(args)
  for line in io.lines("%(tokens)s") do tokens[#tokens + 1] = line end
  out = io.open("%(out)s." .. id, "w")
end
function request()
  local k = n
  if n %% 50 == 49 then k = n - 25 end
  n = n + 1
  return wrk.format("POST", "/orders", {["Authorization"] = "Bearer " .. tokens[(k * 2 + id) %% #tokens + 1],
    ["Idempotency-Key"] = tag .. "-" .. id .. "-" .. k, ["Content-Type"] = "application/json"}, '{"offer":"' .. offer .. '","quantity":1}')
end
function response(status, headers, body)
  if status == 201 then out:write(body:sub(11, 22), "\\n")
  elseif status == 409 then
    if stopped == 0 then stopped = os.time() elseif os.time() - stopped > 1 then out:flush(); wrk.thread:stop() end
  else out:write("strange ", status, "\\n") end
end
function done(summary, latency, requests)
  io.stderr:write(string.format("%%d %%d\\n", latency:percentile(50), latency:percentile(99)))
end
"""


def _wrk(wrk: str, port: int, offer: str, tag: str, buyers: int) -> tuple[list[str], list[float], str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tokens").write_text("\n".join(passes(buyers)))
        script = folder / "load.lua"
        script.write_text(LUA % {"offer": offer, "tag": tag, "tokens": folder / "tokens", "out": folder / "codes"})
        command = [wrk, "-t1", f"-c{CONNECTIONS}", "-d120s", "-s", str(script), f"http://{LOOPBACK}:{port}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        p50, p99 = (int(word) / 1e6 for word in done.stderr.strip().split("\n")[-1].split())
        lines = [line for path in folder.glob("codes.*") for line in path.read_text().split("\n") if line]
    if strange := [line for line in lines if line.startswith("strange")]:
        raise RuntimeError(f"the counter answered {strange[:3]}")
    return lines, [p50] * 99 + [p99], f"wrk, 1 thread, {CONNECTIONS} connections"


def rush(url: str, units: int, tag: str, **environment: str) -> dict[str, Any]:
    """Sell `units` of a fresh lot and count in the database what happened."""
    from samphao.trade.types import offer_code

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE trade_order, trade_offer, trade_gatestate, trade_lot, trade_listing, trade_campaign, accounts_organisation, core_event"
            " RESTART IDENTITY CASCADE"
        )
        buyers = max(BUYERS, units // ORDERS_OF_BUYER)
        offer = prepare(url, units, buyers)
        connection.execute("CHECKPOINT")
        with server("samphao.config.counter:from_environment", SAMPHAO_COUNTER_DATABASE=url, **environment) as port:
            codes, latencies, load = run_load(port, offer_code(offer), tag, buyers)
        sold, distinct, keys, seconds = connection.execute(
            """SELECT sum(lot_units), count(DISTINCT code), count(DISTINCT (buyer_id, idempotency_key)),
               extract(epoch FROM max(pg_xact_commit_timestamp(xmin)) - min(pg_xact_commit_timestamp(xmin))) FROM trade_order"""
        ).fetchone()  # type: ignore[misc]
        held = connection.execute("SELECT held + sold FROM trade_lot").fetchone()[0]  # type: ignore[index]
        over = connection.execute(
            "SELECT count(*) FROM (SELECT FROM trade_order GROUP BY buyer_id HAVING sum(lot_units) > %s) x",
            [BUYER_LIMIT],
        ).fetchone()
        known = {row[0] for row in connection.execute("SELECT code FROM trade_order")}
    latencies.sort()
    return {
        "orders": int(distinct),
        "seconds": round(float(seconds), 3),
        "orders_per_s": round(units / float(seconds)),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 2),
        "p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1000, 2),
        "oversold": max(int(sold), int(held)) - units,
        "lost": len(set(codes) - known),
        "duplicated": int(distinct) - int(keys),
        "buyers": buyers,
        "over_limit": over[0],  # type: ignore[index]
        "load": load,
    }


def bare() -> Any:
    """Return the same server with no database behind it."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    from samphao.trade.rush.server import JSON, read_body, respond

    class Bare:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 the ASGI signature
            await read_body(receive)
            await respond(
                send, 201, JSON, b'{"order":"SO-0000-0000","state":"held","amount_minor":12834,"currency":"CNY"}'
            )

    return Starlette(routes=[Route("/orders", Bare(), methods=["POST"])])


def bare_per_s(count: int = 30_000) -> int:
    with server("samphao.bench.rush:bare") as port:
        started = time.perf_counter()
        send_all(port, itertools.islice(requests("OF-0000-0000", "bare", BUYERS), count), CONNECTIONS)
        return round(count / (time.perf_counter() - started))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="samphao bench rush", description=SUMMARY)
    parser.add_argument("--orders", type=int, default=60_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with database() as url:
        figures = rush(url, options.orders, "merged")
        single = rush(url, max(200, min(options.orders // 10, 6_000)), "single", SAMPHAO_COUNTER_BATCH="1")
    figures["one_by_one_per_s"] = single["orders_per_s"]
    figures["ratio_to_one_by_one"] = round(figures["orders_per_s"] / single["orders_per_s"], 2)
    figures["bare_per_s"] = bare_per_s()
    figures["ratio_to_bare"] = round(figures["orders_per_s"] / figures["bare_per_s"], 3)
    if options.json:
        print(json.dumps(figures))
    else:
        print(
            f"{figures['orders']:,} orders in {figures['seconds']} s: {figures['orders_per_s']:,}/s durable, sent by {figures['load']}"
        )
        print(f"  answered in {figures['p50_ms']} ms (median), {figures['p99_ms']} ms (99 %)")
        print(
            f"  oversold {figures['oversold']}, lost {figures['lost']}, duplicated {figures['duplicated']}, over the buyer's limit {figures['over_limit']}, counted in the database"
        )
        print(
            f"  one transaction an order: {figures['one_by_one_per_s']:,}/s, so {figures['ratio_to_one_by_one']} times as fast; no database: {figures['bare_per_s']:,}/s"
        )
    return 0 if figures["oversold"] == figures["lost"] == figures["duplicated"] == figures["over_limit"] == 0 else 1
