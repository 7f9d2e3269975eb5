"""health.yaml: what is accepted, and one clear message for everything else."""

from pathlib import Path

import pytest

from health_assets.config import load_config, settings_schema
from health_assets.model.errors import ConfigError

GITHUB = "sources:\n  github:\n    repositories: [acme/rocket]\n    token: {env: GITHUB_TOKEN}\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "health.yaml"
    file.write_text(text)
    return file


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, text), environ={})
    return str(caught.value)


def test_a_repository_and_a_token_are_enough(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GITHUB), environ={})
    assert ("acme/rocket",) == config.settings.sources["github"].repositories
    assert not config.sandbox


def test_no_configuration_at_all_means_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(environ={})
    assert config.sandbox
    assert "sqlite:///var/sandbox/health.db" == config.settings.store


def test_the_sandbox_keeps_its_own_store_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(environ={"HEALTH_STORE_URL": "sqlite:///real.db"})
    assert "sqlite:///var/sandbox/health.db" == config.settings.store


def test_the_demo_forces_the_sandbox_beside_a_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, GITHUB)
    monkeypatch.chdir(tmp_path)
    assert load_config(environ={"HEALTH_SANDBOX": "1"}).sandbox


def test_the_store_url_of_the_environment_wins(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, GITHUB), environ={"HEALTH_STORE_URL": "sqlite:///other.db"})
    assert "sqlite:///other.db" == config.settings.store


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.yaml: there is no such file"):
        load_config(tmp_path / "missing.yaml", environ={})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GITHUB + "windw_days: 7\n", "windw_days: unknown key (did you mean window_days?)"),
        (GITHUB + "timezone: Mars/Base\n", "timezone: 'Mars/Base' is not an IANA timezone"),
        (GITHUB + "window_days: 0\n", "window_days: Input should be greater than or equal to 1"),
        (GITHUB + "window_days: 7\nwindow_days: 8\n", "'window_days' appears twice"),
        ("sources: {}\n", "sources: no source is configured"),
        ("sources: {githb: {}}\n", "sources.githb: there is no such source (did you mean github?)"),
        (
            "sources: {github: {repositories: [acme]}}\n",
            "sources.github.repositories: 'acme' is not of the form owner/name",
        ),
        ("sources: {github: {repositories: [a/b]}}\n", "sources.github"),
        ("- 1\n", "expected keys and values at the top"),
        ("a: [1\n", "line"),
        ("a: !!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
    ],
)
def test_a_wrong_file_gets_one_message_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    message = refusal(tmp_path, text)
    assert said in message
    assert "health.yaml" in message


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = GITHUB.replace("{env: GITHUB_TOKEN}", "ghp_verysecretvalue")
    message = refusal(tmp_path, text)
    assert "sources.github.token" in message
    assert "ghp_verysecretvalue" not in message


def test_the_schema_for_editors_describes_every_source() -> None:
    schema = settings_schema()
    assert "repositories" in schema["properties"]["sources"]["properties"]["github"]["properties"]
