import pytest
from pydantic import ValidationError

from health_assets.sources.datadog import SOURCE, Settings

KEYS = {"api_key": {"env": "DD_API_KEY"}, "app_key": {"env": "DD_APP_KEY"}}


def settings(**changes: object) -> Settings:
    return Settings.model_validate(KEYS | changes)


def test_the_site_is_the_scope_and_tells_the_address():
    made = settings(site="us5.datadoghq.com")
    assert (["us5.datadoghq.com"], "https://api.us5.datadoghq.com") == (SOURCE.scopes(made), made.address)


def test_no_key_is_needed_on_loopback():
    made = settings(api_url="http://127.0.0.1:8737/datadog/", api_key=None, app_key=None)
    assert "http://127.0.0.1:8737/datadog" == made.address


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"api_key": None}, "credentials are missing: add api_key"),
        ({"app_key": None}, "credentials are missing: add app_key"),
        ({"site": "https://app.datadoghq.com"}, "should match pattern"),
        ({"api_url": "datadog"}, "not an http"),
        ({"apikey": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_be_used_is_refused(changes, problem):
    with pytest.raises(ValidationError, match=problem):
        settings(**changes)


def test_every_setting_is_described():
    properties = Settings.model_json_schema()["properties"]
    assert [] == [name for name, body in properties.items() if "description" not in body]
