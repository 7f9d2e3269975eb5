"""Invented words: people, titles, paths, issue titles."""

from random import Random

PEOPLE = ("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "larch", "maple", "oak", "pine", "spruce")
BOTS = ("dependency-bot", "release-bot")

AREAS = ("loader", "trainer", "sampler", "scheduler", "checkpoint", "evaluator", "simulator", "dashboard", "tokenizer")
VERBS = ("Speed up", "Simplify", "Test", "Document", "Harden", "Rename parts of", "Add retries to", "Type", "Profile")
MENTIONS = (
    "Document how to revert a checkpoint",
    "Stop reverting the learning rate after a restart",
    "Explain in the runbook when a hotfixture is loaded",
    "Make it possible to revert a sweep by hand",
)
FOLDERS = ("core", "train", "eval", "sim", "web", "tools", "docs", "tests")
BUGS = (
    "Loss is NaN after resuming",
    "Policy collapses with many agents",
    "Gradient clipping is skipped",
    "Reward drifts",
)
WISHES = (
    "Show the curriculum in the dashboard",
    "Shorter start of the simulator",
    "Export traces",
    "Nicer error texts",
)


def title(rng: Random) -> str:
    """What an ordinary change is called."""
    return rng.choice(MENTIONS) if rng.random() < 0.05 else f"{rng.choice(VERBS)} the {rng.choice(AREAS)}"


def paths(rng: Random, *, most: int = 14) -> tuple[str, ...]:
    """Paths that a change touches."""
    count = min(most, 1 + int(rng.expovariate(0.3)))
    return tuple(sorted({f"{rng.choice(FOLDERS)}/{rng.choice(AREAS)}_{rng.randint(1, 12)}.py" for _ in range(count)}))
