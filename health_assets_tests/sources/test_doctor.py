from health_assets.model.errors import Cause, SourceError
from health_assets.sources.doctor import signed_in_with, tried, tried_in_turn
from health_assets.sources.secret import EnvSecret


def closed() -> str:
    raise SourceError("prod: HTTP 401", cause=Cause.AUTHENTICATION, hint="sign in again")


def test_a_probe_that_fails_says_what_to_do() -> None:
    check = tried("any: prod", closed)
    assert (False, "prod: HTTP 401", "sign in again") == (check.ok, check.detail, check.hint)


def test_behind_a_closed_door_nothing_else_is_tried() -> None:
    assert ["door"] == [check.name for check in tried_in_turn(("door", closed), ("room", lambda: "readable"))]


def test_behind_an_open_door_everything_is_tried_whatever_fails() -> None:
    checks = tried_in_turn(("door", lambda: "reachable"), ("room", closed), ("cellar", lambda: "readable"))
    assert {"door": True, "room": False, "cellar": True} == {check.name: check.ok for check in checks}


def test_the_variable_of_a_secret_is_named_and_not_its_value() -> None:
    assert "token from SOME_TOKEN" == signed_in_with(EnvSecret(env="SOME_TOKEN"), "token")
    assert "none needed on loopback" == signed_in_with(None, "token")
