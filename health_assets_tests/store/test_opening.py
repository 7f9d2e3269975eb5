import os
import socket
import sqlite3
import sys

import pytest
from sqlalchemy import column, create_engine, inspect, make_url, table, text, update

from health_assets.model.errors import StoreError
from health_assets.store import engine
from health_assets.store.schema import VERSION_TABLE
from health_assets.store.store import Store
from health_assets_tests.conftest import postgres_url

SECRET = "s3cret"


def failure(url: str) -> str:
    """What a person reads when `url` cannot be opened."""
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert SECRET not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def test_the_directory_of_a_new_store_is_made(tmp_path):
    Store.open(f"sqlite:///{tmp_path}/a/b/health.db").close()
    assert (tmp_path / "a/b/health.db").is_file()


def test_sqlite_keeps_a_write_ahead_log_so_that_readers_do_not_wait(tmp_path):
    Store.open(f"sqlite:///{tmp_path}/health.db").close()
    plain = sqlite3.connect(tmp_path / "health.db")
    assert ("wal",) == plain.execute("PRAGMA journal_mode").fetchone()
    plain.close()


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    assert f"{tmp_path}/file/health.db cannot be made" in failure(f"sqlite:///{tmp_path}/file/health.db")


def test_a_directory_is_not_a_store(tmp_path):
    assert "check that the path is a file this user may write" in failure(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; run as another user")
def test_a_file_that_may_not_be_written_is_named(tmp_path):
    (tmp_path / "health.db").touch(mode=0o444)
    assert "make the file and its directory writable" in failure(f"sqlite:///{tmp_path}/health.db")


def test_a_file_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    assert "choose another path" in failure(f"sqlite:///{tmp_path}/notes.txt")
    assert (tmp_path / "notes.txt").read_text().startswith("not a database")


def test_tables_of_something_else_are_left_alone(store_url):
    other = create_engine(store_url)
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE scores (song TEXT)"))
    assert "choose an empty database or schema" in failure(store_url)
    assert ["scores"] == inspect(other).get_table_names()
    other.dispose()


def test_a_store_written_by_a_newer_program_is_refused(store_url):
    Store.open(store_url).close()
    other = create_engine(store_url)
    with other.begin() as connection:
        connection.execute(update(table(VERSION_TABLE, column("version_num"))).values(version_num="9999"))
    other.dispose()
    assert "has revision 9999, this program knows up to" in failure(store_url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url):
    assert "name a file" in failure(url)


@pytest.mark.parametrize("url", [f"postgresql:/u:{SECRET}@h", f"postgresql://u:{SECRET}@h:port/x", SECRET, ""])
def test_a_text_that_is_no_url_is_refused_without_showing_it(url):
    assert "the store URL cannot be read" in failure(url)


def test_another_database_is_refused():
    assert "use sqlite:/// or postgresql://" in failure(f"mysql://u:{SECRET}@h/x")


def test_a_missing_driver_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    assert "pip install 'health-assets[postgres]'" in failure(f"postgresql://u:{SECRET}@127.0.0.1/x")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_means_the_same_driver(scheme):
    assert "postgresql+psycopg2" == engine.parse_url(f"{scheme}://u@h/x").drivername


def test_a_server_that_does_not_answer_is_named():
    pytest.importorskip("psycopg2")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        message = failure(f"postgresql://u:{SECRET}@127.0.0.1:{port}/x?sslpassword={SECRET}")
    assert f"postgresql+psycopg2://u:***@127.0.0.1:{port}/x failed" in message
    assert "check that PostgreSQL runs there" in message


def test_a_wrong_password_says_so():
    url = make_url(postgres_url()).set(password=SECRET)
    assert "check user and password" in failure(url.render_as_string(hide_password=False))


def test_a_database_that_does_not_exist_says_so():
    url = make_url(postgres_url()).set(database="nowhere")
    assert "create the database" in failure(url.render_as_string(hide_password=False))


def test_a_user_who_may_not_make_tables_says_so():
    url = make_url(postgres_url()).set(drivername="postgresql+psycopg2")
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE ROLE health_guest LOGIN PASSWORD '{SECRET}'"))
    try:
        guest = url.set(username="health_guest", password=SECRET)
        assert "grant the user CREATE" in failure(guest.render_as_string(hide_password=False))
    finally:
        with admin.begin() as connection:
            connection.execute(text("DROP ROLE health_guest"))
        admin.dispose()


def test_the_url_for_messages_hides_password_and_query(store_url):
    with Store.open(store_url) as store:
        assert "search_path" not in store.url_safe
        assert str(make_url(store_url).password) not in store.url_safe
