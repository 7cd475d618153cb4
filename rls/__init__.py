"""A company's CRM access rights, enforced by PostgreSQL itself."""

__version__ = "0.1.0"
