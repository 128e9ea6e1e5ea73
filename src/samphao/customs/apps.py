from django.apps import AppConfig


class CustomsConfig(AppConfig):
    name = "samphao.customs"
    label = "customs"
