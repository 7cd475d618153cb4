"""What rights are in the database's own terms; desired and current are the same type."""
