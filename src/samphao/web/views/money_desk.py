"""The money desk of the hub's people: statement against ledger, money that nobody knows, what goes back, payouts and their file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samphao.accounts.queries import viewer
from samphao.core import clock
from samphao.core.errors import HubError
from samphao.payments import queries as ledger
from samphao.payments import services as payments
from samphao.web import money_desk as shape
from samphao.web.middleware import hub_of
from samphao.web.numbers import INTEGER_MAX, whole_number
from samphao.workflows import money_in, payout, statement_file, ways_to_pay

LINES_SHOWN, PAYOUTS_SHOWN = 50, 30


def _require_hub(request: HttpRequest) -> None:
    if not viewer(request.user).is_hub:
        raise PermissionDenied


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    _require_hub(request)
    methods = ledger.methods_with_movements()
    lines = list(ledger.lines_in_suspense()[:LINES_SHOWN])
    page = shape.page(
        [(method, ledger.days(method, 14), ledger.differences(method, 50)) for method in methods], lines, money_in.suggestions(lines), ledger.back_to_send(50),
        ledger.latest_payouts(PAYOUTS_SHOWN), ledger.exchanges(LINES_SHOWN), offered=ways_to_pay.methods_of(hub_of(request)), today=clock.today(),
    )  # fmt: skip
    return render(request, "web/payments/money_desk.html", page)


@login_required
def import_statement(request: HttpRequest) -> HttpResponse:
    """Take a statement in two steps: the first shows what each row would do, the second does it. Both read the same bytes."""
    _require_hub(request)
    method = request.POST.get("method", "")
    if request.method != "POST":
        return render(
            request,
            "web/payments/statement_import.html",
            shape.import_page(ways_to_pay.methods_of(hub_of(request)), method),
        )
    given = request.FILES.get("file")
    content = given.read(statement_file.SIZE_MAX + 1) if given else request.POST.get("content", "").encode()
    try:
        if "book" in request.POST:
            paid, waits = statement_file.book(method, content, keep_good="keep_good" in request.POST)
            messages.success(
                request, _("%(paid)s rows pay an order, %(waits)s wait in suspense.") % {"paid": paid, "waits": waits}
            )
            return redirect("money_desk")
        found = statement_file.read(method, content)
    except HubError as error:
        messages.error(request, _(error.title))
        return redirect("statement_import")
    text = content.decode("utf-8-sig", errors="replace")
    page = shape.import_page(ways_to_pay.methods_of(hub_of(request)), method, found, text)
    return render(request, "web/payments/statement_import.html", page, status=422 if found.faults else 200)


@login_required
@require_POST
def decide_line(request: HttpRequest, number: int) -> HttpResponse:
    """Give money in suspense to an order, send it back; say what left: an exchange, a cost of the hub."""
    _require_hub(request)
    by = request.user.get_username()
    if request.POST.get("what") == "exchange":
        other = whole_number(request.POST.get("other", ""), INTEGER_MAX) or 0
        return _done(request, lambda: money_in.exchange(number, other, by=by), _("The exchange is booked."))
    if request.POST.get("what") == "cost":
        return _done(request, lambda: payments.bear_line(number, by=by), _("The hub bears it."))
    if request.POST.get("what") == "return":
        return _done(
            request,
            lambda: payments.return_line(number, by=by, reason=_("nobody knows what it was for")),
            _("It goes back to who paid it."),
        )
    return _done(
        request,
        lambda: money_in.assign(number, request.POST.get("order", ""), by=by),
        _("It pays the order now, if it is enough and in time."),
    )


@login_required
@require_POST
def sent_back(request: HttpRequest) -> HttpResponse:
    """Book that money which goes back to a payer was sent."""
    _require_hub(request)
    key, reference = request.POST.get("key", ""), request.POST.get("reference", "").strip()[:100]
    if not reference:
        messages.error(request, _("Write the reference that the bank gave."))
        return redirect("money_desk")
    return _done(
        request,
        lambda: payments.mark_sent_back(key, bank_reference=reference, by=request.user.get_username()),
        _("It is booked as sent; the next statement has to show it."),
    )


@login_required
@require_POST
def returned(request: HttpRequest) -> HttpResponse:
    """Book that a bank sent a payout back: it is payable again."""
    _require_hub(request)
    reason = request.POST.get("reason", "").strip()[:300] or _("the bank sent it back")
    return _done(
        request,
        lambda: payments.return_payout(request.POST.get("key", ""), clock.now(), reason=reason),
        _("It is payable again, and goes out with the next payout."),
    )


@login_required
def bank_file(request: HttpRequest) -> HttpResponse:
    """The payouts of a day as a file for the bank; pressed, those of today are booked first, to everybody whose account is known."""
    _require_hub(request)
    if request.method == "POST":
        methods = [method for method in ways_to_pay.methods_of(hub_of(request)) if method != "simulator"]
        if not methods:
            messages.error(request, _("The simulator bank pays by itself, once a day."))
        else:
            count = payout.pay_by_file(methods[-1])
            messages.success(
                request, _("%(count)s payouts are booked: give today's file to the bank.") % {"count": count}
            )
        return redirect("money_desk")
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        raise Http404 from None
    rows = ledger.payouts_on(day)
    answer = HttpResponse(
        "\ufeff" + shape.bank_csv(rows, ledger.payee_accounts([row.owner for row in rows])),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="payouts-{day}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _done(request: HttpRequest, work: Callable[[], object], told: str) -> HttpResponse:
    try:
        work()
    except HubError as error:
        messages.error(request, _(error.title))
    else:
        messages.success(request, told)
    return redirect("money_desk")
