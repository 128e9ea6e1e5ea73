from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "samphao.web"
    label = "web"
