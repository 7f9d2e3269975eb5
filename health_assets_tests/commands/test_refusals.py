"""Wrong use, settings and stores: one message with file, key and what to do, exit code 2, and no traceback."""

import pytest

from health_assets_tests.commands.conftest import TODAY, TOMORROW

PASSWORD = "s3cretpassword"
OWN_ROW = "health.ci.own.fom: {{label: Own, category: CI/CD, metric: {metric}, points: '{points}'}}"


def refusal(result):
    """The message and the hint of a refused command, checked to be all that was said."""
    assert (2, "") == (result.exit_code, result.stdout)
    message, hint = result.stderr.splitlines()
    return message.removeprefix("error  "), hint.removeprefix("what to do  ")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("windowdays: 9", "health.yaml: windowdays: unknown key", "did you mean window_days?"),
        ("window_days: many", "health.yaml: window_days: ", "docs/configuration.md"),
        ("timezone: Mars/Base", "health.yaml: timezone: 'Mars/Base' is not an IANA", "docs/configuration.md"),
        ("foms: {health.ci.stale_prs.fom: {point: 1}}", "foms.health.ci.stale_prs.fom: point: cannot be", "points?"),
        (
            "foms: {health.ci.stale_prs.fom: {points: [[30, 0], [0, 1]]}}",
            "health.yaml: foms.health.ci.stale_prs.fom: points: 0 comes after 30: x must ascend",
            "[[0, 1], [30, 0]]",
        ),
        (
            f"foms: {{{OWN_ROW.format(metric='github.prs.opn', points='0:1 3:0')}}}",
            "health.yaml: health.ci.own.fom: metric: 'github.prs.opn' is not measured",
            "did you mean github.prs.open?",
        ),
        ("timezone: [", "health.yaml: line ", "mend the YAML"),
        ("sources: {}", "health.yaml: line 5, column 1 key 'sources' appears twice", "mend the YAML"),
    ],
)
def test_a_wrong_setting_is_named_with_file_key_and_what_to_do(run, empty, line, message, hint):
    with (empty / "health.yaml").open("a") as file:
        file.write(f"{line}\n")
    said = refusal(run("grid", folder=empty))
    assert message in said[0]
    assert hint in said[1]


def test_a_settings_file_that_is_not_there_is_named(run, tmp_path):
    said = refusal(run("--config", "other.yaml", "grid", folder=tmp_path))
    assert ("other.yaml: there is no such file", "check --config or HEALTH_CONFIG") == said


@pytest.mark.parametrize("now", ["noon", "2026-03-04T12:00:00", "2026-13-04T12:00:00Z"])
@pytest.mark.parametrize("command", [("grid",), ("sandbox", "--port", "0"), ("demo", "--no-ui")])
def test_a_now_that_is_no_instant_is_refused_with_an_example(run, empty, command, now):
    message, hint = refusal(run(*command, folder=empty, now=now))
    assert f"--now {now}: " in message
    assert "2026-01-31T12:00:00Z" in hint


@pytest.mark.parametrize(
    "command",
    [("grid", "--end"), ("explain", "stale_prs", "--day"), ("metrics", "--day"), ("collect", "github", "--day")],
)
def test_a_day_of_the_future_is_refused(run, empty, command):
    said = refusal(run(*command, TOMORROW, folder=empty))
    assert (f"{TOMORROW} lies in the future; today is {TODAY}", "choose today or an earlier day") == said


@pytest.mark.parametrize("day", ["2026-02-30", "31.01.2026", "tomorrow"])
def test_what_is_no_day_is_refused_with_an_example(run, empty, day):
    result = run("grid", "--end", day, folder=empty)
    assert (2, "") == (result.exit_code, result.stdout)
    assert f"{day!r} is not a day; write 2026-01-31, today or yesterday" in result.stderr


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("sqlite:///health.yaml/health.db", "the directory of sqlite:///health.yaml/health.db cannot be made", "path"),
        ("sqlite:///folder", "the store sqlite:///folder failed: unable to open", "a file this user may write"),
        ("sqlite:///health.yaml", "the store sqlite:///health.yaml failed: file is not a database", "another path"),
        (f"postgresql://health:{PASSWORD}@127.0.0.1:1/health", "health:***@127.0.0.1:1/health failed", "host and port"),
        (f"mysql://health:{PASSWORD}@db/health", "mysql is not supported", "postgresql://"),
        (PASSWORD, "the store URL cannot be read", "sqlite:///var/health.db"),
    ],
)
@pytest.mark.parametrize("command", [("grid",), ("backfill", "--days", "1"), ("page",)])
def test_a_store_that_cannot_be_opened_is_named_without_its_password(run, empty, command, url, message, hint):
    (empty / "folder").mkdir()
    said = refusal(run(*command, folder=empty, HEALTH_STORE_URL=url))
    assert message in said[0]
    assert hint in said[1]
    assert PASSWORD not in " ".join(said)


def test_a_wrong_health_now_is_named_as_such(run, empty):
    message, _ = refusal(run("grid", folder=empty, now=None, HEALTH_NOW="noon"))
    assert message.startswith("HEALTH_NOW noon: ")
