"""Objects behind the GraphQL types: an attribute or method for each field, in snake case.

A method is called with the field's arguments. `typename` decides the member of a union or
interface. Everything is seen through a Scope: one repository as of one instant.
"""
