from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "samphao.reference"
    label = "reference"
