update {organisation}.person
set is_active = false, dismissed_at = now()
where person.login = any (%(logins)s)
