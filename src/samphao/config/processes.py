"""The processes of a hub: web, order counter, worker. They start together and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from samphao.config import database_url
from samphao.core.postgres import EmbeddedPostgres, embedded

LOOPBACK = "127.0.0.1"
PATIENCE_S = 30


# The connections to the database that the process of the pages keeps and shares: a request waits for one that is free.
POOLED = {"SAMPHAO_CONNECTIONS": os.environ.get("SAMPHAO_CONNECTIONS", "20")}


class CannotServe(RuntimeError):
    """A process did not start; the message says how to mend it."""


@contextmanager
def database() -> Iterator[EmbeddedPostgres | None]:
    """Yield with a database that answers; an embedded server that was started here is stopped again."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = embedded(os.environ.get("SAMPHAO_SERVER", "hub"))
    started = server.start()
    try:
        yield server
    finally:
        if started:
            server.stop()


@contextmanager
def order_counter(port: int) -> Iterator[int]:
    """Yield while the order counter runs in a process of its own."""
    from django.conf import settings

    environment = {"SAMPHAO_COUNTER_DATABASE": database_url(), "SAMPHAO_SECRET": settings.SECRET_KEY}
    with _process(_counter(port), environment) as process:
        wait_for_port(port, process)
        yield port


@contextmanager
def pages(application: str) -> Iterator[int]:
    """Yield the port on which an application built around the pages answers, in a process of its own."""
    port = free_port()
    with _process(_pages(port, application), POOLED) as process:
        wait_for_port(port, process)
        yield port


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[None]:
    with _process([sys.executable, "-m", "samphao", "worker"], environment):
        yield


def serve(port: int) -> None:
    """Run the whole hub until Ctrl-C or SIGTERM; leave nothing running."""
    counter_port = port + 1
    require_free(port)
    environment = {
        "SAMPHAO_COUNTER_PORT": str(counter_port),
        "SAMPHAO_URL": os.environ.get("SAMPHAO_URL", f"http://{LOOPBACK}:{port}"),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (
        order_counter(counter_port),
        worker(environment),
        _process(_pages(port), POOLED | environment) as web,
    ):
        wait_for_port(port, web)
        print(f"\n  The hub is open at http://{LOOPBACK}:{port}   (Ctrl-C ends it)\n", flush=True)  # noqa: T201 the command's own output
        try:
            web.wait()
        except KeyboardInterrupt:
            print("  closing", flush=True)  # noqa: T201


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotServe(f"the process for port {port} did not start: run `samphao doctor`") from None
            time.sleep(0.05)
        else:
            return


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Raise CannotServe unless the pages and the order counter can have their ports."""
    for wanted in (port, port + 1):
        if not is_free(wanted):
            raise CannotServe(f"port {wanted} is in use: end what runs there, or choose another with --port")


def _pages(port: int, application: str = "samphao.config.asgi:application") -> list[str]:
    from django.conf import settings

    # Whoever connects from this machine may write `X-Forwarded-For`: it is believed only where a proxy is said to have written it.
    believed = "--proxy-headers" if settings.BEHIND_PROXY else "--no-proxy-headers"
    return _uvicorn(application, port, believed)


def _counter(port: int) -> list[str]:
    return _uvicorn("samphao.config.counter:from_environment", port, "--factory", "--no-proxy-headers")


def _uvicorn(application: str, port: int, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "uvicorn", application, "--host", LOOPBACK, "--port", str(port), "--no-access-log", "--http", "httptools",
        "--loop", "uvloop", "--log-level", "warning", "--backlog", "4096", "--no-server-header",
        "--timeout-graceful-shutdown", "3", *more,  # a live stream never ends by itself
    ]  # fmt: skip


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
