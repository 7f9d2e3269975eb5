"""The vocabulary of the project (design section 2). Imports the standard library only."""
