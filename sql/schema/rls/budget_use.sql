create view rls.budget_use as
select
  counter.login,
  counter.entity,
  counter.kind,
  rls.counted_rows(counter.sequence, budget.per, budget.changed) as used,
  budget.rows,
  budget.per,
  pg_catalog.to_timestamp(rls.window_begins(budget.per) + rls.window_length(budget.per)) as until,
  counter.sequence
from rls.counter
join rls.budget on budget.entity = counter.entity and budget.kind = counter.kind;

comment on view rls.budget_use is 'How much of which budget everybody has used in the windows of this moment';
comment on column rls.budget_use.used is 'How many rows were counted; more than there may be, where somebody went on asking';
comment on column rls.budget_use.until is 'When the window ends and counting begins anew';
