from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from samphao.config.api import api

handler400 = "samphao.web.views.problems.bad_request"
handler500 = "samphao.web.views.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("samphao.web.urls")),
]
