"""Local stand-ins of the services over real HTTP, for the demo, the tests and the replay of recorded payloads.

server.py is the server and knows no service; each service is a folder that brings its routes. Never imported by the
rooms that collect, score or publish.
"""
