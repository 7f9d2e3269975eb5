"""The only room that imports Dagster: it wraps the pipeline's functions in assets, checks, jobs and schedules."""
