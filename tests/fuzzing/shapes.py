"""The entities attacked: the CRM's own tables, and one that somebody brought along."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Shape:
    """An entity's columns by kind; ``label`` is a text that decides nothing and changes with every update."""

    table: str
    label: str
    ints: tuple[str, ...]
    texts: tuple[str, ...]
    nums: tuple[str, ...] = ()
    bools: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that is compared."""
        return (*self.ints, *self.texts, *self.nums, *self.bools)

    def without(self, left_out: Collection[str]) -> Shape:
        """Return the shape without some columns."""
        ints, texts, nums, bools = (
            tuple(name for name in names if name not in left_out)
            for names in (self.ints, self.texts, self.nums, self.bools)
        )
        return replace(self, ints=ints, texts=texts, nums=nums, bools=bools)


PARENTS = {"lead_id": "lead", "deal_id": "deal", "company_id": "company"}
CARRIED = ("parent_owner_id", "parent_is_open", "parent_stage", "parent_pipeline")

SHAPES = {
    "lead": Shape("crm.lead", "title", ("id", "owner_id"), ("title", "stage", "source"), ("amount",), ("is_open",)),
    "deal": Shape(
        "crm.deal",
        "title",
        ("id", "owner_id", "company_id", "contact_id", "lead_id", "probability"),
        ("title", "stage", "pipeline"),
        ("amount",),
        ("is_open",),
        hidden=("margin",),
        refs={"company_id": "company", "contact_id": "contact", "lead_id": "lead", "product_id": "product"},
    ),
    "company": Shape(
        "crm.company",
        "name",
        ("id", "owner_id", "parent_company_id", "employees"),
        ("name", "city"),
        ("revenue",),
        ("is_open",),
        refs={"parent_company_id": "company"},
    ),
    "contact": Shape(
        "crm.contact",
        "name",
        ("id", "owner_id", "company_id"),
        ("name", "city"),
        bools=("is_open", "may_be_contacted"),
        refs={"company_id": "company"},
    ),
    "product": Shape("crm.product", "name", ("id",), ("name", "sku"), ("price",), ("is_active",)),
    "ticket": Shape(
        "crm.ticket",
        "title",
        ("id", "owner_id", "company_id", "deal_id"),
        ("title", "stage", "priority"),
        bools=("is_open",),
        refs={"company_id": "company", "deal_id": "deal"},
    ),
    "activity": Shape(
        "crm.activity",
        "subject",
        ("id", "lead_id", "deal_id", "company_id", "parent_owner_id"),
        ("subject", "kind", "parent_stage"),
        bools=("is_done", "parent_is_open"),
        carried=CARRIED,
        parents=PARENTS,
    ),
    "entry": Shape("t.entry", "note", ("id", "owner_id"), ("note", "stage"), bools=("is_open",)),
}

PLACES: dict[str, list[dict[str, str]]] = {
    "lead": [{"stage": stage} for stage in ("new", "in_process", "converted", "junk")],
    "deal": [
        {"pipeline": pipeline, "stage": stage}
        for pipeline, first in (("sales", "prospecting"), ("partners", "contacted"), ("renewals", "due"))
        for stage in (first, "won", "lost")
    ],
    "ticket": [{"stage": stage} for stage in ("new", "waiting", "closed")],
    "entry": [{"stage": stage} for stage in ("new", "won", "odd")],
}
"""Where a record may be; the last of each list is not declared."""


def owned(table: str, **more: Any) -> dict[str, Any]:
    """Return an entity whose records have owners."""
    return {"table": table, "owner": "owner_id", "open": "is_open", **more}


DEFINED: dict[str, Any] = {
    "lead": owned("crm.lead", stage="stage", stages=["new", "in_process", "converted"]),
    "deal": owned(
        "crm.deal",
        stage="stage",
        pipeline="pipeline",
        pipelines={"sales": ["prospecting", "won"], "partners": ["contacted", "won"]},
        columns=[
            *("id", "owner_id", "is_open", "pipeline", "stage", "title", "company_id", "contact_id", "lead_id"),
            *("product_id", "amount", "currency", "probability", "closed_on", "created_at", "created_by"),
        ],
    ),
    "company": owned("crm.company"),
    "contact": owned("crm.contact"),
    "product": {"table": "crm.product"},
    "ticket": owned("crm.ticket", stage="stage", stages=["new", "waiting"]),
    "activity": {
        "table": "crm.activity",
        "parents": PARENTS,
        "carries": dict(zip(("owner", "open", "stage", "pipeline"), CARRIED, strict=True)),
    },
    "entry": owned("t.entry", stage="stage", stages=["new", "won"]),
}
"""The entities as the definitions file writes them."""

GROUPS: dict[str, dict[str, list[str]]] = {
    "lead": {"money": ["amount"], "origin": ["source"]},
    "deal": {"money": ["amount"], "odds": ["probability"]},
    "company": {"money": ["revenue", "employees"], "place": ["city"]},
    "contact": {"place": ["city", "may_be_contacted"]},
    "product": {"money": ["price"]},
    "ticket": {"urgency": ["priority"]},
    "activity": {"money": ["kind"], "state": ["is_done"]},
}
"""Groups of fields that a company may have; the child has one that some of its parents have, and one of its own."""

NEW = {
    "amount": "500000.00", "probability": "77", "revenue": "500000.00", "employees": "77", "price": "500000.00",
    "source": "'post'", "city": "'Bern'", "priority": "'urgent'", "kind": "'meeting'",
}  # fmt: skip
"""What fields of groups are changed to: nothing that any row holds."""
