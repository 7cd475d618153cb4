"""Logins made of names, logins that cannot be, and passwords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rls.organisation.logins import LENGTH, NoLoginError, derive, fault, new_password


@pytest.mark.parametrize(
    "name, login",
    [
        ("Darcel Schlecht", "darcel_schlecht"),
        ("Mei-Mei Johns", "mei_mei_johns"),
        ("Zoë  O'Hara", "zoe_o_hara"),
        ("Jürgen Groß", "jurgen_gross"),
        ("Łukasz Śmigły", "lukasz_smigly"),
        ("Иван Щукин", "ivan_shchukin"),
        ("Ædón Þor", "aedon_thor"),
        ("3M", "p_3m"),
        ("Public", "public2"),
    ],
)
def test_a_login_is_made_of_the_name(name: str, login: str) -> None:
    """Small letters without accents; Cyrillic as in passports."""
    assert derive(name, set()) == login


def test_a_taken_login_gets_a_number() -> None:
    """Two people of one name have two logins."""
    assert derive("Ada", {"ada", "ada2"}) == "ada3"


def test_a_name_we_cannot_write_needs_a_login() -> None:
    """Guessing would be worse."""
    with pytest.raises(NoLoginError, match="give a login column"):
        derive("李雷", set())


@given(st.text(min_size=1, max_size=120), st.sets(st.text(max_size=5)))
def test_a_derived_login_has_no_fault(name: str, taken: set[str]) -> None:
    """Whatever the name, the login is new and PostgreSQL takes it as it is."""
    try:
        login = derive(name, taken)
    except NoLoginError:
        return
    assert login not in taken
    assert fault(login) == ""


@pytest.mark.parametrize(
    "login, message",
    [
        ("Ada", 'write "ada"'),
        ("ada b", "white space"),
        ('ada"', "white space, quotes"),
        ("a" * 64, "64 bytes"),
        ("pg_ada", "means something else"),
        ("none", "means something else"),
        ("crm_ada", 'begins with "crm_"'),
    ],
)
def test_a_bad_login_is_explained(login: str, message: str) -> None:
    """What PostgreSQL would cut, refuse or take for something else."""
    assert message in fault(login, "crm_")


def test_an_email_address_is_a_login() -> None:
    """Companies with LDAP have such."""
    assert fault("ada@example.com", "crm_") == ""


def test_passwords_differ() -> None:
    """They are random and long."""
    passwords = {new_password() for _ in range(100)}

    assert len(passwords) == 100
    assert {len(password) for password in passwords} == {LENGTH}
