-- An object about to be written. $1 key
-- name: begin
insert into pending_blobs (key) values ($1)

-- Their uploads are still running. $1 keys
-- name: touch
update pending_blobs set touched_at = now() where key = any($1::varchar[])

-- Its object is gone. $1 key
-- name: forget
delete from pending_blobs where key = $1

-- $3 item
-- name: target
with {{caller}}
select c.user_id, c.org_id, c.role, i.id
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived

-- The row and the end of the pending entry are one: without the entry (swept meanwhile) there is no
-- row. $3 item, $4 id, $5 key, $6 file name, $7 display name, $8 size, $9 type, $10 purpose, $11 iv,
-- $12 tag, $13 version, $14 SHA-256 of the object
-- name: store
with {{caller}},
target as (
    select i.id
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for key share of i
),
settled as (
    delete from pending_blobs p
    using target t
    where p.key = $5
    returning p.key
),
stored as (
    insert into file_attachments (id, item_id, uploaded_by, file_name, storage_key, display_name,
                                  file_size, mime_type, purpose, encryption_iv, encryption_tag,
                                  encryption_version, sha256)
    select $4, t.id, c.user_id, $6, s.key, $7, $8::bigint, $9, $10, $11, $12, $13::integer, $14
    from target t, settled s, caller c
    returning id, created_at
)
select c.user_id, c.org_id, c.role, t.id, s.created_at
from caller c
left join target t on true
left join stored s on true

-- $3 id
-- name: by_id
with {{caller}}
select c.user_id, c.org_id, c.role, f.id, f.file_name, f.storage_key, f.file_size, f.mime_type,
    f.encryption_iv, f.encryption_tag, f.encryption_version, f.organization_key
from caller c
left join (
    select f.*, i.org_id, o.encryption_key_enc as organization_key
    from file_attachments f
    join items i on i.id = f.item_id
    join organizations o on o.id = i.org_id
    where f.id = $3
) f on f.org_id = c.org_id

-- What is archived stays as it is. $3 id, $4 display name
-- name: rename
with {{caller}},
renamed as (
    update file_attachments f
    set display_name = $4
    from caller c, items i
    where f.id = $3 and i.id = f.item_id and i.org_id = c.org_id and not i.is_archived
        and c.may_write
    returning f.*
)
select c.user_id, c.org_id, c.role, r.id, r.file_name, r.display_name, r.file_size, r.mime_type,
    r.purpose, r.encryption_version, r.created_at
from caller c
left join renamed r on true

-- The object goes on the pending list in the same moment, ready to be swept. $3 id, $4 client
-- address
-- name: remove
with {{caller}},
gone as (
    delete from file_attachments f
    using caller c, items i
    where f.id = $3 and i.id = f.item_id and i.org_id = c.org_id and c.may_write
    returning f.id, f.storage_key, f.item_id
),
pending as (
    insert into pending_blobs (key, touched_at)
    select storage_key, 'epoch' from gone
    on conflict (key) do update set touched_at = 'epoch'
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, c.user_id, c.org_id, 'file_deleted',
        g.id || ' of item ' || g.item_id, left($4, 45)
    from caller c, gone g
)
select c.user_id, c.org_id, c.role, g.id, g.storage_key
from caller c
left join gone g on true

-- Objects nobody needs, held against other sweepers. $1 seconds without a touch, $2 how many at most
-- name: sweepable
select key
from pending_blobs
where touched_at < now() - make_interval(secs => $1::bigint)
order by key
limit $2::bigint
for update skip locked

-- How many are on the list.
-- name: pending
select count(*) as count from pending_blobs

-- What all files come to.
-- name: total
select count(*) as files, coalesce(sum(file_size), 0)::bigint as bytes from file_attachments

-- Files in the order of their objects' keys, as the store lists them. $1 the key before, $2 how many
-- name: in_order
select f.id, f.storage_key, f.file_size, f.encryption_iv, f.encryption_tag, f.encryption_version,
    f.sha256, o.encryption_key_enc as organization_key
from file_attachments f
join items i on i.id = f.item_id
join organizations o on o.id = i.org_id
where f.storage_key collate "C" > $1
order by f.storage_key collate "C"
limit $2::bigint

-- Does a row need this object, or is it on the list? $1 key
-- name: known
select exists (select from file_attachments where storage_key = $1) as has_row,
    exists (select from pending_blobs where key = $1) as is_pending
