"""The grid as data (rows, cells, one colour rule) and its renderers. Imports model only."""
