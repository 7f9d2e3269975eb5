"""Datadog as a sink: what is sent there, built without any network, and the client that sends it."""
