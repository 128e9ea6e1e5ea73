from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.freight import queries as freight
from samphao.trade import queries as trade
from samphao.web import destinations
from samphao.web.cards import lot_card
from samphao.web.home_map import home_map
from samphao.web.templatetags.samphao import number, percent
from samphao.web.views.problems import counter_sentences, interface_sentences

CHIPS = (("榴莲 durian", "榴莲"), ("ลำไย longan", "ลำไย"), ("Hom mali rice", "Hom Mali"), ("ผ้าไหม silk", "ผ้าไหม"))


def home(request: HttpRequest) -> HttpResponse:
    figures = trade.market_figures()
    destination, _all = destinations.chosen(request)
    lots = trade.lots_in_season(destination.code if destination else "")[:3]
    plan = freight.latest_plan()
    return render(
        request,
        "web/home.html",
        {
            **home_map(plan),
            "figures": [
                {"label": _("orders this season"), "value": number(figures.orders)},
                {
                    "label": _("oversold"),
                    "value": number(figures.oversold),
                    "kind": "ok" if not figures.oversold else "bad",
                },
                {"label": _("provinces"), "value": number(figures.provinces)},
                *([{"label": _("plan within, proven"), "value": percent(plan.above_best, 2)}] if plan else []),
            ],
            "lots_count": figures.lots,
            "cards": [lot_card(lot, destination) for lot in lots],
            "chips": [{"label": label, "url": f"{reverse('market')}?q={word}"} for label, word in CHIPS],
        },
    )


def design(request: HttpRequest) -> HttpResponse:
    return render(request, "design.html")


def problem(request: HttpRequest, code: str) -> HttpResponse:
    """Say in a sentence what a problem of the order counter or of the interface means: its `type` points here."""
    of_counter = counter_sentences().get(code)
    text = of_counter or interface_sentences().get(code)
    if text is None:
        raise Http404
    return render(request, "web/problem.html", {"code": code, "text": text, "is_of_counter": bool(of_counter)})
