"""The hub's settings on a database server of the tests' own."""

import os
from pathlib import Path

os.environ.setdefault("SAMPHAO_SERVER", "tests")
os.environ.setdefault("SAMPHAO_SECRET", "a secret of the tests alone")
os.environ["SAMPHAO_PROJECT"] = str(Path(__file__).parent.parent)

from samphao.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; passwords of tests are no secrets
FILES_FOLDER = STATE / "files-of-tests"  # noqa: F405 as all the settings
