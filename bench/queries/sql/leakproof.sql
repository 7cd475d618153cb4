-- The indexes that have operators of `rowlock leakproof`, beside those of the server's.
create index deal_amount_leakproof on crm.deal (amount crm_leakproof.numeric_ops);
create index deal_title_parts_leakproof on crm.deal using gin (title crm_leakproof.gin_trgm_ops);
create index deal_searched_leakproof on crm.deal using gin (words crm_leakproof.tsvector_ops);
create index deal_attributes_leakproof on crm.deal using gin (attributes crm_leakproof.jsonb_path_ops);
