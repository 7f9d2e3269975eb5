"""How our metrics are named and tagged in Datadog: the same for whoever sends and for whoever reads back."""

import re

SERVICE = "health_assets"
#: Datadog cuts a tag, key and value together, at this length.
TAG_LENGTH = 200

_FORBIDDEN = re.compile(r"[^a-z0-9_\-:./]")


def tag(key: str, value: str) -> str:
    """`key:value` as Datadog keeps it: lower case, other characters than letters, digits and _-:./ as underscores."""
    return f"{key}:{_FORBIDDEN.sub('_', value.lower())}"[:TAG_LENGTH]


def common_tags(env: str) -> tuple[str, ...]:
    """Tags of everything this installation sends."""
    return (tag("env", env), tag("service", SERVICE))


def series_tags(*, source: str, scope: str) -> tuple[str, ...]:
    """Tags of a raw metric or a FoM of one scope; a metric of the whole source has the scope "" and no such tag."""
    return (tag("source", source), *((tag("scope", scope),) if scope else ()))


def observation_tags(*, env: str, source: str, scope: str) -> tuple[str, ...]:
    """The same with the tags of everything this installation sends."""
    return (*common_tags(env), *series_tags(source=source, scope=scope))
