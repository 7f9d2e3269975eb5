"""Bringing Datadog to what it should be, against an account that is a dictionary."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from typing import Any

import pytest

from health_assets.datadog.apply import Action, apply_dashboard, apply_monitors, differences
from health_assets.datadog.dashboards import DASHBOARDS
from health_assets.datadog.monitors import Monitor, body
from health_assets_tests.grid.synthetic import golden_grid

BODY = DASHBOARDS["widget_grid"](golden_grid(), env="test", owner="team:health")
MONITOR = body(Monitor(name="low", title="Low", metric="lab.things", below=0.5), env="test", runbooks="")


class Account:
    """Keeps what it is sent, answers with it, and counts the writes."""

    def __init__(self) -> None:
        self.boards: dict[str, dict[str, Any]] = {}
        self.watches: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self._ids = count(1)

    def dashboard(self, id: str) -> dict[str, Any] | None:
        return deepcopy(self.boards.get(id))

    def dashboards(self) -> Iterator[dict[str, Any]]:
        return iter(deepcopy(list(self.boards.values())))

    def create_dashboard(self, body: Any) -> dict[str, Any]:
        id = f"id-{next(self._ids)}"
        self.writes.append("create")
        self.boards[id] = _echo(body, id)
        return deepcopy(self.boards[id])

    def update_dashboard(self, id: str, body: Any) -> dict[str, Any]:
        self.writes.append("update")
        self.boards[id] = _echo(body, id)
        return deepcopy(self.boards[id])

    def monitors(self, *, env: str) -> list[dict[str, Any]]:
        wanted = {f"env:{env}", "managed_by:health_assets"}
        return [deepcopy(one) for one in self.watches.values() if wanted <= set(one["tags"])]

    def validate_monitor(self, body: Any) -> None:
        self.writes.append("validate")

    def create_monitor(self, body: Any) -> dict[str, Any]:
        id = str(next(self._ids))
        self.writes.append("create")
        self.watches[id] = {**deepcopy(body), "id": int(id), "type": "metric alert"}
        return deepcopy(self.watches[id])

    def update_monitor(self, id: str, body: Any) -> dict[str, Any]:
        self.writes.append("update")
        self.watches[id] = {**deepcopy(body), "id": int(id)}
        return deepcopy(self.watches[id])

    def delete_monitor(self, id: str) -> None:
        self.writes.append("delete")
        del self.watches[id]


def _echo(body: Any, id: str) -> dict[str, Any]:
    kept = {**deepcopy(dict(body)), "id": id, "url": f"/dashboard/{id}", "created_at": "2026-03-11T00:00:00Z"}
    for number, widget in enumerate(kept["widgets"]):
        widget["id"] = number
    return kept


@pytest.fixture
def account() -> Account:
    """An account with nothing in it."""
    return Account()


def board(account: Account, *, known_id: str | None = None, dry_run: bool = False, wanted: Any = BODY) -> Any:
    """Applies the widget grid."""
    return apply_dashboard(account, "widget_grid", wanted, env="test", known_id=known_id, dry_run=dry_run)


def watch(account: Account, bodies: Any, **options: Any) -> list[tuple[str, Action]]:
    """Applies monitors."""
    return [(one.name, one.action) for one in apply_monitors(account, bodies, env="test", **options)]


def test_a_dashboard_is_created_once_and_then_left_alone(account):
    first = board(account)
    assert [Action.CREATED, Action.UNCHANGED] == [first.action, board(account, known_id=first.id).action]
    assert ["create"] == account.writes


def test_a_forgotten_id_is_found_again_by_title_and_mark(account):
    first = board(account)
    assert (Action.UNCHANGED, first.id) == (board(account).action, board(account).id)


def test_a_dashboard_deleted_by_hand_is_made_again(account):
    first = board(account)
    account.boards.clear()
    again = board(account, known_id=first.id)
    assert Action.CREATED is again.action
    assert [again.id] == list(account.boards)


def test_a_change_by_hand_is_overwritten_and_named(account):
    first = board(account)
    account.boards[first.id]["widgets"][0]["definition"]["content"] = "scribble"
    result = board(account, known_id=first.id)
    assert (Action.UPDATED, ("widgets[0].definition.content",)) == (result.action, result.differs)


def test_somebody_elses_dashboard_of_the_same_title_is_not_touched(account):
    theirs = {**_echo(BODY, "theirs"), "description": "mine"}
    account.boards["theirs"] = deepcopy(theirs)
    assert Action.CREATED is board(account).action
    assert theirs == account.boards["theirs"]


def test_another_environments_dashboard_is_not_touched(account):
    elsewhere = DASHBOARDS["widget_grid"](golden_grid(), env="other", owner="team:health")
    apply_dashboard(account, "widget_grid", elsewhere, env="other", known_id=None)
    assert Action.CREATED is board(account).action


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(account):
    assert (Action.CREATED, []) == (board(account, dry_run=True).action, account.writes)


def test_what_datadog_does_not_keep_is_told(account, monkeypatch):
    monkeypatch.setattr(account, "create_dashboard", lambda body: {**body, "id": "x", "title": "cut"})
    assert ("title",) == board(account).not_kept


def test_monitors_are_validated_created_and_then_left_alone(account):
    assert [("low", Action.CREATED)] == watch(account, {"low": MONITOR})
    assert [("low", Action.UNCHANGED)] == watch(account, {"low": MONITOR})
    assert ["validate", "create"] == account.writes


def test_a_monitor_that_left_the_file_is_removed(account):
    watch(account, {"low": MONITOR})
    assert [("low", Action.REMOVED)] == watch(account, {})
    assert {} == account.watches


def test_a_monitor_that_is_there_twice_is_kept_once(account):
    watch(account, {"low": MONITOR})
    account.create_monitor(MONITOR)
    assert [("low", Action.UNCHANGED), ("low", Action.REMOVED)] == watch(account, {"low": MONITOR})
    assert ["1"] == list(account.watches)


def test_other_peoples_monitors_are_not_touched(account):
    account.watches["9"] = {"id": 9, "tags": ["env:test"], "name": "theirs"}
    watch(account, {})
    assert ["9"] == list(account.watches)


def test_nothing_is_sent_when_one_monitor_is_refused(account, monkeypatch):
    def refuse(body: Any) -> None:
        raise ValueError("refused")

    monkeypatch.setattr(account, "validate_monitor", refuse)
    with pytest.raises(ValueError, match="refused"):
        watch(account, {"low": MONITOR, "lower": MONITOR})
    assert {} == account.watches


def test_what_was_not_asked_for_is_no_difference():
    assert [] == list(differences({"a": {"b": [1]}}, {"a": {"b": [1], "c": 2}, "d": 3}))


def test_tags_in_another_order_are_no_difference():
    assert [] == list(differences({"tags": ["a", "b"]}, {"tags": ["b", "a"]}))


def test_a_missing_list_is_a_difference():
    assert ["a: 0 instead of 1"] == list(differences({"a": [1]}, {"a": None}))
