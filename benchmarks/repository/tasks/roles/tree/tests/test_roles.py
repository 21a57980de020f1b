import pytest

from access.policy import Denied, Policy
from access.roles import Roles


@pytest.fixture
def roles():
    found = Roles()
    found.define("reader", ["read"])
    found.define("author", ["write"], ["reader"])
    found.define("admin", ["delete"], ["author", "reader"])
    return found


def test_own(roles):
    assert roles.permissions("reader") == {"read"}


def test_inherited(roles):
    assert roles.permissions("admin") == {"read", "write", "delete"}


def test_a_circle(roles):
    roles.define("author", ["write"], ["editor"])
    roles.define("editor", ["publish"], ["author"])
    assert roles.permissions("author") == roles.permissions("editor") == {"write", "publish"}


def test_its_own_parent(roles):
    roles.define("x", ["y"], ["x"])
    assert roles.permissions("x") == {"y"}


def test_a_deleted_parent(roles):
    roles.delete("reader")
    assert roles.permissions("author") == {"write"}


def test_unknown_role(roles):
    with pytest.raises(KeyError):
        roles.permissions("nobody")


def test_policy(roles):
    policy = Policy(roles)
    policy.grant("ann", "author")
    policy.check("ann", "read")
    with pytest.raises(Denied):
        policy.check("ann", "delete")
    with pytest.raises(Denied):
        policy.check("bob", "read")


def test_policy_with_a_circle(roles):
    roles.define("reader", ["read"], ["admin"])
    policy = Policy(roles)
    policy.grant("ann", "reader")
    assert policy.may("ann", "delete")
