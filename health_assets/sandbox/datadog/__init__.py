"""The stand-in of Datadog's API: time series, the queries that read them, and the check of the keys.

world.py holds an account's series, query.py evaluates queries over them, service.py answers in the API's shapes,
demo.py invents the activity of a service.
"""
