create table crm.folder (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  parent_folder_id bigint references crm.folder (id),
  name text not null,
  project_group_id int references {organisation}.project_group (id),
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint folder_name check (name <> '' and position('/' in name) = 0)
);

comment on table crm.folder is 'A folder of the drive';
comment on column crm.folder.id is 'Its number, given by the database';
comment on column crm.folder.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.folder.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.folder.parent_folder_id is 'The folder it is in; null: at the top';
comment on column crm.folder.name is 'What it is called';
comment on column crm.folder.project_group_id is 'The project it belongs to';
comment on column crm.folder.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.folder.created_by is 'The login that made it';

create index folder_owner on crm.folder (owner_id, created_at desc);
create index folder_open on crm.folder (created_at desc) where is_open;
create index folder_created on crm.folder (created_at desc);
create index folder_parent_folder on crm.folder (parent_folder_id) where parent_folder_id is not null;
create index folder_project_group on crm.folder (project_group_id) where project_group_id is not null;
