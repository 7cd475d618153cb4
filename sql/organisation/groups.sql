select person_group.name
from {organisation}.person_group
