create table crm.file (
  id bigint generated always as identity primary key,
  owner_id int references {organisation}.person (id),
  is_open boolean not null default false,
  folder_id bigint references crm.folder (id),
  name text not null,
  media_type text,
  size bigint not null default 0,
  sha256 text,
  location text,
  created_at timestamptz not null default now(),
  created_by name not null default current_user,
  constraint file_name check (name <> '' and position('/' in name) = 0),
  constraint file_size check (size >= 0)
);

comment on table crm.file is 'A file of the drive; its contents are kept elsewhere';
comment on column crm.file.id is 'Its number, given by the database';
comment on column crm.file.owner_id is 'The person responsible; null: nobody, then only level all reaches it';
comment on column crm.file.is_open is 'Whether level open reaches it, whoever owns it';
comment on column crm.file.folder_id is 'The folder it is in';
comment on column crm.file.name is 'Its name, with the ending';
comment on column crm.file.media_type is 'MIME type';
comment on column crm.file.size is 'In bytes';
comment on column crm.file.sha256 is 'Of the contents';
comment on column crm.file.location is 'Where the contents are';
comment on column crm.file.created_at is 'When the record was made; only the owner of the table may say otherwise';
comment on column crm.file.created_by is 'The login that made it';

create index file_owner on crm.file (owner_id, created_at desc);
create index file_open on crm.file (created_at desc) where is_open;
create index file_created on crm.file (created_at desc);
create index file_folder on crm.file (folder_id) where folder_id is not null;
