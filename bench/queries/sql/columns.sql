-- What the CRM has no column or index for, and its lists are asked for all the same.
create extension if not exists pg_trgm;

alter table crm.deal
  add attributes jsonb,
  add words tsvector generated always as (to_tsvector('simple', title)) stored,
  add title_folded text collate "C" generated always as (lower(title)) stored,
  add amount_cents bigint generated always as ((amount * 100)::bigint) stored;

create index deal_title on crm.deal (title text_pattern_ops);
create index deal_title_parts on crm.deal using gin (title gin_trgm_ops);
create index deal_words on crm.deal using gin (to_tsvector('simple', title));
create index deal_searched on crm.deal using gin (words);
create index deal_amount on crm.deal (amount);
create index deal_engaged on crm.deal (engaged_on);
create index deal_attributes on crm.deal using gin (attributes jsonb_path_ops);
create index deal_title_folded on crm.deal (title_folded);
create index deal_amount_cents on crm.deal (amount_cents);
