"""Applications over the CRM, as docs/applications.md shows them; the tests run them."""
