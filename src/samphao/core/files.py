"""Files of records: rows in the database, contents on disk named by their digest, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from samphao.core import clock
from samphao.core.codes import encode
from samphao.core.errors import NotFound, Refused
from samphao.core.limits import Limit, take
from samphao.core.models import AuditEntry, StoredFile
from samphao.core.pictures import cleaned

NAME_LENGTH_MAX = 120
FILES_A_RECORD_MAX = 60
UPLOADS = Limit("uploads: person", 120, timedelta(hours=1))


def store(content: bytes, name: str, *, subject: str, kind: str, by: str) -> StoredFile:
    """Keep an uploaded file for a record; the same content again is the same file. Who may is decided by the caller."""
    if kind not in StoredFile.Kind.values:
        raise Refused(gettext_noop("Choose what the file is."))
    take(UPLOADS, by)  # before the picture is drawn anew, which is what costs
    clean = cleaned(content)
    digest = _digest(clean.content)
    thumbnail = _digest(clean.thumbnail) if clean.thumbnail else ""
    contents = {digest: clean.content} | ({thumbnail: clean.thumbnail} if thumbnail else {})
    with transaction.atomic():
        for each in sorted(contents):
            _lock(each)
        if known := StoredFile.objects.filter(subject=subject, kind=kind, sha256=digest).first():
            return known
        if StoredFile.objects.filter(subject=subject).count() >= FILES_A_RECORD_MAX:
            raise Refused(gettext_noop("This record has 60 files already: remove one first."))
        for each, held in contents.items():
            _write(each, held)
        number = _next_number()
        return StoredFile.objects.create(
            id=number, code=encode("FL", number), subject=subject, kind=kind, name=_plain_name(name), content_type=clean.content_type,
            size=len(clean.content), sha256=digest, thumbnail_sha256=thumbnail, uploaded_by=by, at=clock.now(),
        )  # fmt: skip


def remove(code: str, *, by: str) -> None:
    """Forget a file; its contents go after the commit, each with the last row that holds it. Who may is decided by the caller."""
    with transaction.atomic():
        row = StoredFile.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise NotFound(gettext_noop("There is no such file."))
        row.delete()
        AuditEntry.objects.create(
            at=clock.now(),
            actor=by,
            action="file.remove",
            subject=row.subject,
            detail={"file": code, "name": row.name, "kind": row.kind},
        )
        for digest in filter(None, (row.sha256, row.thumbnail_sha256)):
            transaction.on_commit(partial(_forget_content, digest))


def _forget_content(digest: str) -> None:
    """Delete a content that no row holds. The lock is held until it is gone: whoever stores the same again waits, and writes it anew."""
    with transaction.atomic():
        _lock(digest)
        if not StoredFile.objects.filter(Q(sha256=digest) | Q(thumbnail_sha256=digest)).exists():
            _path(digest).unlink(missing_ok=True)


def file_by_code(code: str) -> StoredFile | None:
    return StoredFile.objects.filter(code=code).first()


def files_of(subjects: Iterable[str], kinds: Iterable[str] = tuple(StoredFile.Kind)) -> list[StoredFile]:
    """Return the files of records, newest first; one query."""
    return list(StoredFile.objects.filter(subject__in=list(subjects), kind__in=list(kinds)).order_by("-at", "-id"))


def content_of(file: StoredFile) -> bytes:
    return _path(file.sha256).read_bytes()


def thumbnail_of(file: StoredFile) -> bytes | None:
    return _path(file.thumbnail_sha256).read_bytes() if file.thumbnail_sha256 else None


def _plain_name(name: str) -> str:
    """Return a name without folders and control characters, short enough, with its ending."""
    base = (
        "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable()).strip()
        or "file"
    )
    stem, dot, ending = base.rpartition(".")
    if not dot or len(ending) > 8:
        return base[:NAME_LENGTH_MAX]
    return f"{stem[: NAME_LENGTH_MAX - len(ending) - 1]}.{ending}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _path(digest: str) -> Path:
    return Path(settings.FILES_FOLDER) / digest[:2] / digest


def _write(digest: str, content: bytes) -> None:
    """Write a content under its digest: a reader finds all of it or nothing, also after a power cut."""
    path = _path(digest)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _lock(digest: str) -> None:
    """Let storing and removing of one content wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7401))", [digest])


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_storedfile', 'id'))")
        return int(cursor.fetchone()[0])
