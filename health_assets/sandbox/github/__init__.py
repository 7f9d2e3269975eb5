"""GitHub's stand-in: REST for repositories, workflow runs and commits; GraphQL for the rest.

world.py holds the facts, view.py says what GitHub shows of them at an instant, rest.py and graphql.py answer in
GitHub's shapes, demo.py invents a busy team, recorded.py reads a folder of recorded payloads.
"""
