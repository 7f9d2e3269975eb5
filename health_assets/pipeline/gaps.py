"""Which days still need a run."""

from collections.abc import Sequence

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.model.time import Day
from health_assets.pipeline.runtime import Runtime

SETTLED = (Reason.NO_DATA.value, Reason.NOT_RECONSTRUCTIBLE.value)


def open_days(runtime: Runtime, days: Sequence[Day]) -> tuple[Day, ...]:
    """Those of `days` that have not ended, or lack the final observation of a reconstructible metric in some scope.

    Final = as of the day's end, with a value or a reason that no further run would change.
    """
    wanted = {
        (metric.name, scope)
        for source, settings in runtime.project.sources.values()
        for family in source.families
        for metric in family.metrics
        for scope in source.scopes(settings)
        if metric.history is History.RECONSTRUCTED
    }
    ends = {day.key: day.end for day in days}
    frame = runtime.store.read_observations(metrics=sorted({name for name, _ in wanted}), days=sorted(ends))
    settled = frame["value"].notna() | frame["reason"].isin(SETTLED)
    final = frame[settled & (frame["as_of"] == frame["day"].map(ends))]
    held = {key: set(zip(rows["metric"], rows["scope"], strict=True)) for key, rows in final.groupby("day")}
    now = runtime.clock()
    return tuple(day for day in days if day.end > now or wanted - held.get(day.key, set()))
