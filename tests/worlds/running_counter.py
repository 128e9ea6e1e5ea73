"""The order counter in a process of its own, on the tests' database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

from django.conf import settings
from django.db import connection

from samphao.config.processes import free_port, wait_for_port
from samphao.core.tokens import TokenSigner


def database_url() -> str:
    database = settings.DATABASES["default"]
    return f"postgresql://{database['USER']}:{database['PASSWORD']}@/{connection.settings_dict['NAME']}?host={database['HOST']}&port={database['PORT'] or 5432}"


class Counter:
    """The order counter as its operators run it: killed and started again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.signer = TokenSigner(settings.SECRET_KEY)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "samphao.config.counter:from_environment",
            "--factory",
            "--port",
            str(self.port),
            "--log-level",
            "error",
        ]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "SAMPHAO_COUNTER_DATABASE": database_url(), "SAMPHAO_SECRET": settings.SECRET_KEY},
        )
        wait_for_port(self.port, self.process)

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def post(self, body: object, *, buyer: int | None = None, key: str = "k1") -> tuple[int, dict[str, object]]:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        if buyer is not None:
            headers["Authorization"] = f"Bearer {self.signer.make(buyer)}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/orders", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())
