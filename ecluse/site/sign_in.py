"""How may people come in? Passwords with a second factor, passkeys, the ministry's own sign-in when it is named.

Read by settings.py; every name here is one that Django or allauth looks for.
"""

from __future__ import annotations

import os
from typing import Any

HOUR = 3600
# The address under which people reach the office, such as https://office.example: decides on secure cookies.
ORIGIN = os.environ.get("ECLUSE_ORIGIN", "").rstrip("/")
IS_SECURE = ORIGIN.startswith("https://")

# How many of the office's own proxies stand before it? Only their word is taken for where a request comes from.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("ECLUSE_PROXIES", "0"))

# What all workers of one office count together, such as failed sign-ins: a folder that is theirs alone.
SHARED = os.environ.get("ECLUSE_CACHE", "")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": f"django.core.cache.backends.{'filebased.FileBasedCache' if SHARED else 'locmem.LocMemCache'}",
        "LOCATION": SHARED,
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

AUTHENTICATION_BACKENDS = ["ecluse.office.people.backend.OfficeBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "first_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = HOUR
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = 12 * HOUR
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []
CSRF_FAILURE_VIEW = "ecluse.office.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * HOUR if IS_SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None

ACCOUNT_ADAPTER = "ecluse.office.people.adapter.OfficeAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses are entered by the office with the account; nobody adds one of his own.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Écluse: "
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "10/m/ip,3/h/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}

# `advised` lets a person act behind a password alone; in an office of record everything else requires a second proof.
SECOND_FACTOR = os.environ.get("ECLUSE_SECOND_FACTOR", "required")
MFA_ADAPTER = "ecluse.office.people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Browsers make passkeys on https, and on this machine's own name for trying.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Écluse"
MFA_TOTP_TOLERANCE = 1

SOCIALACCOUNT_ADAPTER = "ecluse.office.people.adapter.OutsideAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
# A link, not a form: our policy lets no form lead out of the office. The outside service's `state` guards the way back.
SOCIALACCOUNT_LOGIN_ON_GET = True


def outside_sign_in() -> dict[str, Any]:
    """Which outside sign-in service may people use? The one that ECLUSE_OIDC_SERVER names; else none."""
    server = os.environ.get("ECLUSE_OIDC_SERVER", "")
    if not server:
        return {}
    app = {
        "provider_id": "office",
        "name": os.environ.get("ECLUSE_OIDC_NAME", "OpenID Connect"),
        "client_id": os.environ.get("ECLUSE_OIDC_CLIENT", ""),
        "secret": os.environ.get("ECLUSE_OIDC_SECRET", ""),
        "settings": {"server_url": server, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


SOCIALACCOUNT_PROVIDERS = outside_sign_in()

EMAIL_BACKEND = "ecluse.office.people.mail.OfficeMail"
EMAIL_FILE_PATH = os.environ.get("ECLUSE_MAIL_FOLDER", "var/mail")
EMAIL_HOST = os.environ.get("ECLUSE_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("ECLUSE_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("ECLUSE_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ECLUSE_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("ECLUSE_SMTP_TLS", "yes") != "no"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("ECLUSE_SMTP_FROM", "office@localhost")
