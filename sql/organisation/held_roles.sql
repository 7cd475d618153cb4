-- The roles of the definition that the person %(login)s holds now.
select role.name
from rls.role
cross join rls.installation
where
  pg_catalog.pg_has_role(%(login)s::name, role.database_role, 'usage')
  and (
    not role.timed
    or exists (
      select
      from rls.assignment
      where
        assignment.role = role.name
        and (assignment.valid_from is null or assignment.valid_from <= now())
        and (assignment.valid_until is null or now() < assignment.valid_until)
        and case assignment.principal_kind
          when 'everyone' then true
          when 'person' then assignment.principal_id = (select person_id from rls.person_login where login = %(login)s::name)
          else pg_catalog.pg_has_role(
            %(login)s::name,
            (
              installation.prefix
              || case assignment.principal_kind
                when 'subdepartments' then 'department_' || assignment.principal_id || '_tree'
                else assignment.principal_kind || '_' || assignment.principal_id
              end
            )::name,
            'usage'
          )
        end
    )
  )
order by role.name
