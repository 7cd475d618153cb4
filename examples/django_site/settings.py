"""Django's settings: its own tables in one database, the CRM by the pool's login in another."""

from __future__ import annotations

import os

from psycopg.conninfo import conninfo_to_dict

crm = conninfo_to_dict(os.environ["APP_URL"])

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "examples.django_site.urls"
USE_TZ = True

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "examples.django_site.middleware.as_person",
]

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SITE_DATABASE"]},
    "crm": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": crm["dbname"],
        "USER": crm["user"],
        "PASSWORD": crm["password"],
        "HOST": crm["host"],
        "PORT": crm["port"],
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": int(os.environ.get("CONN_MAX_AGE", "600")),
        "OPTIONS": {"options": "-c search_path=crm"},
    },
}
