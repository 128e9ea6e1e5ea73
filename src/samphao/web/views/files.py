"""Files of records: handed out and taken only where the record's own rules allow; to everybody else they do not exist."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import viewer
from samphao.core import files
from samphao.core.errors import HubError, NotFound
from samphao.core.models import StoredFile
from samphao.core.pictures import BYTES_MAX
from samphao.workflows.record_access import may_add_file, may_see_file, remove_file

LOCKED_DOWN = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else "/"


def _found(request: HttpRequest, code: str) -> StoredFile:
    file = files.file_by_code(code)
    if file is None or not may_see_file(file, viewer(request.user)):
        raise Http404
    return file


def _answer(content: bytes, content_type: str) -> HttpResponse:
    """Hand out bytes that no browser may take for anything else, and that no shared cache keeps."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "X-Content-Type-Options": "nosniff", "Content-Security-Policy": LOCKED_DOWN, "Cache-Control": "private, max-age=3600",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )  # fmt: skip


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    subject, kind = request.POST.get("subject", "").strip(), request.POST.get("kind", "")
    if not may_add_file(subject, kind, viewer(request.user)):
        raise Http404
    uploaded = request.FILES.get("file")
    if uploaded is None:
        messages.error(request, _("Choose a file first."))
    elif (uploaded.size or 0) > BYTES_MAX:
        messages.error(request, _("The file is larger than 10 MB."))
    else:
        try:
            kept = files.store(
                uploaded.read(), uploaded.name or "", subject=subject, kind=kind, by=request.user.get_username()
            )
        except HubError as error:
            messages.error(request, _(error.title))
        else:
            messages.success(request, _("Kept: %(name)s, as %(code)s.") % {"name": kept.name, "code": kept.code})
    return redirect(_back(request))


@login_required
@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take a file away again: whoever added it, while he may still see it and nobody has relied on it."""
    file = _found(request, code)
    try:
        remove_file(file, by=request.user.get_username(), viewer=viewer(request.user))
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, _("Removed: %(name)s.") % {"name": file.name})
    return redirect(_back(request))


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    file = _found(request, code)
    answer = _answer(files.content_of(file), file.content_type)
    how = (
        "inline" if file.thumbnail_sha256 else "attachment"
    )  # a PDF may run scripts: it is never shown in the page's origin
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
    return answer


@login_required
def thumbnail(request: HttpRequest, code: str) -> HttpResponse:
    content = files.thumbnail_of(_found(request, code))
    if content is None:
        raise Http404
    return _answer(content, "image/webp")
