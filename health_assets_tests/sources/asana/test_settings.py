import pytest
from pydantic import ValidationError

from health_assets.sources.asana import SOURCE, Settings

ACME = {"name": "acme", "gid": "100", "bugs_project": "200"}


def settings(**changes: object) -> Settings:
    return Settings.model_validate({"workspaces": [ACME], "token": {"env": "ASANA_TOKEN"}} | changes)


def test_a_workspace_is_a_scope():
    assert ["acme"] == SOURCE.scopes(settings())


def test_no_token_is_needed_on_loopback():
    assert settings(token=None, api_url="http://127.0.0.1:8737/asana").token is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"token": None}, "credentials are missing"),
        ({"workspaces": []}, "at least 1"),
        ({"workspaces": [ACME, ACME]}, "named twice"),
        ({"workspaces": [ACME | {"gid": "acme"}]}, "should match pattern"),
        ({"api_url": "asana"}, "not an http"),
        ({"active_sections": ["In work", "TRIAGE"]}, "a section is named twice"),
        ({"tokn": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_be_used_is_refused(changes, problem):
    with pytest.raises(ValidationError, match=problem):
        settings(**changes)


def test_every_setting_is_described():
    schema = Settings.model_json_schema()
    parts = [schema["properties"], schema["$defs"]["Workspace"]["properties"]]
    assert [] == [name for part in parts for name, body in part.items() if "description" not in body]
