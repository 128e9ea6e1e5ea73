from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "samphao.core"
    label = "core"
