"""What Dagster is given: assets a person can read, a graph that goes one way, and ticks at the right days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from health_assets.config import PublishSettings
from health_assets.model.names import fom_key
from health_assets.orchestration.build import build_definitions
from health_assets.orchestration.partitions import daily_partitions
from health_assets.pipeline.runtime import Project, all_metric_names, load_project
from health_assets.scoring.catalogue import load_catalogue, rows_of

LAYERS = ("records", "raw", "fom", "publish")
CLOCK = lambda: datetime(2026, 3, 18, 12, tzinfo=UTC)  # noqa: E731


def project_with(**overrides: object) -> Project:
    """The sandbox's project, with other top-level settings."""
    project = load_project(environ={"HEALTH_SANDBOX": "1"})
    settings = project.config.settings.model_copy(update=overrides)
    foms = load_catalogue(known_metrics=all_metric_names(), overrides=settings.foms, overrides_origin="test")
    config = replace(project.config, settings=settings)
    return replace(project, config=config, foms=rows_of(foms, sources=set(project.sources)))


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(project_with(), clock=CLOCK)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return list(definitions.resolve_all_asset_specs())


def test_the_definitions_load(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_every_asset_says_what_it_is(specs: list[dg.AssetSpec]) -> None:
    for spec in specs:
        assert spec.description, spec.key
        assert spec.metadata["unit"], spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name, spec.key


def test_a_description_of_raw_metrics_defines_each_with_its_unit(specs: list[dg.AssetSpec]) -> None:
    described = {tuple(spec.key.path): str(spec.description) for spec in specs if spec.key.path[0] == "raw"}
    for name, (source, _) in project_with().sources.items():
        for family in source.all_families:
            for metric in family.metrics:
                assert f"| `{metric.name}` | {metric.unit} |" in described["raw", name, family.name]
                assert metric.definition in described["raw", name, family.name]


def test_groups_are_the_source_the_area_of_the_score_and_publish(specs: list[dg.AssetSpec]) -> None:
    sources = set(project_with().sources)
    areas = {"fom_ci", "fom_training", "fom_eval", "fom_infra", "fom_planning"}
    expected = {"records": sources, "raw": sources, "fom": areas, "publish": {"publish"}}
    assert expected == {layer: {spec.group_name for spec in specs if spec.key.path[0] == layer} for layer in LAYERS}


def test_there_is_an_asset_for_every_kind_family_row_and_publisher(specs: list[dg.AssetSpec]) -> None:
    project = project_with()
    sources = {name: source for name, (source, _) in project.sources.items()}
    expected = (
        {("records", name, kind.name) for name, source in sources.items() for kind in source.kinds}
        | {("raw", name, family.name) for name, source in sources.items() for family in source.all_families}
        | {fom_key(fom.name) for fom in project.foms}
        | {("publish", "page")}
        | {("publish", "datadog", name) for name in ("metrics", "dashboards", "monitors")}
    )
    assert expected == {tuple(spec.key.path) for spec in specs}


def test_without_datadog_in_the_configuration_its_publishers_are_not_there() -> None:
    project = project_with(publish=PublishSettings())
    keys = {tuple(spec.key.path) for spec in build_definitions(project, clock=CLOCK).resolve_all_asset_specs()}
    assert {("publish", "page")} == {key for key in keys if key[0] == "publish"}


def test_publishers_and_nothing_else_have_to_be_fresh(specs: list[dg.AssetSpec]) -> None:
    # freshness looks at the newest materialisation of any day: a backfill would make a dead source fresh
    assert {"publish"} == {spec.key.path[0] for spec in specs if spec.freshness_policy is not None}
    assert set() == {spec.key for spec in specs if spec.key.path[0] == "publish" and spec.freshness_policy is None}


def test_lineage_goes_forward_only_one_layer_at_a_time(specs: list[dg.AssetSpec]) -> None:
    edges = {(dep.asset_key.path[0], spec.key.path[0]) for spec in specs for dep in spec.deps}
    assert {("records", "raw"), ("raw", "fom"), ("fom", "publish")} == edges


def test_nothing_but_records_begins_and_nothing_but_publishers_ends(specs: list[dg.AssetSpec]) -> None:
    used = {dep.asset_key for spec in specs for dep in spec.deps}
    assert {"records"} == {spec.key.path[0] for spec in specs if not spec.deps}
    # families without a row of their own are looked at in the UI and by `health-assets metrics`
    assert {"raw", "publish"} == {spec.key.path[0] for spec in specs if spec.key not in used}


def code_versions(project: Project) -> dict[tuple[str, ...], str | None]:
    specs = build_definitions(project, clock=CLOCK).resolve_all_asset_specs()
    return {tuple(spec.key.path): spec.code_version for spec in specs}


def test_the_code_version_of_a_score_is_its_rows_hash() -> None:
    project = project_with()
    versions = code_versions(project)
    assert {fom_key(fom.name): fom.row_hash for fom in project.foms} == {
        key: version for key, version in versions.items() if key[0] == "fom"
    }


def test_an_edited_threshold_changes_the_version_of_that_score_alone() -> None:
    edited = project_with(foms={"health.ci.stale_prs.fom": {"points": [[0, 1], [30, 0]]}})
    before, after = code_versions(project_with()), code_versions(edited)
    assert [("fom", "ci", "stale_prs")] == [key for key, version in before.items() if after[key] != version]


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "Pacific/Auckland"])
def test_the_last_partition_is_the_running_local_day(timezone: str) -> None:
    settings = project_with(timezone=timezone).config.settings
    midnight = datetime(2026, 3, 29, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    last = {}
    for name, instant in (("before", midnight - timedelta(seconds=1)), ("at", midnight)):
        with dg.partition_loading_context(effective_dt=instant):
            last[name] = daily_partitions(settings).get_last_partition_key()
    assert {"before": "2026-03-28", "at": "2026-03-29"} == last


def test_partitions_begin_at_the_configured_day_or_an_earlier_one_of_a_replay() -> None:
    settings = project_with(start_date=date(2026, 2, 1)).config.settings
    assert "2026-02-01" == daily_partitions(settings).get_first_partition_key()
    assert "2021-09-01" == daily_partitions(settings, first=date(2021, 9, 1)).get_first_partition_key()
