-- What this server adds to the tables of the original. Every column of the original stays and stays
-- filled, so that going back is possible.

-- Ciphertext of any length: a change in the catalogue only, no table is rewritten.
alter table people alter column phone type text;
alter table saved_contacts alter column email type text, alter column phone type text;
alter table item_contacts
    alter column value type text,
    alter column address_line1 type text,
    alter column address_line2 type text,
    alter column address_city type text,
    alter column address_state type text,
    alter column address_zip type text;

-- The database holds only the SHA-256 of what opens a session or resets a password; hashing those
-- that are there logs nobody out.
update sessions set token = encode(sha256(convert_to(token, 'UTF8')), 'hex');
update invitation_tokens
set token = encode(sha256(convert_to(token, 'UTF8')), 'hex')
where purpose = 'password_reset';

-- What the list of one's sessions shows. last_used_at moves at most once a minute.
alter table sessions
    add column user_agent text,
    add column ip_address text,
    add column last_used_at timestamptz not null default now();

-- Field values keep the order in which they were sent.
alter table item_field_values add column position integer not null default 0;

-- Files beyond 2 GiB, and the SHA-256 (hex) of the stored object that `kinvault verify` compares.
alter table file_attachments
    alter column file_size type bigint,
    add column sha256 varchar(64);

-- Objects in the blob store that no committed row names: written but not yet committed, or deleted
-- and waiting for the sweeper. A row of file_attachments and its entry here never exist together.
-- An upload touches its entry while it runs; one that is not touched for a while is swept.
create table pending_blobs (
    key        varchar(500) primary key,
    touched_at timestamptz not null default now()
);

-- Columns that the original lets be null and always fills: what an old row may lack is filled, and
-- from here on they cannot be null.
update org_memberships set created_at = coalesce(created_at, now()) where created_at is null;
alter table org_memberships alter column created_at set not null;
update users
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table users alter column created_at set not null, alter column updated_at set not null;
update organizations
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table organizations
    alter column created_at set not null,
    alter column updated_at set not null;
update items
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table items alter column created_at set not null, alter column updated_at set not null;
update file_attachments set created_at = coalesce(created_at, now()) where created_at is null;
alter table file_attachments alter column created_at set not null;
update people
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table people alter column created_at set not null, alter column updated_at set not null;
update vehicles
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table vehicles alter column created_at set not null, alter column updated_at set not null;
update saved_contacts
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table saved_contacts
    alter column created_at set not null,
    alter column updated_at set not null;
update item_contacts set created_at = coalesce(created_at, now()) where created_at is null;
alter table item_contacts alter column created_at set not null;
update in_network_providers set created_at = coalesce(created_at, now()) where created_at is null;
alter table in_network_providers alter column created_at set not null;
update item_people set created_at = coalesce(created_at, now()) where created_at is null;
alter table item_people alter column created_at set not null;
update item_vehicles set created_at = coalesce(created_at, now()) where created_at is null;
alter table item_vehicles alter column created_at set not null;
update item_links set created_at = coalesce(created_at, now()) where created_at is null;
alter table item_links alter column created_at set not null;
update item_saved_contacts set created_at = coalesce(created_at, now()) where created_at is null;
alter table item_saved_contacts alter column created_at set not null;
update coverage_rows
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table coverage_rows
    alter column created_at set not null,
    alter column updated_at set not null;
update coverage_plan_limits
set created_at = coalesce(created_at, now()), updated_at = coalesce(updated_at, now())
where created_at is null or updated_at is null;
alter table coverage_plan_limits
    alter column created_at set not null,
    alter column updated_at set not null;
update invitation_tokens set created_at = coalesce(created_at, now()) where created_at is null;
alter table invitation_tokens alter column created_at set not null;
update audit_log set created_at = coalesce(created_at, now()) where created_at is null;
alter table audit_log alter column created_at set not null;
update items set is_archived = false where is_archived is null;
alter table items alter column is_archived set not null;
update item_field_values set field_type = 'text' where field_type is null;
alter table item_field_values alter column field_type set not null;

create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);
create index org_memberships_user on org_memberships (user_id, created_at, id);
create index org_member_keys_user on org_member_keys (user_id);
create index items_newest on items (org_id, created_at desc, id desc) where not is_archived;
create index items_newest_of_kind on items (org_id, category, subcategory, created_at desc, id desc);
create index items_created on items (org_id, created_at desc, id desc);
create index file_attachments_item on file_attachments (item_id, created_at, id);
create unique index file_attachments_key on file_attachments (storage_key);
create index custom_reminders_item on custom_reminders (item_id);
create index custom_reminders_org on custom_reminders (org_id, remind_date);
create index item_contacts_item on item_contacts (item_id, sort_order, created_at);
create index coverage_rows_item on coverage_rows (item_id, sort_order);
create index coverage_plan_limits_item on coverage_plan_limits (item_id, sort_order);
create index in_network_providers_item on in_network_providers (item_id, created_at);
create index people_org on people (org_id, last_name, first_name);
create index people_user on people (user_id);
create index vehicles_org on vehicles (org_id, name);
create index vehicles_owner on vehicles (owner_id);
create index vehicles_driver on vehicles (primary_driver_id);
create index item_vehicles_vehicle on item_vehicles (vehicle_id);
create index item_people_person on item_people (person_id);
create index item_links_parent on item_links (parent_item_id, link_type);
create index saved_contacts_org on saved_contacts (org_id, name);
create index item_saved_contacts_contact on item_saved_contacts (saved_contact_id);
create index invitation_tokens_person on invitation_tokens (person_id);
create index invitation_tokens_user on invitation_tokens (user_id);
create index audit_log_org on audit_log (org_id, created_at desc);
create index audit_log_user on audit_log (user_id, created_at desc);
