"""Outward names: asset keys, groups and slugs, all built here.

Names of metrics and FoMs are those of the specification; a FoM name is `health.<area>.<slug>.fom`.
"""

import re

FOM_NAME = re.compile(r"^health\.([a-z0-9_]+)\.([a-z0-9_]+)\.fom$")
METRIC_NAME = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")


def records_key(source: str, kind: str) -> tuple[str, ...]:
    """Asset key of a record kind."""
    return ("records", source, kind)


def raw_key(source: str, family: str) -> tuple[str, ...]:
    """Asset key of a metric family."""
    return ("raw", source, family)


def fom_key(fom: str) -> tuple[str, ...]:
    """Asset key of a FoM: `health.ci.tests_passing.fom` is fom/ci/tests_passing. Raises ValueError on another form."""
    match = FOM_NAME.match(fom)
    if match is None:
        raise ValueError(f"{fom!r} is not of the form health.<area>.<name>.fom")
    return ("fom", match[1], match[2])


def query_metric(fom: str, *, source: str, fingerprint: str) -> str:
    """Metric name of a row that asks `source` a query: `<source>.<area>.<name>.<fingerprint>`. Raises ValueError."""
    return ".".join((source, *fom_key(fom)[1:], fingerprint))


def publish_key(*target: str) -> tuple[str, ...]:
    """Asset key of a publisher: `page`, or a service and what is kept there."""
    return ("publish", *target)
