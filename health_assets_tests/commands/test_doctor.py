import json

from health_assets_tests.commands.conftest import TOKEN

PASSWORD = "s3cretpassword"


def test_a_healthy_installation_is_ok_line_by_line(run, filled):
    result = run("doctor", folder=filled)
    assert 0 == result.exit_code
    assert {"ok"} == {line.split()[0] for line in result.stdout.splitlines()}


def test_json_has_the_same_checks_as_the_lines(run, filled):
    lines = run("doctor", folder=filled).stdout.splitlines()
    checks = json.loads(run("doctor", "--format", "json", folder=filled).stdout)
    assert len(checks) == len(lines)
    for check, line in zip(checks, lines, strict=True):
        assert line.startswith(f"ok    {check['name']}: ")
        assert check["ok"]


def test_a_token_that_is_not_set_is_named_with_what_to_do(run, empty):
    with (empty / "health.yaml").open("a") as file:
        file.write("    token: {env: ROCKET_TOKEN}\n")
    result = run("doctor", folder=empty)
    assert 1 == result.exit_code
    assert "FAIL  github: credentials: sources.github.token: the environment variable ROCKET_TOKEN" in result.stdout
    assert "export ROCKET_TOKEN=..." in result.stdout


def test_a_refused_token_fails_its_check_and_is_not_printed(run, empty):
    with (empty / "health.yaml").open("a") as file:
        file.write("    token: {env: ROCKET_TOKEN}\n")
    result = run("doctor", folder=empty, ROCKET_TOKEN=TOKEN)
    assert 1 == result.exit_code
    assert "FAIL  github: API: acme/rocket: GET /rate_limit: HTTP 401" in result.stdout
    assert TOKEN not in result.output


def test_a_store_out_of_reach_is_one_line_without_its_password(run, empty):
    url = f"postgresql://health:{PASSWORD}@127.0.0.1:1/health"
    result = run("doctor", folder=empty, HEALTH_STORE_URL=url)
    assert 1 == result.exit_code
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("FAIL  store")]
    assert "connection to server" in line
    assert PASSWORD not in result.output


def test_a_page_that_cannot_be_written_is_named(run, empty):
    with (empty / "health.yaml").open("a") as file:
        file.write("publish: {page: {path: taken/site}}\n")
    (empty / "taken").touch()
    result = run("doctor", folder=empty)
    assert "FAIL  page: taken/site" in result.stdout
    assert "set publish.page.path to a writable folder" in result.stdout
