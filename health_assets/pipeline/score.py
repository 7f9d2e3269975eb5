"""Score: observations -> scores, by the catalogue as it is now (design section 7)."""

from collections.abc import Collection, Sequence

from health_assets.model.fom import Fom
from health_assets.pipeline.runtime import Runtime
from health_assets.scoring.score import score_frame


def score(runtime: Runtime, foms: Sequence[Fom], *, days: Collection[str] | None = None) -> int:
    """Scores `foms` for `days` (every stored day when None) from the stored observations; how many scores changed.

    Pure arithmetic over one frame: restating a year after a threshold edit makes no request.
    """
    metrics = sorted({fom.metric for fom in foms})
    observations = runtime.store.read_observations(metrics=metrics, days=None if days is None else sorted(days))
    return runtime.store.write_scores(score_frame(foms, observations))


def outdated(runtime: Runtime, *, days: Collection[str]) -> list[Fom]:
    """The rows whose stored scores of `days` were made by another version of the row."""
    scores = runtime.store.read_scores(foms=[fom.name for fom in runtime.project.foms], days=sorted(days))
    current = {fom.name: fom.row_hash for fom in runtime.project.foms}
    stale = set(scores.loc[scores["row_hash"] != scores["fom"].map(current), "fom"])
    return [fom for fom in runtime.project.foms if fom.name in stale]
