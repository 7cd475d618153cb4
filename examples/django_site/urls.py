"""What the site answers: the CRM's deals, by an unmanaged model and by SQL."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections, models
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from examples.django_site.middleware import CRM


class Deal(models.Model):
    """A deal, as the CRM has it."""

    title = models.TextField()
    owner_id = models.IntegerField(null=True)

    class Meta:
        """Rowlock makes the table."""

        app_label = "crm"
        managed = False
        db_table = "deal"

    def __str__(self) -> str:
        return self.title


def deals(_: HttpRequest) -> JsonResponse:
    """Return the titles of the deals the person sees."""
    return JsonResponse(list(Deal.objects.using(CRM).order_by("title").values_list("title", flat=True)), safe=False)


@csrf_exempt
def rename(request: HttpRequest) -> HttpResponse:
    """Rename all of the person's deals, and perhaps fail."""
    changed = Deal.objects.using(CRM).update(title=request.POST["title"])
    return HttpResponse(str(changed), status=int(request.POST.get("status", 200)))


def late(_: HttpRequest) -> StreamingHttpResponse:
    """Ask while the answer is being sent, when the person's transaction is over: refused."""

    def lines() -> Iterator[str]:
        yield from Deal.objects.using(CRM).values_list("title", flat=True)

    return StreamingHttpResponse(lines())


def ended(_: HttpRequest) -> JsonResponse:
    """End the transaction in the middle: what follows is refused."""
    with connections[CRM].cursor() as cursor:
        cursor.execute("commit")
        cursor.execute("select title from crm.deal")
        return JsonResponse(cursor.fetchall(), safe=False)


urlpatterns = [
    path("deals", deals),
    path("rename", rename),
    path("late", late),
    path("ended", ended),
]
