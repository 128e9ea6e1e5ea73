"""Where a request came from is what the connection says, unless a setting says that a proxy stands in front."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from samphao.config import processes

ECHO = """
async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})
"""


def seen(command: list[str], port: int, forwarded: str | None, folder: Path) -> str:
    """Return the address that the application sees behind this command's server."""
    (folder / "echo.py").write_text(ECHO)
    echo = [
        "echo:application" if part.startswith("samphao.config.") else part for part in command if part != "--factory"
    ]
    with processes._process([*echo, "--app-dir", str(folder)], {}) as process:
        processes.wait_for_port(port, process)
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        with urlopen(Request(f"http://127.0.0.1:{port}/", headers=headers), timeout=10) as answer:
            return str(answer.read().decode())


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (False, "203.0.113.7", "127.0.0.1"),
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "192.0.2.1, 203.0.113.7", "203.0.113.7"),
        (True, None, "127.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_only_where_a_proxy_is_said_to_stand(
    settings: Any, tmp_path: Path, behind_proxy: bool, forwarded: str | None, address: str
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    port = processes.free_port()
    assert seen(processes._pages(port), port, forwarded, tmp_path) == address


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_the_order_counter_never_believes_one(settings: Any, tmp_path: Path, behind_proxy: bool) -> None:
    settings.BEHIND_PROXY = behind_proxy
    port = processes.free_port()
    assert seen(processes._counter(port), port, "203.0.113.7", tmp_path) == "127.0.0.1"


@pytest.mark.parametrize(("given", "read"), [("1", "True"), ("0", "False"), ("", "False"), (None, "False")])
def test_only_a_one_says_so(given: str | None, read: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SAMPHAO_BEHIND_PROXY"}
    if given is not None:
        environment["SAMPHAO_BEHIND_PROXY"] = given
    code = "from samphao.config import settings; print(settings.BEHIND_PROXY)"
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == read


@pytest.mark.parametrize(
    ("given", "read"), [("7", "0 {'min_size': 2, 'max_size': 7, 'timeout': 10}"), ("0", "60 None"), (None, "60 None")]
)
def test_connections_are_shared_where_a_setting_says_how_many(given: str | None, read: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SAMPHAO_CONNECTIONS"}
    if given is not None:
        environment["SAMPHAO_CONNECTIONS"] = given
    code = "from samphao.config.settings import DATABASES as d; print(d['default']['CONN_MAX_AGE'], d['default']['OPTIONS'].get('pool'))"
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == read
