"""Paying an order, and the pages of those who are paid; a partner's messages."""

from __future__ import annotations

import time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from samphao.accounts import queries as accounts
from samphao.accounts.queries import viewer
from samphao.core import clock
from samphao.core.errors import HubError
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.payments.adapters.simulator import Payer
from samphao.trade import queries as trade
from samphao.web import money_papers
from samphao.web import payments as shape
from samphao.web.middleware import hub_of
from samphao.workflows import money_in, seller_statement, ways_to_pay


@login_required
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """What an order costs, until when, and how it can be paid; the simulator pays when asked. For its buyer."""
    who = viewer(request.user)
    order = trade.order_for(code, organisations=who.organisations, sees_all=False)
    if order is None or order.buyer_id not in who.organisations:
        raise Http404
    hub = hub_of(request)
    if request.method == "POST":
        return _pay_by_simulator(request, order.code, order.state, may=hub is not None and hub.pays_by_simulator)
    due = trade.dues_of([code])[0]
    ways = ways_to_pay.ways(due, hub) if due.waits else []
    part = ways_to_pay.part_due(due) if due.waits else ways_to_pay.PartDue("", due.amount_minor, 0)
    is_simulated = hub is not None and hub.pays_by_simulator
    page = shape.pay_page(order, due, ways, list(ledger.payments_of(code)), part, is_simulated=is_simulated)
    return render(request, "web/payments/pay.html", page)


def _pay_by_simulator(request: HttpRequest, code: str, state: str, *, may: bool) -> HttpResponse:
    how = request.POST.get("how", "") or Payer.PAYS
    if not may:
        messages.error(request, _("No bank is connected to this hub: it cannot take money."))
    elif state != "held":
        messages.error(request, _("This order can no longer be paid."))
    elif how in set(Payer):
        if ways_to_pay.pay_by_simulator(code, Payer(how)):
            messages.success(request, _("The simulator bank reported your payment."))
        else:
            messages.warning(
                request,
                _("The simulator bank has the money, and its message was lost: the next statement will tell of it."),
            )
    paid = trade.dues_of([code])[0]
    return redirect("order_pay" if paid.waits else "order", code=code)


@login_required
def statement(request: HttpRequest) -> HttpResponse:
    """A month's statement of what is one's own: opening, each movement with its orders, closing; as a page or as CSV."""
    who = viewer(request.user)
    if not who.codes:
        raise PermissionDenied
    first_day = shape.month_asked(request.GET.get("month", ""), clock.today())
    currencies = ledger.currencies_of(who.codes) or ["THB"]
    currency = request.GET.get("currency", "")
    currency = currency if currency in currencies else ("THB" if "THB" in currencies else currencies[0])
    found = seller_statement.month(who.codes, currency, first_day)
    if request.GET.get("as") == "csv":
        return _as_csv(shape.statement_csv(found), f"statement-{first_day:%Y-%m}-{currency}.csv")
    return render(
        request, "web/payments/statement.html", shape.statement_page(found, first_day, currencies, clock.today())
    )


@login_required
def payee_account(request: HttpRequest) -> HttpResponse:
    """Where an organisation is paid: its owners may change it."""
    own = accounts.organisations_of(request.user.get_username())
    asked = request.POST.get("of") or request.GET.get("of") or (own[0].code if own else "")
    mine = next((one for one in own if one.code == asked), None)
    if mine is None or not mine.is_owner:
        raise PermissionDenied
    known = ledger.payee_accounts([mine.code]).get(mine.code)
    form = shape.PayeeForm(request.POST if request.method == "POST" else None, initial=shape.payee_initial(known))
    if request.method == "POST" and form.is_valid():
        payments.set_payee_account(mine.code, **form.cleaned_data, by=request.user.get_username())
        messages.success(request, _("You are paid there from the next payout on."))
        return redirect("money")
    context = {"form": form, "organisation": mine, "known": known}
    return render(request, "web/payments/payee_account.html", context, status=422 if form.errors else 200)


@login_required
def paper(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A paper of an order as PDF, in the language of whoever asks: for its buyer and the hub; the invoice also for those who declare by it."""
    who = viewer(request.user)
    order = trade.order_for(code, organisations=who.organisations, sees_all=who.is_hub)
    if order is None or not money_papers.may_see(order, kind, who):
        raise Http404
    try:
        content = money_papers.make(order, kind, hub_of(request))
    except HubError as error:
        messages.error(request, _(error.title))
        return redirect("order", code=code)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{code}-{kind}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@csrf_exempt
@require_POST
def partner_message(request: HttpRequest, method: str) -> HttpResponse:
    """Take a signed message of who holds the money. Known or new, the answer is the same: told again it changes nothing."""
    if (request.content_type or "").startswith("multipart/"):
        return HttpResponse(status=415)
    headers = {name: request.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        money_in.take_message(method, headers, request.body, at_s=int(time.time()))
    except HubError as error:
        return JsonResponse(error.problem(), status=error.status, content_type="application/problem+json")
    return HttpResponse(status=204)


def _as_csv(text: str, name: str) -> HttpResponse:
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
