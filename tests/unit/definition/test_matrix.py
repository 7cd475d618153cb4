"""The matrix: rows for programs, Markdown for people."""

from __future__ import annotations

from rls.definition import FIELD_ACCESS, OPERATIONS, Level
from rls.definition.matrix import Override, Row, following, markdown, matrix
from tests.unit.definition.examples import ENTITIES, loaded

DEFINITION = loaded(
    {
        "entities": ENTITIES,
        "roles": {
            "base": {"abstract": True, "permissions": {"product": {"read": "all"}}},
            "clerk": {
                "description": "Sells",
                "extends": "base",
                "permissions": {
                    "deal": {
                        "read": "own",
                        "stages": {"won": {"update": "none"}, "new": {"update": "own"}},
                        "pipelines": {"sales": {"read": "all", "stages": {"won": {"read": "department"}}}},
                        "fields": {"finance": {"read": "none"}},
                    }
                },
            },
            "nobody": {},
        },
    }
)


def test_a_row_for_every_role_entity_and_operation() -> None:
    """Neither for abstract roles nor for children."""
    rows = matrix(DEFINITION)

    assert 2 * 4 * len(OPERATIONS) == len([row for row in rows if row.fields is None])
    assert 2 * 4 * len(FIELD_ACCESS) == len([row for row in rows if row.fields is not None])
    assert {"clerk", "nobody"} == {row.role for row in rows}
    assert "note" not in {row.entity for row in rows}


def test_a_row_says_where_the_level_differs() -> None:
    """By pipeline and stage, stages in the order the pipelines list them."""
    rows = {(row.role, row.what, row.operation): row for row in matrix(DEFINITION)}
    sales = (Override("sales", None, Level.all), Override("sales", "won", Level.department))

    assert Row("clerk", "deal", "read", Level.own, sales) == rows["clerk", "deal", "read"]
    assert [override.place for override in rows["clerk", "deal", "update"].overrides] == ["won", "new"]
    assert Row("clerk", "deal", "read", Level.own, sales, "terms") == rows["clerk", "deal.terms", "read"]
    assert Row("clerk", "deal", "read", Level.none, (), "finance") == rows["clerk", "deal.finance", "read"]
    assert [override.place for override in sales] == ["sales:", "sales: won"]


def test_children_follow() -> None:
    """What a matrix says of them."""
    assert following(DEFINITION) == {"note": ("deal", "lead")}


def test_markdown() -> None:
    """A section for each role."""
    expected = """\
## clerk

Sells.

| entity | read | create | update | delete | export | import |
|---|---|---|---|---|---|---|
| deal | own (sales: all, sales: won: department) | - | - (won: none, new: own) | - | - | - |
| deal.finance | - | - | - (won: none, new: own) |  |  |  |
| deal.terms | own (sales: all, sales: won: department) | - | - (won: none, new: own) |  |  |  |
| product | all | - | - | - | - | - |
| product.cost | all | - | - |  |  |  |

## nobody

No permission on anything.

Without rights of their own: `note` follows deal, lead.
"""
    assert expected == markdown(DEFINITION)
