import pytest
from pydantic import ValidationError

from health_assets.model.errors import ConfigError
from health_assets.sources.secret import EnvSecret


def test_a_secret_is_read_when_it_is_used(monkeypatch):
    monkeypatch.setenv("A_TOKEN", "s3cret\n")
    assert EnvSecret(env="A_TOKEN").resolve(key="sources.github.token") == "s3cret"


def test_an_unset_variable_is_named_with_its_key(monkeypatch):
    monkeypatch.delenv("A_TOKEN", raising=False)
    with pytest.raises(ConfigError, match=r"sources\.github\.token: the environment variable A_TOKEN is not set"):
        EnvSecret(env="A_TOKEN").resolve(key="sources.github.token")


def test_the_value_is_never_shown(monkeypatch):
    monkeypatch.setenv("A_TOKEN", "s3cret")
    assert "s3cret" not in repr(EnvSecret(env="A_TOKEN"))


def test_a_value_in_place_of_a_name_is_refused():
    with pytest.raises(ValidationError):
        EnvSecret(env="ghp_with-a-dash")
