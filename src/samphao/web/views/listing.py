"""A seller lists a lot in eight questions: each answer is kept, then all of it is looked at, then it is listed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts import queries as accounts
from samphao.core import clock, files
from samphao.core.errors import HubError, NotAllowed, NotFound
from samphao.core.pictures import BYTES_MAX
from samphao.reference import queries as reference
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.services import LotRefused
from samphao.trade.types import PayoutSchedule
from samphao.web import listing_pages as shape
from samphao.web.listing_forms import QUESTIONS, AmountForm, Asked, PhotoForm, Question
from samphao.web.templatetags.samphao import in_language_plain
from samphao.workflows.listing import Proceeds, proceeds


def producer_of(request: HttpRequest, *, is_own: bool = False) -> tuple[Any, list[Any]]:
    """Return the producer that the address asks for, of those for whom somebody may list, or that are his own, and all of them."""
    who = accounts.viewer(request.user)
    own = trade.own_producers(who) if is_own else trade.producers_to_list_for(who)
    asked = request.POST.get("of") or request.GET.get("of") or (own[0].code if own else "")
    found = next((row for row in own if row.code == asked), None)
    if found is None:
        raise PermissionDenied
    return found, own


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What a producer has listed, and the drafts that wait."""
    producer, own = producer_of(request)
    viewer = accounts.viewer(request.user)
    columns = [
        {"label": _("listing"), "wide": True},
        {"label": _("lots"), "numeric": True},
        {"label": _("last lot"), "whole": True},
        {"label": _("state")},
    ]
    drafts = [
        {"title": _("Draft %(code)s") % {"code": row.code}, "hint": _draft_hint(row), "url": reverse("listing_question", args=[row.code, shape.next_step(row, "")])}
        for row in trade.open_drafts(producer.id, viewer)
    ]  # fmt: skip
    context = {
        "producer": producer, "tabs": tabs_of(producer, own), "columns": columns, "rows": shape.listing_rows(trade.listings_of(producer.id, viewer), clock.now()),
        "drafts": drafts, "is_own": producer.id in viewer.organisations,
    }  # fmt: skip
    return render(request, "web/listing/mine.html", context)


def _draft_hint(draft: Any) -> str:
    return in_language_plain(draft.listing, "title") if draft.listing else _("not listed yet")


def tabs_of(producer: Any, own: list[Any]) -> list[dict[str, Any]]:
    if len(own) < 2:
        return []
    return [
        {"label": in_language_plain(row), "url": f"?of={row.code}", "current": row.code == producer.code} for row in own
    ]


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """What will be asked and when he is paid, before anything is written; the button begins a draft."""
    producer, own = producer_of(request)
    if request.method == "POST":
        by, viewer = request.user.get_username(), accounts.viewer(request.user)
        try:
            return redirect(
                "listing_question", code=services.start_draft(producer.id, viewer=viewer, by=by), step="good"
            )
        except HubError as error:
            messages.error(request, _(error.title))
            return redirect("listings")
    context = {"producer": producer, "tabs": tabs_of(producer, own), "schedule": shape.schedule_rows(PayoutSchedule())}
    return render(request, "web/listing/new.html", context)


def _draft(request: HttpRequest, code: str) -> Any:
    draft = trade.draft_for(code, accounts.viewer(request.user))
    if draft is None or draft.state == "discarded":
        raise Http404
    return draft


def _asked(draft: Any) -> Asked:
    goods = reference.goods()
    code = draft.answers.get("good", "")
    provinces = {row.code_iso: in_language_plain(row) for row in reference.province_names()}
    return Asked(
        goods[code], reference.storage_of(code), accounts.own_orchards(draft.producer_id), accounts.parties_of_kind("packing_house"),
        accounts.parties_of_kind("exporter"), draft.producer, provinces.get(draft.producer.province_iso, ""), clock.today(), draft.answers,
    )  # fmt: skip


@login_required
def question(request: HttpRequest, code: str, step: str) -> HttpResponse:
    draft = _draft(request, code)
    if draft.lot is not None:
        return redirect("own_lot", code=draft.lot.code)
    if step not in shape.ALL_STEPS:
        raise Http404
    if step == "good":
        return _good(request, draft)
    if "good" not in draft.answers:
        return redirect("listing_question", code=code, step="good")
    if step == "check":
        return _check(request, draft)
    asked, is_post = _asked(draft), request.method == "POST"
    form = QUESTIONS[step](request.POST if is_post else None, request.FILES if is_post else None, asked=asked)
    if is_post and _keep(request, draft, form):
        if isinstance(form, AmountForm) and form.is_estimated:
            return redirect("listing_question", code=code, step="amount")
        return redirect("listing_question", code=code, step=shape.next_step(_draft(request, code), step))
    title, why = shape.titles(asked.good)[step]
    context = {
        "draft": draft, "form": form, "step": step, "title": title, "why": why, **shape.place_of(draft, step),
        "estimate": shape.estimate_text(draft.answers) if step == "amount" else "", "has_orchards": bool(asked.orchards) or step != "place",
        "photos": shape.photos(files.files_of([draft.listing_code], ["photo"]), request.user.get_username()) if step == "photo" else [],
    }  # fmt: skip
    return render(request, "web/listing/question.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, draft: Any, form: Question) -> bool:
    """Keep the answers of a form that is right by itself and by the rules of a lot; return whether it was."""
    viewer, by = accounts.viewer(request.user), request.user.get_username()
    if not form.is_valid():
        return False
    if isinstance(form, PhotoForm) and not _keep_photos(form, draft.listing_code, by):
        return False
    answers = form.answers()
    known = trade.known_to(draft.producer_id)
    if faults := trade.faults_of_answers({**draft.answers, **answers}, form.fields_of, known):
        shape.form_errors(form, faults)
        return False
    services.answer_draft(draft.code, answers, viewer=viewer, by=by)
    return True


def _keep_photos(form: PhotoForm, subject: str, by: str) -> bool:
    """Keep the photos that were chosen; those before one that is refused stay."""
    return all(_keep_photo(form, uploaded, subject, by) for uploaded in form.cleaned_data["photo"])


def _keep_photo(form: PhotoForm, uploaded: Any, subject: str, by: str) -> bool:
    if uploaded.size > BYTES_MAX:
        form.add_error("photo", _("The file is larger than 10 MB."))
        return False
    content = uploaded.read()
    if content.startswith(b"%PDF"):
        form.add_error("photo", _("A photo is a JPEG, PNG or WebP."))
        return False
    try:
        files.store(content, uploaded.name or "", subject=subject, kind="photo", by=by)
    except HubError as error:
        form.add_error("photo", _(error.title))
        return False
    return True


def _good(request: HttpRequest, draft: Any) -> HttpResponse:
    """Choose among what can be sold; where the customs code hangs on how it is made ready, that is asked next."""
    goods = reference.goods()
    chosen = request.POST.get("good", "")
    family = request.POST.get("family") or request.GET.get("family", "")
    error = ""
    if request.method == "POST":
        if chosen in goods:
            viewer, by = accounts.viewer(request.user), request.user.get_username()
            try:
                services.answer_draft(draft.code, {"good": chosen}, viewer=viewer, by=by)
            except HubError as refused:
                error = _(refused.title)
            else:
                return redirect(
                    "listing_question", code=draft.code, step=shape.next_step(_draft(request, draft.code), "good")
                )
        elif not shape.state_choices(family, goods):
            error = _("Choose one of these.")
    states = shape.state_choices(family, goods)
    text = request.GET.get("q", "")
    context = {
        "draft": draft, "states": states, "family": family, "text": text, "goods": [] if states else shape.good_choices(goods, text),
        "chosen": draft.answers.get("good", ""), "errors": [{"message": error, "field_id": "goods"}] if error else [],
        "title": _("How is it made ready?") if states else shape.titles(None)["good"][0], **shape.place_of(draft, "good"),
    }  # fmt: skip
    return render(request, "web/listing/good.html", context, status=422 if error else 200)


def _check(request: HttpRequest, draft: Any) -> HttpResponse:
    """All answers and the payout schedule once more; the button lists the lot."""
    missing = [step for step in trade.unanswered(draft.answers) if step in shape.steps_of(draft)]
    if missing:
        return redirect("listing_question", code=draft.code, step=missing[0])
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            lot = services.publish_draft(
                draft.code, viewer=accounts.viewer(request.user), by=request.user.get_username()
            )
        except LotRefused as refused:
            errors = [
                {"message": f"{shape.field_name(one.field)}: {_(one.text) % one.values}"} for one in refused.faults
            ]
        except HubError as refused:
            errors = [{"message": _(refused.title)}]
        else:
            return redirect(f"{reverse('own_lot', args=[lot])}?listed=1")
    asked = _asked(draft)
    schedule = trade.to_schedule(draft.answers.get("schedule") or {})
    context = {
        "draft": draft, "rows": shape.told(draft, asked), "errors": errors,
        "schedule": shape.schedule_rows(schedule, _proceeds(draft.answers, asked.good), reverse("listing_question", args=[draft.code, "terms"])), "back": shape.steps_of(draft)[-1],
        "photos": shape.photos(files.files_of([draft.listing_code], ["photo"]), ""),
    }  # fmt: skip
    return render(request, "web/listing/check.html", context, status=422 if errors else 200)


def _proceeds(given: dict[str, Any], good: Any) -> Proceeds | None:
    if not {"price_minor", "quantity"} <= given.keys():
        return None
    return proceeds(good, given["price_minor"], given["quantity"], has_house=bool(given.get("packing_house")))


@login_required
@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    try:
        services.discard_draft(code, viewer=accounts.viewer(request.user))
    except (NotAllowed, NotFound):
        raise Http404 from None
    messages.success(request, _("The draft is discarded."))
    return redirect("listings")
