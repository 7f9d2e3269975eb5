"""The measures of Weights & Biases: pure functions of a View, one module a family.

Each value stands for T = view.at. A run read later also carries what happened after T (its end, its state); every
measure leaves that out, so that a past day measured today equals the day as it was measured then.
"""

from health_assets.model.metric import Family
from health_assets.sources.wandb.metrics import outcomes, push_to_main, runs, sweep, training

FAMILIES: tuple[Family, ...] = (
    runs.FAMILY,
    outcomes.FAMILY,
    training.FAMILY,
    push_to_main.FAMILY,
    sweep.FAMILY,
)
