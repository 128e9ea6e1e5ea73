from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "samphao.accounts"
    label = "accounts"
