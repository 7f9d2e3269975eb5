"""The stand-in of Asana's API: projects, tasks, task counts and the signed-in user.

world.py holds a workspace's facts, service.py answers in the API's shapes, demo.py invents a busy workspace.
"""
