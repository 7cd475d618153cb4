-- How many owners a statement is planned with at most, as constants.  Of 5,000 people with 1 M rows, an index and constants
-- halve an aggregate over the rows of 300 and gain a tenth at 1,000, a fifth of all; 2,000 cost 3 ms to plan, 5,000 20 ms.
create or replace function rls.widest()
  returns int
  language sql
  immutable
  parallel safe
return 1000;
