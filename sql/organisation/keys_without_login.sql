select person.key, person.name
from {organisation}.person
where person.login is null
  and person.key is not null
