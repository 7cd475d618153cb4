update {organisation}.person
set is_active = true, dismissed_at = null
where person.login = any (%(logins)s)
