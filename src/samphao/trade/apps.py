from django.apps import AppConfig


class TradeConfig(AppConfig):
    name = "samphao.trade"
    label = "trade"
