-- What the list of sessions, the audit log and the trash need.

-- The original lets it be null and always fills it.
update sessions set created_at = least(now(), expires_at) where created_at is null;
alter table sessions alter column created_at set not null;

-- Pages of one organisation, exactly also where entries are of one moment.
drop index audit_log_org;
create index audit_log_org on audit_log (org_id, created_at desc, id desc);
-- The export, and what is too old to be kept.
create index audit_log_created on audit_log (created_at, id);

-- Archived items that nobody has touched for long enough. Archiving moves updated_at, and an archived
-- item cannot be changed.
create index items_archived on items (updated_at) where is_archived;
