"""An embedded PostgreSQL: for trying Rowlock without installing a server, and for its tests."""

from rls.server.embedded import EmbeddedServer, Status
from rls.server.errors import ServerError
from rls.server.location import default_directory

__all__ = ["EmbeddedServer", "ServerError", "Status", "default_directory"]
