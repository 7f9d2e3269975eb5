"""The stand-in of Kubernetes' API server: lists of pods, deployments and pod metrics, and the server's version.

world.py holds a cluster's facts, service.py answers in the API's shapes, demo.py invents a busy cluster.
"""
