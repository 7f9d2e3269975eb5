"""Publish to Datadog: points, dashboards, monitors. Our store is the truth, Datadog a sink."""
