"""Every setting of Waypost, from the environment, with the embedded default filled in.

DATA_DIR holds all that a running portal writes. ORIGIN decides transport security.
"""

import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import bootstrap_wrapper
import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu.entity import Queue

from config.single_sign_on import single_sign_on

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.bool("DEBUG", default=False)

# --- Folder -----------------------------------------------------------------------------------
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
for _folder in ("", "media", "queue", "queue/processed", "mail", "static", "tmp"):
    (DATA_DIR / _folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret_key() -> str:
    """SECRET_KEY from the environment, or the one this installation made at its first start."""
    if key := str(env.str("SECRET_KEY", default="")):
        return key
    path = DATA_DIR / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- Address and transport --------------------------------------------------------------------
PORT = env.int("PORT", default=8000)
ORIGIN = env.str("ORIGIN", default=f"http://127.0.0.1:{PORT}").rstrip("/")
_origin = urlsplit(ORIGIN)
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


def _is_ip_address(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True


if _origin.scheme not in ("http", "https") or not _origin.hostname or _origin.path:
    raise ImproperlyConfigured("ORIGIN must look like https://waypost.example.org, without a path.")
if _origin.scheme == "http" and _origin.hostname not in LOOPBACK_HOSTS:
    raise ImproperlyConfigured(
        "ORIGIN is plain http on a public host: use https, or a loopback address."
    )
HTTPS = _origin.scheme == "https"
ALLOWED_HOSTS = [_origin.hostname, *LOOPBACK_HOSTS]
CSRF_TRUSTED_ORIGINS = [ORIGIN]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = HTTPS
# The health addresses are asked over loopback without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^livez$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's form controls are data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "monitoring",
    "taskforces",
    "recruitment",
    "training",
    "actionplans",
    "accounts",
    "common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "common.middleware.BadInputMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random against BREACH
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.preferences.OwnLanguageMiddleware",
    "accounts.middleware.KeepTypedTextMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "common.middleware.LeaveNothingBehindMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.preferences.reader",
                "monitoring.context_processors.shell",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database ---------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Pages are milliseconds: neither compiling a query nor starting helpers for it pays, and
    # what they read is in memory or on a disk without a moving head.
    planner = "-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", planner)

# What limits of tries and spent codes are counted in: shared by every process and host, and
# never cut short by other entries. `migrate` makes the table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "waypost_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Jobs -------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
# Two installations can share one Redis.
REDIS_PREFIX = env.str("REDIS_PREFIX", default="waypost:")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "waypost"
# A worker takes from both in turn, so that no heap of reports keeps the clock or a mail waiting.
CELERY_TASK_QUEUES = [Queue(name) for name in ("waypost", "waypost-prompt")]  # type: ignore[no-untyped-call]
CELERY_TASK_ROUTES = {
    "monitoring.tick": {"queue": "waypost-prompt"},
    "common.send_mail": {"queue": "waypost-prompt"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody asks, and it polls
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": REDIS_PREFIX}
else:
    CELERY_BROKER_URL = "filesystem://localhost/"
    CELERY_BROKER_TRANSPORT = "common.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "queue"),
        "data_folder_out": str(DATA_DIR / "queue"),
        "control_folder": str(DATA_DIR / "queue"),
        "processed_folder": str(DATA_DIR / "queue" / "processed"),
        "polling_interval": 0.1,  # seconds
    }
TICK_SECONDS = env.int("TICK_SECONDS", default=10)
# A job whose worker has not renewed its lease for this long is taken up by the next one.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "monitoring.tick",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    }
}

# --- Mail -------------------------------------------------------------------------------------
EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
# Where the worker hands queued mail to; without it, files in DATA_DIR/mail.
MAIL_URL = env.str("MAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"Waypost <no-reply@{_origin.hostname}>")

# --- Sign-in ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# A form left open over a sign-in in another tab fails the check; its text is kept.
CSRF_FAILURE_VIEW = "accounts.entrance.stale_token"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "login": "accounts.forms_sign_in.SignInForm",
    "reauthenticate": "accounts.forms_sign_in.PasswordForm",
    "change_password": "accounts.forms_sign_in.PasswordChangeForm",
    "reset_password": "accounts.forms_sign_in.AskForResetForm",
    "reset_password_from_key": "accounts.forms_sign_in.PasswordResetForm",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation already proved the address
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _origin.scheme
# Wrong codes of the second factor, by account. axes counts wrong passwords: see AccountAdapter.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or second factor
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # seconds
# Browsers refuse passkeys for a site whose host is an address in numbers.
PASSKEYS = not _is_ip_address(_origin.hostname)
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if PASSKEYS else [])]
MFA_PASSKEY_LOGIN_ENABLED = PASSKEYS
MFA_TOTP_ISSUER = f"Waypost ({_origin.hostname})"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds that a telephone's clock may be off
MFA_FORMS = {
    "authenticate": "accounts.forms_sign_in.CodeForm",
    "reauthenticate": "accounts.forms_sign_in.CodeAgainForm",
    "activate_totp": "accounts.forms_sign_in.AppForm",
    "add_webauthn": "accounts.forms_sign_in.PasskeyForm",
    "edit_webauthn": "accounts.forms_sign_in.PasskeyNameForm",
}
AXES_USERNAME_FORM_FIELD = "login"
# allauth hands the address on as "email", where axes would find no name and lock out everybody.
AXES_USERNAME_CALLABLE = "accounts.adapters.guessed_address"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "common.network.client_ip"
# https is spoken by a reverse proxy, which adds the client's address to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
AXES_LOCKOUT_CALLABLE = "monitoring.views.errors.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# --- Single sign-on: one OpenID Connect provider for each party named --------------------------
SINGLE_SIGN_ON = single_sign_on(env)
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": code.lower(),
                "name": code,
                "client_id": one.client_id,
                "secret": one.client_secret,
                "settings": {"server_url": one.issuer},
            }
            for code, one in SINGLE_SIGN_ON.items()
        ],
    }
}
# Chromium holds the redirect that answers a form to this list too.
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] += sorted(
    {one.origin for one in SINGLE_SIGN_ON.values()}
)

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False

# --- Files ------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_css_dir()),
]
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Logs -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
            ],
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "celery": {"level": "WARNING"},  # a line for each tick says nothing
        "axes": {"level": "WARNING"},  # four lines for each sign-in
        "gunicorn.http.wsgi": {"level": "ERROR"},  # warns of every HEAD
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
