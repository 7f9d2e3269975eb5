"""Result documents of an invented team, as files: what its jobs have left by the time the clock shows."""

from health_assets.sandbox.results.demo import demo_results, write_results

__all__ = ["demo_results", "write_results"]
