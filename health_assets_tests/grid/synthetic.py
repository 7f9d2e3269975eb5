"""Synthetic grids: small exact ones for single rules, and a busy one that looks like a real week."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.grid.build import GridInput, RowInput, build_grid
from health_assets.grid.model import Grid
from health_assets.model.fom import Fom
from health_assets.model.metric import Evidence
from health_assets.model.observation import Collection
from health_assets.model.reason import Reason
from health_assets.model.time import Day, days_ending
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.explain import formula_text
from health_assets.scoring.score import score_frame

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 3, 11, 14, 35, tzinfo=UTC)
DAYS = days_ending(date(2026, 3, 11), 7, ZONE)
TODAY = DAYS[-1]
HOUR = timedelta(hours=1)

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "<!-- <script> ${7*7} {{ 7*7 }} & \" ' ` \u2028",
)

#: Units by metric, or by the first part of its name.
UNITS = {
    "github": "commit",
    "wandb": "run",
    "eval": "run",
    "training": "job",
    "skypilot": "job",
    "asana": "task",
    "k8s": "pod",
    "ec2": "instance",
    "github.prs.stale_count_14d": "pull_request",
    "github.prs.cycle_time_hours": "hour",
    "github.ci.tests_passing_on_main": "boolean",
    "github.ci.benchmarks_passing": "ratio",
    "github.ci.duration_p90_minutes": "minute",
    "github.ci.failed_workflows_7d": "workflow",
    "github.commits.force_merge_7d": "pull_request",
    "github.issues.training_bugs": "issue",
    "wandb.training.gpu_utilization_avg": "percent",
    "wandb.training.avg_duration_hours": "hour",
    "wandb.training.arena.avg_sps": "step_per_second",
    "wandb.training.multinode.shaped_reward_sps": "step_per_second",
    "wandb.metrics.best_accuracy": "ratio",
    "wandb.metrics.avg_accuracy_7d": "ratio",
    "wandb.metrics.latest_loss": "loss",
}


def fom(
    name: str = "health.ci.stale_prs.fom",
    *,
    label: str = "PR Velocity - Stale PRs",
    metric: str = "github.prs.stale_count_14d",
    points: tuple[tuple[float, float], ...] = ((0, 0), (1, 1)),
) -> Fom:
    """One row; by default the value is the score."""
    return Fom(
        name=name,
        label=label,
        category="CI/CD",
        metric=metric,
        points=points,
        condition="< 20",
        why="because",
    )


def seen(
    value: float | Reason,
    *,
    day: Day = TODAY,
    scope: str = "acme/rocket",
    metric: str = "github.prs.stale_count_14d",
    as_of: datetime | None = None,
    detail: str = "",
    total: int = 0,
) -> dict[str, object]:
    """One row of the observations frame: a value, or a reason."""
    missing = isinstance(value, Reason)
    return {
        "metric": metric,
        "scope": scope,
        "day": day.key,
        "value": float("nan") if missing else value,
        "reason": value.value if missing else None,
        "detail": detail,
        "samples": 12,
        "as_of": as_of or min(day.end, NOW),
        "evidence_total": total,
    }


def frame(observations: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Observations as the store gives them."""
    columns = ["metric", "scope", "day", "value", "reason", "detail", "samples", "as_of", "evidence_total"]
    built = pd.DataFrame(list(observations), columns=columns)
    return built.astype({"value": "float64", "reason": "object", "as_of": "datetime64[us, UTC]"})


def small_grid(
    observations: Sequence[Mapping[str, object]],
    *,
    scopes: tuple[str, ...] = ("acme/rocket",),
    days: Sequence[Day] = (TODAY,),
    row: Fom | None = None,
    unit: str = "pull_request",
    evidence: Mapping[tuple[str, str, str], tuple[Evidence, ...]] | None = None,
    collections: Mapping[str, Collection] | None = None,
    now: datetime = NOW,
    sandbox: bool = False,
) -> Grid:
    """A grid of one row, with its score computed by the real scoring."""
    row = row or fom()
    seen_frame = frame(observations)
    return build_grid(
        GridInput(
            rows=[RowInput(fom=row, source="github", unit=unit, definition="Counted.", scopes=scopes)],
            days=days,
            scores=score_frame([row], seen_frame),
            observations=seen_frame,
            now=now,
            stale_after=4 * HOUR,
            zone=ZONE,
            formula=formula_text,
            evidence=evidence or {},
            collections=collections or {},
            sandbox=sandbox,
        )
    )


GOLDEN = (0.0, 0.299, 0.3, 0.699, 0.7, 1.0)


def golden_grid() -> Grid:
    """The scores at which the colour changes, oldest day first, and a missing cell today."""
    observations = [seen(value, day=day) for value, day in zip(GOLDEN, DAYS, strict=False)]
    return small_grid([*observations, seen(Reason.SOURCE_FAILED, detail="HTTP 502")], days=DAYS, unit="ratio")


def collection(*, failures: tuple[tuple[str, str, str], ...] = (), source: str = "github") -> Collection:
    """A collection of today, a quarter of an hour ago."""
    return Collection(
        source=source,
        day=TODAY.key,
        started_at=NOW - HOUR / 4,
        duration_seconds=7.5,
        requests=11,
        errors=len(failures),
        metrics=31,
        failures=failures,
    )


def busy_grid(*, sandbox: bool = True, hostile: bool = True) -> Grid:
    """All 42 rows over a week: good days and bad ones, two repositories, every reason, hostile titles."""
    foms = load_catalogue(known_metrics=None)
    scopes = {row.name: _scopes(row) for row in foms}
    random = Random(7)
    observations, evidence = [], {}
    for place, row in enumerate(foms):
        for day in DAYS:
            for scope in scopes[row.name]:
                value = _believable(row, place, day, random)
                total = random.randint(0, 24) if not isinstance(value, Reason) else 0
                observations.append(seen(value, day=day, scope=scope, metric=row.metric, total=total))
                if total:
                    evidence[row.metric, scope, day.key] = _evidence(total, hostile=hostile)
    seen_frame = frame(observations)
    failure = ("acme/rocket", "unreachable", "api.wandb.ai did not answer within 30 s; the next tick tries again")
    return build_grid(
        GridInput(
            rows=[
                RowInput(
                    fom=row,
                    source=row.metric.split(".")[0],
                    unit=UNITS.get(row.metric) or UNITS[row.metric.split(".")[0]],
                    definition="Counted over the week that ends with the day.",
                    scopes=scopes[row.name],
                )
                for row in foms
            ],
            days=DAYS,
            scores=score_frame(foms, seen_frame),
            observations=seen_frame,
            now=NOW,
            stale_after=4 * HOUR,
            zone=ZONE,
            formula=formula_text,
            evidence=evidence,
            collections={
                "github": collection(),
                "wandb": collection(source="wandb", failures=(failure,)),
                "asana": collection(source="asana"),
                "k8s": collection(source="k8s"),
            },
            sandbox=sandbox,
        )
    )


def _scopes(row: Fom) -> tuple[str, ...]:
    return ("acme/lander", "acme/rocket") if row.metric.startswith("github.") else ("acme",)


def _believable(row: Fom, place: int, day: Day, random: Random) -> float | Reason:
    """A value near the good end, on some days of some rows near the bad one, now and then none at all."""
    low, high = row.points[0], row.points[-1]
    good, bad = (low[0], high[0]) if low[1] > high[1] else (high[0], low[0])
    source = row.metric.split(".")[0]
    if source == "wandb" and day == TODAY and place % 3 == 0:
        return Reason.SOURCE_FAILED
    if source in ("ec2", "k8s") and day < DAYS[3]:
        return Reason.NOT_RECONSTRUCTIBLE
    draw = random.random()
    if source == "eval" and draw < 0.25:
        return Reason.NO_DATA
    if source == "skypilot" and draw < 0.1:
        return Reason.TRUNCATED
    if row.metric == "github.ci.tests_passing_on_main":
        return float(random.random() < 0.8)
    share = 0.2 * random.random() + (0.4 if draw > 0.75 else 0.0) + (0.35 if draw > 0.9 else 0.0)
    value = good + (bad - good) * min(share * 1.1, 1.1)
    return round(value) if abs(good - bad) > 2 else round(value, 3)


def _evidence(total: int, *, hostile: bool) -> tuple[Evidence, ...]:
    titles = [f"Make the reader keep its place after a restart (#{1200 + place})" for place in range(min(total, 10))]
    urls = [f"https://example.com/acme/rocket/pull/{1200 + place}" for place in range(len(titles))]
    if hostile:
        titles[: len(HOSTILE)] = HOSTILE[: len(titles)]
        urls[:1] = ["javascript:document.title='owned'"]
    at = NOW - 30 * HOUR
    return tuple(
        Evidence(label=title, url=url, at=at, note="open for 17 days") for title, url in zip(titles, urls, strict=True)
    )
