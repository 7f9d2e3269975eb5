"""`make bench`: what the project costs, beside what Dagster alone costs for the same number of steps."""
