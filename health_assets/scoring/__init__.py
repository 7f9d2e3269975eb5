"""Scoring: the catalogue of Figures of Merit, and the pure functions from values to scores. Imports model only."""
