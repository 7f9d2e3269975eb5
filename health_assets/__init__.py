"""System health as a grid: collect, measure as of each day, score, publish."""
