"""People sync converges: whatever two organisations are, the changes from one to the other lead there, and then end."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rls.organisation import changes as c
from rls.organisation.diff import diff
from rls.organisation.people import Login, Organisation, Path, Person, ancestors

LOGINS = ["ada", "bo", "cy", "dee"]

PATHS: list[Path] = [("A",), ("A", "B"), ("A", "B", "C"), ("D",)]

ROLES = ["manager", "executive"]

FACTS = st.none() | st.sampled_from(["x", "y"])


@st.composite
def organisations(draw: st.DrawFn, logins: frozenset[str] | None = None) -> Organisation:
    """Draw an organisation; with *logins* it has at least these people, as sync never deletes anybody."""
    names = sorted(draw(st.sets(st.sampled_from(LOGINS))) | (logins or set()))
    people = frozenset(
        Person(name, draw(st.sampled_from(["N", "M"])), draw(FACTS), is_active=draw(st.booleans())) for name in names
    )
    paths = frozenset().union(*(ancestors(path) for path in draw(st.sets(st.sampled_from(PATHS)))))
    pairs = st.sets(st.tuples(st.sampled_from(PATHS), st.sampled_from(names))) if names else st.just(set())
    heads = {path: login for path, login in draw(pairs) if path in paths}
    groups = draw(st.frozensets(st.sampled_from(["Auditors", "Board"])))
    return Organisation(
        people=people,
        departments=paths,
        heads=frozenset(heads.items()),
        members=frozenset(pair for pair in draw(pairs) if pair[0] in paths),
        groups=groups,
        group_members=frozenset((group, name) for name in names for group in groups if draw(st.booleans())),
        roles=frozenset((role, name) for name in names for role in ROLES if draw(st.booleans())),
        logins=frozenset(Login(person.login) for person in people if person.is_active),
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Organisation, Organisation]:
    """Draw what is, and what may be wanted then: departments, groups, people and logins only ever become more."""
    before = draw(organisations())
    after = draw(organisations(frozenset(person.login for person in before.people)))
    logins = {login.name: replace(login, can_login=False) for login in before.logins}
    logins |= {login.name: login for login in after.logins}
    return before, replace(after, departments=after.departments | before.departments, logins=frozenset(logins.values()))


def made(organisation: Organisation, change: c.Change) -> Organisation:  # noqa: C901, PLR0911, PLR0912
    """Return the organisation after one change: what the statements of rls.organisation.applying do."""
    people = organisation.by_login()
    match change:
        case c.CreateLogin(login):
            return replace(organisation, logins=organisation.logins | {Login(login)})
        case c.AllowLogin(login) | c.RefuseLogin(login):
            others = frozenset(one for one in organisation.logins if one.name != login)
            return replace(organisation, logins=others | {Login(login, isinstance(change, c.AllowLogin))})
        case c.AddDepartment(path):
            assert len(path) == 1 or path[:-1] in organisation.departments
            return replace(organisation, departments=organisation.departments | {path})
        case c.AddPerson(person) | c.ChangePerson(person):
            active = people[person.login].is_active if person.login in people else person.is_active
            people[person.login] = replace(person, is_active=active)
        case c.DismissPerson(login) | c.ReinstatePerson(login):
            people[login] = replace(people[login], is_active=isinstance(change, c.ReinstatePerson))
        case c.AddMember(path, login):
            assert login in people
            return replace(organisation, members=organisation.members | {(path, login)})
        case c.RemoveMember(path, login):
            return replace(organisation, members=organisation.members - {(path, login)})
        case c.SetHead(path, head):
            heads = {**dict(organisation.heads), path: head}
            return replace(organisation, heads=frozenset((path, head) for path, head in heads.items() if head))
        case c.AddGroup(name):
            return replace(organisation, groups=organisation.groups | {name})
        case c.JoinGroup(group, login):
            assert group in organisation.groups
            return replace(organisation, group_members=organisation.group_members | {(group, login)})
        case c.LeaveGroup(group, login):
            return replace(organisation, group_members=organisation.group_members - {(group, login)})
        case c.GiveRole(role, login):
            return replace(organisation, roles=organisation.roles | {(role, login)})
        case c.TakeRole(role, login):
            return replace(organisation, roles=organisation.roles - {(role, login)})
    return replace(organisation, people=frozenset(people.values()))


@given(organisations())
def test_an_organisation_does_not_differ_from_itself(organisation: Organisation) -> None:
    """A second sync finds nothing."""
    assert diff(organisation, organisation) == ()


@given(pairs())
def test_the_changes_lead_from_one_to_the_other(pair: tuple[Organisation, Organisation]) -> None:
    """Made one after the other, in their order."""
    before, after = pair
    now = before
    for change in diff(before, after):
        now = made(now, change)

    assert diff(now, after) == ()
