"""Shape the files of a record: thumbnails, and the form that adds one."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core.models import StoredFile
from samphao.web.templatetags.samphao import moment, number

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


def kind_name(kind: str) -> str:
    return {
        "photo": _("photo"), "lab_report": _("laboratory report"), "slip": _("payment slip"), "paper": _("paper"),
    }[kind]  # fmt: skip


def items(
    files: Iterable[StoredFile], by: str, *, names_subject: bool = False, kept: Container[tuple[str, str]] = ()
) -> list[dict[str, Any]]:
    """Return files as the component shows them; whoever added one may take it away again, if the record and kind are not among the `kept`."""
    return [
        {
            "code": file.code, "name": file.name, "url": reverse("file", args=[file.code]), "is_picture": bool(file.thumbnail_sha256),
            "thumbnail": reverse("file_thumbnail", args=[file.code]), "kind": kind_name(file.kind),
            "size": _("%(kb)s kB") % {"kb": number(max(1, file.size // 1024))}, "by": file.uploaded_by, "at": moment(file.at),
            "subject": file.subject if names_subject else "", "may_remove": file.uploaded_by == by and (file.subject, file.kind) not in kept,
        }
        for file in files
    ]  # fmt: skip


def upload(
    kinds: Sequence[str], here: str, *, subject: str = "", subjects: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Return what the form needs: one record, or several of which `subject` is proposed; the page to come back to."""
    return {
        "subject": subject, "subjects": subjects, "kinds": [(kind, kind_name(kind)) for kind in kinds], "next": here, "accept": ACCEPTED,
    }  # fmt: skip
