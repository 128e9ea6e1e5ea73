"""Settings: everything that differs between machines comes from the environment (docs/reference/settings.md)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from samphao.core.postgres import embedded, project_folder

PACKAGE = Path(__file__).resolve().parent.parent
STATE = project_folder() / ".samphao"


def _secret() -> str:
    """Return SAMPHAO_SECRET, or a key made once and kept beside the project's data, readable by the owner alone."""
    if given := os.environ.get("SAMPHAO_SECRET"):
        return given
    kept = STATE / "secret"
    if not kept.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"secret.{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(48))
        partial.replace(kept)
    return kept.read_text()


def _database() -> dict[str, object]:
    url = urlsplit(os.environ.get("DATABASE_URL") or embedded(os.environ.get("SAMPHAO_SERVER", "hub")).url)
    pooled = int(os.environ.get("SAMPHAO_CONNECTIONS") or 0)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": parse_qs(url.query).get("host", [url.hostname or ""])[0],
        "PORT": str(url.port or ""),
        # An asynchronous server answers each request on a thread of its own: what one keeps, the next would not find.
        "CONN_MAX_AGE": 0 if pooled else 60,
        "OPTIONS": {"pool": {"min_size": min(2, pooled), "max_size": pooled, "timeout": 10}} if pooled else {},
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": f"test_{unquote(url.path.lstrip('/'))}"},
    }


SECRET_KEY = _secret()
DEBUG = os.environ.get("SAMPHAO_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("SAMPHAO_HOSTS", "localhost 127.0.0.1 [::1]").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("SAMPHAO_ORIGINS", "").split()
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "js_lib_leaflet",
    "ninja",
    "samphao.core",
    "samphao.reference",
    "samphao.accounts",
    "samphao.payments",
    "samphao.trade",
    "samphao.freight",
    "samphao.customs",
    "samphao.workflows",
    "samphao.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "samphao.web.middleware.Packing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "samphao.web.middleware.HubGate",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "samphao.web.middleware.Refusals",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "samphao.config.urls"
ASGI_APPLICATION = "samphao.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "samphao.web.context.shell",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["samphao.accounts.sign_in.LimitedSignIn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("th", "ไทย"), ("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
TIME_ZONE = "Asia/Bangkok"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"  # served by config/static.py

SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("SAMPHAO_HTTPS") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
BEHIND_PROXY = os.environ.get("SAMPHAO_BEHIND_PROXY") == "1"  # read by config/processes.py
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

FILES_FOLDER = Path(os.environ.get("SAMPHAO_FILES") or STATE / "files")
# Links in e-mails begin with it; a request's own address stands in where it is not given.
HUB_URL = os.environ.get("SAMPHAO_URL", "").rstrip("/")
# Company prefix of GS1 for cartons and goods; 952 is kept for demonstrations, and labels say so.
GS1_PREFIX = os.environ.get("SAMPHAO_GS1_PREFIX", "9521234")
_mail = urlsplit(os.environ.get("SAMPHAO_MAIL", ""))
if _mail.scheme in ("smtp", "smtp+tls", "smtps"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = (
        _mail.hostname or "localhost",
        _mail.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[_mail.scheme],
    )
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("SAMPHAO_MAIL_FROM", "hub@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
UNFOLD = {
    "SITE_TITLE": "Samphao",
    "SITE_HEADER": "Samphao",
    "SITE_SYMBOL": "sailing",
    "COLORS": {  # the blue of the pages, lighter and darker
        "primary": {
            "50": "#edf4f9", "100": "#d6e6f1", "200": "#aecde3", "300": "#7fb0d2", "400": "#4d90bf", "500": "#2b74a6", "600": "#1b5e8c",
            "700": "#174f76", "800": "#143f5e", "900": "#123149", "950": "#0d2233",
        }
    },
}  # fmt: skip

# Who holds the hub's money, and how buyers pay it: what is not given here is not offered.
PROMPTPAY_BILLER = os.environ.get("SAMPHAO_PROMPTPAY_BILLER", "")
PROMPTPAY_NAME = os.environ.get("SAMPHAO_PROMPTPAY_NAME", "SAMPHAO")
PROMPTPAY_CITY = os.environ.get("SAMPHAO_PROMPTPAY_CITY", "CHACHOENGSAO")
BANK_ACCOUNT = os.environ.get("SAMPHAO_BANK_ACCOUNT", "")
HUB_LEGAL_NAME = os.environ.get("SAMPHAO_LEGAL_NAME", "")
HUB_TAX_NUMBER = os.environ.get("SAMPHAO_TAX_NUMBER", "")
PARTNER_SECRET = os.environ.get("SAMPHAO_PARTNER_SECRET", "")
