"""A Django site over the CRM."""
