import logging

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from health_assets.store.migrate import MIGRATIONS
from health_assets.store.schema import METADATA, REVISION, VERSION_TABLE
from health_assets.store.store import Store
from health_assets_tests.store.facts import DAY, SCOPE, observation


def test_an_empty_database_gets_all_tables(store_url):
    Store.open(store_url).close()
    engine = create_engine(store_url)
    assert {*METADATA.tables, VERSION_TABLE} == set(inspect(engine).get_table_names())
    engine.dispose()


def test_opening_again_keeps_what_is_there(store_url):
    with Store.open(store_url) as store:
        store.write_observations([observation(5.0)])
    with Store.open(store_url) as store:
        assert observation(5.0) == store.read_observation("lab.things", scope=SCOPE, day=DAY)


def test_the_migrations_make_exactly_the_declared_tables(store_url):
    Store.open(store_url).close()
    engine = create_engine(store_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert [] == compare_metadata(context, METADATA)
    engine.dispose()


def test_the_declared_revision_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert REVISION == ScriptDirectory.from_config(config).get_current_head()


def test_the_database_itself_refuses_a_missing_value_without_a_reason(store_url):
    Store.open(store_url).close()
    engine = create_engine(store_url)
    with engine.connect() as connection:
        checks = {
            check["name"] for table in METADATA.tables for check in inspect(connection).get_check_constraints(table)
        }
    engine.dispose()
    assert {"observations_missing_has_reason", "scores_missing_has_reason"} == checks


def test_a_database_shared_with_dagster_keeps_its_migration_history(store_url):
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('of dagster')"))
    Store.open(store_url).close()
    with engine.connect() as connection:
        assert "of dagster" == connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()


def test_migrating_is_quiet(store_url, caplog):
    caplog.set_level(logging.INFO)
    Store.open(store_url).close()
    assert [] == [record.message for record in caplog.records if record.name.startswith("alembic")]
