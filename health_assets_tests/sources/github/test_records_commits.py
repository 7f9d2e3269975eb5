from health_assets.sources.github.commits import commit


def node(**changes):
    return {
        "oid": "a" * 40,
        "url": "https://example.invalid/c",
        "committedDate": "2026-03-01T08:00:00Z",
        "message": "First line\n\nbody",
        "additions": 3,
        "deletions": 1,
        "author": {"name": "Dev", "email": "dev@example.invalid", "user": {"__typename": "User", "login": "dev"}},
        "associatedPullRequests": {"nodes": []},
    } | changes


def author(**changes):
    return {"name": "Dev", "email": "dev@example.invalid", "user": None} | changes


def data(**changes):
    return commit(node(**changes), bots=("helper",)).data


def test_the_subject_is_the_first_line():
    assert data()["subject"] == "First line"


def test_the_author_is_the_login_else_the_email_else_the_name():
    assert data()["author"] == "dev"
    assert data(author=author())["author"] == "dev@example.invalid"
    assert data(author=author(email=None))["author"] == "Dev"
    assert data(author=None)["author"] is None


def test_a_bot_is_known_by_its_name_where_github_knows_no_user():
    assert data(author=author(name="dependabot[bot]"))["author_is_bot"]
    assert data(author=author(name="Helper"))["author_is_bot"]
    assert not data()["author_is_bot"]


def test_uncounted_lines_are_unknown_and_a_later_count_is_newer():
    without = node()
    del without["additions"], without["deletions"]
    unknown, known = commit(without, bots=()), commit(node(), bots=())
    assert (unknown.data["additions"], unknown.data["deletions"]) == (None, None)
    assert unknown.version < known.version


def test_only_a_merged_pull_request_brought_a_commit():
    pull = {"id": "PR_1", "number": 5, "mergedAt": None}
    assert data(associatedPullRequests={"nodes": [pull]})["pull_request"] is None
    merged = pull | {"mergedAt": "2026-03-01T08:00:00Z"}
    assert data(associatedPullRequests={"nodes": [merged]})["pull_request"] == 5
