import json


def test_the_page_is_written_with_the_data_that_grid_prints(run, filled, tmp_path):
    (tmp_path / "health.yaml").write_text((filled / "health.yaml").read_text() + "publish: {page: {path: site}}\n")
    result = run("page", folder=tmp_path)
    assert (0, "wrote site/index.html\n") == (result.exit_code, result.stdout)
    document = json.loads((tmp_path / "site/grid.json").read_text())
    assert document == json.loads(run("grid", "--format", "json", folder=tmp_path).stdout)


def test_a_folder_that_cannot_be_written_is_named(run, filled, tmp_path):
    (tmp_path / "health.yaml").write_text((filled / "health.yaml").read_text() + "publish: {page: {path: taken}}\n")
    (tmp_path / "taken").touch()
    result = run("page", folder=tmp_path)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "health.yaml: publish.page.path: taken: File exists" in result.stderr


def test_the_page_needs_no_source(run, filled, tmp_path):
    settings = (filled / "health.yaml").read_text()
    unreachable = settings.replace(settings.split("api_url: ")[1].split("\n")[0], "http://127.0.0.1:1")
    (tmp_path / "health.yaml").write_text(unreachable)
    assert 0 == run("page", folder=tmp_path).exit_code
