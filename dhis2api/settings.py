"""Django settings, all of them from the environment with defaults that suit one machine."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import environ

from dhis2api.embedded.home import embedded_database, embedded_redis_url, find_secret_key

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.str("DHIS2API_HOME", default=str(BASE_DIR / ".data")))

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
SECRET_KEY = env.str("SECRET_KEY", default="") or find_secret_key(HOME)
# What encrypts secrets at rest; the first encrypts, all decrypt. None: SECRET_KEY does both.
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", default=[])
# Where the links in mails lead; without it, to the host that the client of the request named.
BASE_URL = env.str("BASE_URL", default="").rstrip("/")
CONTEXT_PATH = env.str("CONTEXT_PATH", default="").rstrip("/")
# Whether values of confidential attributes may be stored, which encrypts them; otherwise they are refused (E1112).
TRACKER_ENCRYPTION = env.bool("TRACKER_ENCRYPTION", default=True)
# Whether changes of attribute values and events are kept, for `/changeLogs`.
TRACKER_CHANGE_LOG = env.bool("TRACKER_CHANGE_LOG", default=True)
# What synchronization may fetch from besides the configured remote: URLs, whose scheme, host, port and path count.
SYNC_SERVERS_ALLOWED: list[str] = env.list("SYNC_SERVERS_ALLOWED", default=[])
# How often META_DATA_SYNC is tried, and how long it waits between two attempts.
METADATA_SYNC_ATTEMPTS = env.int("METADATA_SYNC_ATTEMPTS", default=3)
METADATA_SYNC_WAIT_SECONDS = env.int("METADATA_SYNC_WAIT_SECONDS", default=30)
# Networks that are not public, but may be sent requests to, such as 10.20.0.0/16.
SYNC_PRIVATE_NETWORKS = tuple(map(ip_network, env.list("SYNC_PRIVATE_NETWORKS", default=[])))
MAX_BODY = env.int("MAX_BODY", default=512 * 1024 * 1024)  # bytes, after decompression

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "dhis2api",
    "configuration",
    "files",
    "mailing",
    "sharing",
    "users",
    "scheduling",
    "metadata",
    "apps",
    "messaging",
    "datavalues",
    "tracker",
    "datastore",
    "analytics",
    "validation",
    "orgunit_changes",
    "synchronization",
    "system",
]

ROOT_URLCONF = "dhis2api.urls"
WSGI_APPLICATION = "dhis2api.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "users.User"

DATABASES = {"default": env.db("DATABASE_URL") if env.str("DATABASE_URL", default="") else embedded_database(HOME)}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Seconds that one statement may take: one that outlives its client must not run for ever.
STATEMENT_TIMEOUT = env.int("STATEMENT_TIMEOUT", default=600)
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"{_options.get('options', '')} -c statement_timeout={STATEMENT_TIMEOUT}s".strip()

REDIS_URL = env.str("REDIS_URL", default="") or embedded_redis_url(HOME)
CACHES = {
    "default": {
        "BACKEND": "dhis2api.cache.KeepingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "dhis2api.epoch.cache_key",
    }
}

# Where uploaded files and installed apps lie: in the home, or in a bucket of S3 or of what speaks its language.
# Credentials are found as boto3 finds them (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, a role of the machine).
FILES_S3_BUCKET = env.str("FILES_S3_BUCKET", default="")
_files_on_disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}}
_files_on_s3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": FILES_S3_BUCKET,
        "endpoint_url": env.str("FILES_S3_ENDPOINT", default=None),
        "region_name": env.str("FILES_S3_REGION", default=None),
        "location": env.str("FILES_S3_PREFIX", default=""),
        "default_acl": None,
        "max_memory_size": 4 * 1024 * 1024,  # bytes of a file in memory while it is served; then a temporary file
        "file_overwrite": True,  # names are unique; asking whether one is taken would cost a request each
    },
}
STORAGES = {
    "default": _files_on_s3 if FILES_S3_BUCKET else _files_on_disk,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "dhis2api.web.uploads.PagesTakeNoFiles",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MAX_FILE_SIZE = env.int("MAX_FILE_SIZE", default=10_000_000)  # bytes of an uploaded file, as in DHIS2
MAX_AVATAR_SIZE = env.int("MAX_AVATAR_SIZE", default=2_000_000)
MAX_ORG_UNIT_IMAGE_SIZE = env.int("MAX_ORG_UNIT_IMAGE_SIZE", default=8_000_000)

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = False

AUTHENTICATION_BACKENDS = ["users.authenticating.UserBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SESSION_ENGINE = "users.sessions"
SESSION_COOKIE_NAME = "JSESSIONID"  # what DHIS2's clients keep
SESSION_COOKIE_AGE = 3600  # seconds without a request; `web.authentication` prolongs it
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = CONTEXT_PATH or "/"
API_CSRF = env.bool("API_CSRF", default=False)  # of sessions alone; DHIS2's default, too
CSRF_COOKIE_NAME = "XSRF-TOKEN"  # as DHIS2's apps look for it; the server's own pages use it, too
CSRF_HEADER_NAME = "HTTP_X_XSRF_TOKEN"
LOGIN_URL = "login"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # so that forms behind a proxy have the right origin
LOGIN_REDIRECT_URL = "start"
CORS_ALLOWLIST: list[str] = env.list("CORS_ALLOWLIST", default=[])  # origins, `*` is a wildcard

MIDDLEWARE = [
    "dhis2api.web.counting.CountingMiddleware",
    "dhis2api.web.request_id.RequestIdMiddleware",
    "dhis2api.web.headers.SecurityHeadersMiddleware",
    "dhis2api.web.addresses.AddressMiddleware",  # everything below sees routes, not addresses
    "dhis2api.web.headers.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dhis2api.embedded.gate.GateMiddleware",  # around everything that may need the database
    "dhis2api.web.conditional.HeadMiddleware",
    "dhis2api.web.conditional.GzipMiddleware",
    "dhis2api.web.conditional.EtagMiddleware",  # below gzip: the tag is of the content
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",  # admin and login; API views are exempt, as in DHIS2
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

# Served below the context path, but WhiteNoise sees paths that have lost it.
STATIC_URL = CONTEXT_PATH + "/static/"
WHITENOISE_STATIC_PREFIX = "/static/"
WHITENOISE_USE_FINDERS = True  # from the packages themselves: nothing to collect before the first start

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "dhis2api" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "dhis2api.web.authentication.BasicAuthentication",
        "users.token_authentication.ApiTokenAuthentication",
        "dhis2api.web.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "dhis2api.web.negotiation.ApiNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["dhis2api.web.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "dhis2api.web.parsers.JsonParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "dhis2api.web.openapi.ApiAutoSchema",
    "EXCEPTION_HANDLER": "dhis2api.web.messages.exception_handler",
}

# Tokens of mobile apps (`/api/token`). Phones stay offline for long; whoever changes a password ends all tokens.
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(days=env.int("MOBILE_ACCESS_DAYS", default=30)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("MOBILE_REFRESH_DAYS", default=3650)),
    "ROTATE_REFRESH_TOKENS": True,
    "UPDATE_LAST_LOGIN": False,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "DHIS2 Web API",
    "DESCRIPTION": "Metadata, aggregate data, users and sharing, as DHIS2 2.42 speaks them.",
    "VERSION": "2.42.1",
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "basicAuth": {"type": "http", "scheme": "basic"},
            "apiToken": {"type": "apiKey", "in": "header", "name": "Authorization"},
            "sessionCookie": {"type": "apiKey", "in": "cookie", "name": "JSESSIONID"},
        }
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "dhis2api.web.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # A refused request is an answer, not news; what is our fault is logged as an error with its traceback.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django": {"handlers": [], "propagate": True},
        "celery": {"level": "WARNING"},  # the bell is no news; what a job does is told by `scheduling`
    },
}
