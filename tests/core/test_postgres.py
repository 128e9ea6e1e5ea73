import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from samphao.core.postgres import PostgresError, require_user_name


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="only the embedded server opens folders")
def test_a_private_parent_folder_stays_private(tmp_path: Path) -> None:
    """The wheel's own Python would open every parent folder to others; ours leaves a 0700 folder as it was."""
    private = tmp_path / "private"
    project = private / "project"
    project.mkdir(parents=True)
    private.chmod(0o700)
    script = "from samphao.core.postgres import embedded; s = embedded('probe'); s.start(); print(s.is_running()); s.stop(); print(s.is_running()); s.remove()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "SAMPHAO_PROJECT": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "False"]
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_user_without_a_name_is_told_what_to_do() -> None:
    require_user_name(os.geteuid())
    with pytest.raises(PostgresError, match="etc/passwd"):
        require_user_name(2_000_000_011)
