from django.apps import AppConfig


class FreightConfig(AppConfig):
    name = "samphao.freight"
    label = "freight"
