"""Contracts: those of one's organisations, and one with its milestones, its money and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import Viewer, viewer
from samphao.core import files
from samphao.core.errors import HubError, NotFound
from samphao.trade import queries as trade
from samphao.web import contract_page as shape
from samphao.web import files as file_shape
from samphao.web.rfq_forms import StepForm
from samphao.web.views.rfqs import told
from samphao.workflows import contracts
from samphao.workflows.record_access import may_add_file

PAGE = 25


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Contracts of one's organisations, disputes first; for the hub's people all of them, and what they have to decide."""
    who = viewer(request.user)
    page = Paginator(trade.contracts_for(who), PAGE).get_page(request.GET.get("page"))
    waiting = shape.dispute_items(trade.contracts_to_decide()) if who.is_hub else []
    shown = {"page": page, "columns": shape.columns(), "rows": shape.rows(page, who.organisations)}
    return render(request, "web/contract/list.html", shown | {"waiting": waiting, "is_hub": who.is_hub})


@login_required
def one(request: HttpRequest, code: str) -> HttpResponse:
    contract, who = _found(request, code)
    return _page(request, contract, who, None)


@login_required
@require_POST
def say(request: HttpRequest, code: str) -> HttpResponse:
    """Report, dispute or decide: what each side may say in words."""
    contract, who = _found(request, code)
    answers = shape.answers_of(contract, trade.side_in_contract(contract, who))
    if not answers:
        messages.error(request, _("This contract has moved on meanwhile: look at its last step."))
        return redirect("contract", code=code)
    form = StepForm(request.POST, answers=answers)
    if form.is_valid():
        if not _try(
            request,
            lambda: _say(code, form.cleaned_data, who, request.user.get_username()),
            _("Kept. The others have been told."),
        ):
            return _page(request, contract, who, form)
        return redirect("contract", code=code)
    return _page(request, contract, who, form)


def _say(code: str, given: dict[str, Any], who: Viewer, by: str) -> None:
    answer, reason = given["answer"], given["reason"]
    if answer in ("passed", "failed"):
        contracts.report(code, passed=answer == "passed", said=reason, viewer=who, by=by)
    elif answer == "dispute":
        contracts.dispute(code, reason, viewer=who, by=by)
    else:
        contracts.decide(code, goes_on=answer == "goes_on", reason=reason, viewer=who, by=by)


@login_required
@require_POST
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Take the goods, for the buyer: before they leave in place of a report, or when they have come."""
    contract, who = _found(request, code)
    if trade.side_in_contract(contract, who) != "buyer":
        raise Http404
    work = contracts.accept_arrival if "arrival" in request.POST else contracts.accept_inspected
    _try(request, lambda: work(code, viewer=who, by=request.user.get_username()), _("Kept. The others have been told."))
    return redirect("contract", code=code)


def _try(request: HttpRequest, work: Callable[[], None], done: str) -> bool:
    try:
        work()
    except NotFound:
        raise Http404 from None
    except HubError as error:
        messages.error(request, told(error))
        return False
    messages.success(request, done)
    return True


def _found(request: HttpRequest, code: str) -> tuple[Any, Viewer]:
    who = viewer(request.user)
    contract = trade.contract_for(code, who)
    if contract is None:
        raise Http404
    return contract, who


def _page(request: HttpRequest, contract: Any, who: Viewer, form: StepForm | None) -> HttpResponse:
    side = trade.side_in_contract(contract, who)
    context = shape.contract_page(contract, side)
    if answers := shape.answers_of(contract, side):
        context |= shape.form_words(answers) | {"form": form or StepForm(answers=answers)}
    kinds = ["photo", "paper"] if may_add_file(contract.code, "photo", who) else []
    context |= {
        "files": file_shape.items(files.files_of([contract.code]), ""),
        "upload": file_shape.upload(kinds, reverse("contract", args=[contract.code]), subject=contract.code),
    }
    return render(request, "web/contract/one.html", context, status=422 if form is not None and form.errors else 200)
