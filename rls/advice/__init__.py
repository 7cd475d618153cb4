"""Which indexes policies and references miss, and which indexes people's own conditions cannot use under a policy."""

from rls.advice.advice import Advice
from rls.advice.advising import advise

__all__ = ["Advice", "advise"]
