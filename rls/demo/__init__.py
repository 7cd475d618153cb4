"""The main job on one screen: a server, a company, people who see different rows."""

from rls.demo.demo import run

__all__ = ["run"]
