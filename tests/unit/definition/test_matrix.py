"""The matrix: rows for programs, Markdown for people."""

from __future__ import annotations

from rls.definition import OPERATIONS, Level
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

    assert 2 * 4 * len(OPERATIONS) == len(rows)
    assert {"clerk", "nobody"} == {row.role for row in rows}
    assert "note" not in {row.entity for row in rows}


def test_a_row_says_where_the_level_differs() -> None:
    """By pipeline and stage, stages in the order the pipelines list them."""
    rows = {(row.role, row.entity, row.operation): row for row in matrix(DEFINITION)}
    sales = (Override("sales", None, Level.all), Override("sales", "won", Level.department))

    assert Row("clerk", "deal", "read", Level.own, sales) == rows["clerk", "deal", "read"]
    assert [override.place for override in rows["clerk", "deal", "update"].overrides] == ["won", "new"]
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
| product | all | - | - | - | - | - |

## nobody

No permission on anything.

Without rights of their own: `note` follows deal, lead.
"""
    assert expected == markdown(DEFINITION)
