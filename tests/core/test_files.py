"""Contents lie under their digest, written whole; the same content is one file; the last row takes its content along."""

from __future__ import annotations

import hashlib
import stat
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from PIL import Image

from samphao.core import files
from samphao.core.errors import NotFound, Refused
from samphao.core.models import AuditEntry, StoredFile


def drawn() -> bytes:
    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_FOLDER = tmp_path / "files"
    return tmp_path / "files"


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.django_db
def test_a_picture_is_kept_under_the_digest_of_what_is_stored(folder: Path) -> None:
    file = files.store(drawn(), "C:\\photos\\durian\x07 1.JPG", subject="LOT-1", kind="photo", by="house")
    assert (file.name, file.content_type, file.uploaded_by) == ("durian 1.JPG", "image/jpeg", "house")
    assert file.code.startswith("FL-")
    content = files.content_of(file)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert len(content) == file.size
    assert files.thumbnail_of(file)
    assert on_disk(folder) == {file.sha256, file.thumbnail_sha256}
    assert stat.S_IMODE((folder / file.sha256[:2]).stat().st_mode) == 0o700


@pytest.mark.django_db
def test_the_same_content_for_the_same_record_is_the_same_file(folder: Path) -> None:
    first = files.store(PDF, "a.pdf", subject="LOT-1", kind="lab_report", by="house")
    assert files.store(PDF, "b.pdf", subject="LOT-1", kind="lab_report", by="house").code == first.code
    other = files.store(PDF, "a.pdf", subject="LOT-2", kind="lab_report", by="house")
    assert other.code != first.code
    assert on_disk(folder) == {first.sha256}
    assert [file.code for file in files.files_of(["LOT-1", "LOT-2"], ["lab_report"])] == [other.code, first.code]
    assert files.files_of(["LOT-1"], ["photo"]) == []


@pytest.mark.django_db(transaction=True)
def test_the_content_goes_with_the_last_row_that_holds_it(folder: Path) -> None:
    first = files.store(PDF, "a.pdf", subject="LOT-1", kind="lab_report", by="house")
    second = files.store(PDF, "a.pdf", subject="LOT-2", kind="lab_report", by="house")
    files.remove(first.code, by="house")
    assert files.content_of(second) == PDF
    files.remove(second.code, by="house")
    assert on_disk(folder) == set()
    assert AuditEntry.objects.filter(action="file.remove", actor="house").count() == 2
    with pytest.raises(NotFound):
        files.remove(first.code, by="house")


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_rolled_back_takes_no_content(folder: Path) -> None:
    file = files.store(drawn(), "a.jpg", subject="LOT-1", kind="photo", by="house")
    with pytest.raises(RuntimeError), transaction.atomic():
        files.remove(file.code, by="house")
        raise RuntimeError
    assert files.content_of(file)
    assert files.thumbnail_of(file)


@pytest.mark.django_db(transaction=True)
def test_a_thumbnail_that_two_pictures_share_stays_with_the_other(folder: Path) -> None:
    """Two plain pictures of one colour and shape look alike when they are small."""
    large, larger = (
        files.store(plain(px), f"{px}.jpg", subject="LOT-1", kind="photo", by="house") for px in (640, 1280)
    )
    assert large.sha256 != larger.sha256
    assert large.thumbnail_sha256 == larger.thumbnail_sha256
    files.remove(large.code, by="house")
    assert on_disk(folder) == {larger.sha256, larger.thumbnail_sha256}
    files.remove(larger.code, by="house")
    assert on_disk(folder) == set()


@pytest.mark.django_db(transaction=True)
def test_a_small_picture_that_is_its_own_thumbnail_is_shown_and_goes_whole(folder: Path) -> None:
    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "WEBP", quality=88, method=4)
    file = files.store(buffer.getvalue(), "a.webp", subject="LOT-1", kind="photo", by="house")
    assert file.sha256 == file.thumbnail_sha256
    assert files.thumbnail_of(file) == files.content_of(file)
    files.remove(file.code, by="house")
    assert on_disk(folder) == set()


@pytest.mark.django_db(transaction=True)
def test_who_stores_again_what_is_being_removed_finds_it_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = files.store(PDF, "a.pdf", subject="LOT-1", kind="paper", by="house")
    again: list[StoredFile] = []
    forget = files._forget_content

    def stored_between(digest: str) -> None:
        again.append(files.store(PDF, "b.pdf", subject="LOT-2", kind="paper", by="house"))
        forget(digest)

    monkeypatch.setattr(files, "_forget_content", stored_between)
    files.remove(first.code, by="house")
    assert files.content_of(again[0]) == PDF


def plain(px: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (px, px), "#8a9a3b").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.django_db
def test_a_refused_file_leaves_nothing_behind(folder: Path) -> None:
    with pytest.raises(Refused):
        files.store(b"<svg/>", "photo.jpg", subject="LOT-1", kind="photo", by="house")
    with pytest.raises(Refused):
        files.store(PDF, "a.pdf", subject="LOT-1", kind="anything", by="house")
    assert StoredFile.objects.count() == 0
    assert not folder.exists()


@pytest.mark.django_db
def test_a_disk_that_fails_leaves_no_half_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("samphao.core.files.os.fsync", full)
    with pytest.raises(OSError, match="no space"), transaction.atomic():
        files.store(PDF, "a.pdf", subject="LOT-1", kind="paper", by="house")
    assert on_disk(folder) == set()
    assert StoredFile.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_file_at_once_keep_it_once(folder: Path) -> None:
    barrier, codes = threading.Barrier(2), []

    def send() -> None:
        barrier.wait(10)
        codes.append(files.store(PDF, "a.pdf", subject="LOT-1", kind="paper", by="house").code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(codes) == 2
    assert len(set(codes)) == 1
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_a_long_name_keeps_its_ending() -> None:
    file = files.store(PDF, "ใบ" * 100 + ".pdf", subject="LOT-1", kind="paper", by="house")
    assert len(file.name) == 120
    assert file.name.endswith(".pdf")
