"""Makes every request its person's.

Behind AuthenticationMiddleware; the user's name is the login in the database.
The whole request, ATOMIC_REQUESTS' own transaction included, is one
transaction of the person's: committed with the answer, rolled back if it is an
error.  A request of nobody may do nothing in the CRM.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse

from rls.sessions import NotAPersonError, become

CRM = "crm"
"""The alias in DATABASES that the pool's login connects by."""

Answer = Callable[[HttpRequest], HttpResponse]


def as_person(get_response: Answer) -> Answer:
    """Return the middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        with transaction.atomic(CRM, durable=True), connections[CRM].cursor() as cursor:
            try:
                become(cursor, request.user.get_username())
            except NotAPersonError as error:
                raise PermissionDenied(str(error)) from error
            response = get_response(request)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                transaction.set_rollback(rollback=True, using=CRM)
        return response

    return middleware
