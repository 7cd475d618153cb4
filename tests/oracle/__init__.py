"""An independent reading of what the rights mean.

Nothing here imports the package under test: the modules read the definitions
file as the plain dictionaries YAML gives, and answer from the sentences of the
contract alone.
"""
