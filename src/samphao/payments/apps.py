from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "samphao.payments"
    label = "payments"
