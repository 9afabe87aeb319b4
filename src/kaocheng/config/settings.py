"""All settings, from the environment; `docs/reference/settings.md` lists them.

| variable | meaning |
|---|---|
| KAOCHENG_DATA | folder of everything that is kept: database, files, secrets, backups |
| DATABASE_URL | a PostgreSQL server; without it, the embedded one in the data folder |
| REDIS_URL | run background work by Celery; without it, in the server's own process |
| KAOCHENG_THREADS | how many requests are worked on at the same moment (12) |
| KAOCHENG_LEASE | seconds after which the job of a silent runner goes to another one (300) |
| KAOCHENG_FILES | a store that speaks S3 (`s3://key:secret@host/bucket`); without it, a folder |
| KAOCHENG_SCANNER | clamd (`clamd://host:port`, `clamd:///socket`); else only our own checks |
| KAOCHENG_HOSTS | names under which browsers reach us, with commas |
| KAOCHENG_DIGEST | method of the log's chain: `sha256` (default) or `sm3` |
| KAOCHENG_MAIL | mail server (`smtp://user:password@host:587`, `smtps://…`); else no mail |
| KAOCHENG_MAIL_FROM | sender of mails |
| KAOCHENG_SMS | address of the SMS supplier or relay; without it, no SMS |
| KAOCHENG_SMS_KEY | key with which requests to it are signed |
| KAOCHENG_OUTBOUND | further hosts that may be called, as `https://host`, with commas |
| KAOCHENG_HEADS | folder for the newest digest of the log, best on another disk (data/audit) |
| KAOCHENG_HTTPS | `1` behind a proxy that speaks TLS: cookies and redirects become strict |
"""

from __future__ import annotations

import os
from pathlib import Path

from kaocheng.gateways.channels import mail_server, outbound_origins
from kaocheng.gateways.database_address import django_database
from kaocheng.gateways.logs import logging_settings
from kaocheng.gateways.secrets import secret_key
from kaocheng.gateways.translations import compiled_folder

ROOT = Path(__file__).resolve().parents[3]
PAGES = Path(__file__).resolve().parents[1] / "web"
DATA = Path(os.environ.get("KAOCHENG_DATA", ROOT / "data")).absolute()
# What set-up fetched for the pages: style sheets, scripts, icons, fonts.
ASSETS = Path(os.environ.get("KAOCHENG_ASSETS", ROOT / ".assets")).absolute()
SCHEMES = Path(os.environ.get("KAOCHENG_SCHEMES", ROOT / "schemes")).absolute()

DEBUG = False
SECRET_KEY = secret_key(DATA)
HTTPS = os.environ.get("KAOCHENG_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("KAOCHENG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
FILES_ADDRESS = os.environ.get("KAOCHENG_FILES", "")
SCANNER_ADDRESS = os.environ.get("KAOCHENG_SCANNER", "")
REDIS_URL = os.environ.get("REDIS_URL", "")
WEB_THREADS = int(os.environ.get("KAOCHENG_THREADS", "12"))
JOB_LEASE_SECONDS = int(os.environ.get("KAOCHENG_LEASE", "300"))
SITE_URL = os.environ.get("KAOCHENG_SITE", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "kaocheng.records",
    "kaocheng.web",
    "kaocheng.config",
]
MIDDLEWARE = [
    "kaocheng.web.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kaocheng.web.middleware.refusals",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kaocheng.web.account.session.session_limits",
    "kaocheng.web.middleware.who_asks",
    "kaocheng.web.middleware.drafts",
    "kaocheng.web.saying.sayings",
    "kaocheng.web.middleware.language",
    "kaocheng.web.middleware.safe_headers",
]
ROOT_URLCONF = "kaocheng.config.urls"
ASGI_APPLICATION = "kaocheng.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["kaocheng.web.templatetags.kaocheng"],
            "libraries": {"i18n": "kaocheng.web.templatetags.words"},
            "context_processors": [
                "django.template.context_processors.request",
                "kaocheng.web.shell.shell",
            ],
            "string_if_invalid": "",
        },
    }
]
# Our `translate` takes the place of Django's on purpose.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]

DATABASES = {"default": django_database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "records.Account"
AUTHENTICATION_BACKENDS = ["kaocheng.web.account.backend.AccountBackend"]
# The first keeps new passwords; the second reads old ones until their owner signs in.
PASSWORD_HASHERS = [
    "kaocheng.records.password_hash.Argon2idHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "sign-in"
CSRF_FAILURE_VIEW = "kaocheng.web.errors.forged_or_old_form"
SESSION_ENGINE = "kaocheng.records.session_store"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
USE_I18N = True
LOCALE_PATHS = [compiled_folder(PAGES / "locale", DATA / "cache")]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("assets", ASSETS / "static")] if (ASSETS / "static").is_dir() else []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Every address of a file names the digest of its content, so it may be kept for good.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kaocheng.web.static_files.ByDigest"},
}
WHITENOISE_MAX_AGE = 365 * 24 * 3600

AUDIT_DIGEST = os.environ.get("KAOCHENG_DIGEST", "sha256")
AUDIT_HEADS = Path(os.environ.get("KAOCHENG_HEADS", DATA / "audit")).absolute()

# Ways out of the platform. Nothing is called that is not named here.
MAIL = mail_server(os.environ.get("KAOCHENG_MAIL", ""))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
LOGGING = logging_settings(DATA / "logs", os.environ.get("KAOCHENG_PROCESS", "command"))
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL.host, MAIL.port, MAIL.ssl, MAIL.tls
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_TIMEOUT = MAIL.user, MAIL.password, 10
DEFAULT_FROM_EMAIL = os.environ.get("KAOCHENG_MAIL_FROM", "kaocheng@localhost")
SMS_URL = os.environ.get("KAOCHENG_SMS", "")
SMS_KEY = os.environ.get("KAOCHENG_SMS_KEY", "")
OUTBOUND = outbound_origins(os.environ.get("KAOCHENG_OUTBOUND", ""), SMS_URL)
OUTWARD_CHANNELS = [*(["mail"] if MAIL.host else []), *(["sms"] if SMS_URL else [])]
