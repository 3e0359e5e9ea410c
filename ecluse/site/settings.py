"""How is the office's Django set up? Everything that differs between two offices comes from ECLUSE_* variables."""

from __future__ import annotations

import os
from importlib.metadata import distribution
from urllib.parse import urlsplit

from ecluse.site.database import from_environment
from ecluse.site.secret_key import secret_key
from ecluse.site.sign_in import *  # noqa: F403  every name is a setting

DATABASES = {"default": from_environment()}
SECRET_KEY = secret_key(DATABASES["default"])
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ECLUSE_HOSTS", "127.0.0.1,localhost").split(",")
ALLOWED_HOSTS += [host for host in [urlsplit(ORIGIN).hostname] if host]  # noqa: F405
INSTALLED_APPS = [
    # First: where a page of ours and one of a library bear the same name, ours is shown.
    "ecluse.office",
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
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ecluse.office.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ecluse.office.people.middleware.People",
    "ecluse.office.views.uploads.UploadLimit",
    "ecluse.office.people.second_proof.SecondProof",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ecluse.office.views.errors.WrongMethod",
]
# The first one counts what arrives and stops; the other two keep it, small files in memory.
FILE_UPLOAD_HANDLERS = [
    "ecluse.office.views.uploads.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
ROOT_URLCONF = "ecluse.site.urls"
WSGI_APPLICATION = "ecluse.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "uk"
LANGUAGES = [("uk", "Українська"), ("en", "English"), ("fr", "Français")]
USE_TZ = True
TIME_ZONE = "UTC"
# Style sheets are served from the package as they are: nothing to collect before the first start.
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
# The API's page shows calls by ninja's own script. As an app it would be imported before the office serves its pages.
STATICFILES_DIRS = [("ninja", distribution("django-ninja").locate_file("ninja/static/ninja"))]
