"""REST answers other than the listing of runs."""

import httpx
import pytest

from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sandbox.small import HOUR, NAME, WORLD, T, runs_of

RUN = f"/repos/{NAME}/actions/runs"


def test_runs_are_filtered_by_branch_event_and_status(client):
    assert [72] == [run["id"] for run in runs_of(client, branch="topic")["workflow_runs"]]
    assert [71] == [run["id"] for run in runs_of(client, event="push")["workflow_runs"]]
    assert [72] == [run["id"] for run in runs_of(client, status="cancelled")["workflow_runs"]]
    assert 2 == runs_of(client, status="completed")["total_count"]


def test_the_head_repository_of_a_fork_is_another_one(client):
    forked = {
        run["id"]: run["head_repository"]["id"] != run["repository"]["id"] for run in runs_of(client)["workflow_runs"]
    }
    assert {71: False, 72: True} == forked


def test_an_earlier_attempt_keeps_its_conclusion(client):
    assert "failure" == client.get(f"{RUN}/71/attempts/1").json()["conclusion"]


@pytest.mark.parametrize("attempt", [0, 3])
def test_an_unknown_attempt_is_not_found(client, attempt):
    assert 404 == client.get(f"{RUN}/71/attempts/{attempt}").status_code


def test_an_attempt_not_begun_yet_is_not_found(server, client):
    server.now = T - 3 * HOUR
    assert 404 == client.get(f"{RUN}/71/attempts/2").status_code


def test_addresses_to_follow_are_on_the_same_server(server, client):
    run = client.get(f"{RUN}/71").json()
    assert client.get(run["previous_attempt_url"]).json()["run_attempt"] == 1
    assert run["url"].startswith(server.url)


def test_a_commit_has_its_files_and_line_counts(client):
    commit = client.get(f"/repos/{NAME}/commits/{'c' * 40}").json()
    assert ["core/a.py"] == [file["filename"] for file in commit["files"]]
    assert {"additions": 10, "deletions": 4, "total": 14} == commit["stats"]


def test_an_unknown_repository_is_not_found_in_github_s_words(client):
    answer = client.get("/repos/acme/nothing")
    assert (404, "Not Found") == (answer.status_code, answer.json()["message"])


def test_an_unknown_path_is_not_found_in_json(client):
    assert "Not Found" == client.get("/no/such/thing/here").json()["message"]


def test_an_unchanged_answer_is_a_304_that_costs_nothing(client):
    first = client.get(f"{RUN}/71")
    again = client.get(f"{RUN}/71", headers={"If-None-Match": first.headers["etag"]})
    assert (304, b"") == (again.status_code, again.content)
    assert first.headers["x-ratelimit-used"] == again.headers["x-ratelimit-used"]


def test_a_changed_answer_has_another_etag(server, client):
    first = client.get(f"{RUN}/71")
    server.now = T - 3 * HOUR
    assert 200 == client.get(f"{RUN}/71", headers={"If-None-Match": first.headers["etag"]}).status_code


def test_every_answer_tells_the_quota(client):
    headers = [client.get(f"/repos/{NAME}").headers for _ in range(2)]
    assert ["4999", "4998"] == [header["x-ratelimit-remaining"] for header in headers]


def test_an_installation_gets_a_token(client):
    answer = client.post("/app/installations/7/access_tokens")
    assert 201 == answer.status_code
    assert {"token", "expires_at"} <= set(answer.json())


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("wrong", 401), ("right", 200)])
def test_credentials_are_checked_where_the_server_is_told_to(token, status):
    headers = {"Authorization": f"token {token}"} if token else {}
    with (
        SandboxServer({NAME: WORLD}, now=T, bad_token="wrong", require_token=True) as server,
        httpx.Client(base_url=server.url, headers=headers) as client,
    ):
        answers = [client.get("/user"), client.post("/graphql", json={"query": "{viewer{login}}"})]
    assert [status, status] == [answer.status_code for answer in answers]
