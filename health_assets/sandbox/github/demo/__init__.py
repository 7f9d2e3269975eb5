"""The invented busy team of the demo, `demo_repository`.

Every fact is drawn from a generator seeded with the repository and a calendar date, so that a restart a minute or a
day later serves the same history. Nothing depends on `now` but where the history begins and ends.
"""

from health_assets.sandbox.github.demo.team import demo_repository

__all__ = ["demo_repository"]
