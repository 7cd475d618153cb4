-- CRM role → principal → person.  A login that is missing, or that is no ordinary person's, gets nothing.
create view rls.desired_membership as
select nesting.role, nesting.member
from rls.desired_nesting as nesting
union
select holding.role, holding.member
from rls.desired_holding as holding;

comment on view rls.desired_membership is 'The memberships that follow from organisation and assignments';
