from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path

from samphao.web.views import account, desks, home, importer_desk, market, officer, orders, setup, tower

urlpatterns = [
    path("", home.home, name="home"),
    path("design/", home.design, name="design"),
    path("market/", market.market, name="market"),
    path("market/<str:code>/", market.lot, name="lot"),
    path("orders/", orders.mine, name="orders"),
    path("orders/new/", orders.place, name="order_place"),
    path("orders/<str:code>/", orders.one, name="order"),
    path("orders/<str:code>/pay/", orders.pay, name="order_pay"),
    path("freight/", tower.tower, name="tower"),
    path("freight/loads/<str:code>/", tower.load, name="load"),
    path("impact/", desks.impact, name="impact"),
    path("seller/", desks.seller, name="seller"),
    path("money/", desks.money, name="money"),
    path("packing/", desks.packing, name="packing"),
    path("customs/", officer.desk, name="officer"),
    path("customs/declarations/<str:code>/", officer.declaration, name="declaration"),
    path("customs/declarations/<str:code>/decide/", officer.decide, name="declaration_decide"),
    path("importer/", importer_desk.desk, name="importer"),
    path("setup/", setup.start, name="setup"),
    path("setup/done/", setup.done, name="setup_done"),
    path("setup/<slug:step>/", setup.step, name="setup_step"),
    path("sign-in/", account.SignIn.as_view(), name="sign_in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path("problems/<slug:code>/", home.problem, name="problem"),
]
