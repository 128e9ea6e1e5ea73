"""What every page's frame needs: navigation to pages that exist, the account menu, the demo banner."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from samphao.accounts.queries import viewer
from samphao.core import clock


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    here = request.path
    items = [(_("Market"), reverse("market"))]
    if request.user.is_authenticated:
        items.append((_("My orders"), reverse("orders")))
        if viewer(request.user).is_hub:
            items.append((_("Freight"), reverse("tower")))
    nav = [{"label": label, "url": url, "current": here.startswith(url)} for label, url in items]
    account = None
    if request.user.is_authenticated:
        links = [{"label": _("My orders"), "url": reverse("orders")}]
        if request.user.is_staff:
            links.append({"label": _("Back office"), "url": reverse("admin:index")})
        account = {"name": request.user.get_username(), "links": links, "sign_out_url": reverse("sign_out")}
    return {
        "home_url": reverse("home"),
        "nav": nav,
        "account": account,
        "sign_in_url": f"{reverse('sign_in')}?next={here}",
        "demo": clock.is_moved(),
        "footer": [{"label": _("Data and interface (API)"), "url": reverse("api-1:openapi-view")}],
    }
