"""Definition and facts of the database in, desired state out; no database is touched."""

from rls.compiler.compiler import compile_state

__all__ = ["compile_state"]
