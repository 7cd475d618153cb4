"""What people's queries cost under Rowlock, beside what they cost otherwise; ``python -m bench.queries``."""
