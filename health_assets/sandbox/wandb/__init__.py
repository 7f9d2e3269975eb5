"""The stand-in for Weights & Biases: worlds of training runs (world.py), GraphQL over HTTP (service.py), the demo.

Its client puts `/graphql` behind the base URL, so the stand-in lives under a prefix of its own.
"""
