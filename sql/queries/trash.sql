-- $3 id
-- name: restore
with {{caller}},
restored as (
    update items i
    set is_archived = false,
        updated_at = greatest(clock_timestamp(), i.updated_at + interval '1 microsecond')
    from caller c
    where i.id = $3 and i.org_id = c.org_id and c.may_write and i.is_archived
    returning i.*
)
select c.user_id, c.org_id, c.role, {{item_columns}}
from caller c
left join restored i on true

-- Waits for uploads to the item that are about to commit, and makes later ones find nothing. $3 id
-- name: lock
with {{caller}},
locked as (
    select i.id
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id
    where c.role in ('admin', 'owner')
    for update of i
)
select c.user_id, c.org_id, c.role, l.id
from caller c
left join locked l on true

-- Items that have been in the trash long enough, held against restoring and against other servers.
-- $1 days, $2 how many at most
-- name: lock_expired
select i.id
from items i
where i.is_archived and i.updated_at < now() - make_interval(days => $1::integer)
order by i.updated_at
limit $2::bigint
for update skip locked

-- Removes locked items. Comes after the lock in a statement of its own, so that it sees each file
-- that was stored before; their objects go on the pending list in the same moment. $1 ids, $2 who
-- removes them (null: time), $3 client address
-- name: destroy
with gone_files as (
    delete from file_attachments
    where item_id = any ($1::text[])
    returning id, item_id, storage_key
),
pending as (
    insert into pending_blobs (key, touched_at)
    select storage_key, 'epoch' from gone_files
    on conflict (key) do update set touched_at = 'epoch'
),
gone as (
    delete from items where id = any ($1::text[]) returning id, org_id
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, $2, e.org_id, e.action, e.detail, left($3, 45)
    from (
        select g.org_id, 'file_deleted' as action, f.id || ' of item ' || g.id as detail
        from gone g
        join gone_files f on f.item_id = g.id
        union all
        select g.org_id, 'item_deleted', g.id
        from gone g
    ) e
)
select storage_key
from gone_files
