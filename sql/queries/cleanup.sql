-- Each removes a few rows and says how many. What somebody holds is left for the next time: another
-- server is cleaning up, or a request is about to end it anyway.

-- $1 how many at most
-- name: expired_sessions
with expired as (
    select id
    from sessions
    where expires_at <= now()
    order by expires_at
    limit $1::bigint
    for update skip locked
),
gone as (
    delete from sessions s using expired e where s.id = e.id returning s.id
)
select count(*) from gone

-- Links that nobody can use any more: to whoever tries they are as unknown as before. $1 how many at
-- most
-- name: ended_tokens
with ended as (
    select id
    from invitation_tokens
    where used_at is not null or expires_at <= now()
    limit $1::bigint
    for update skip locked
),
gone as (
    delete from invitation_tokens t using ended e where t.id = e.id returning t.id
)
select count(*) from gone

-- $1 days, $2 how many at most
-- name: old_entries
with old as (
    select id
    from audit_log
    where created_at < now() - make_interval(days => $1::integer)
    order by created_at
    limit $2::bigint
    for update skip locked
),
gone as (
    delete from audit_log a using old o where a.id = o.id returning a.id
)
select count(*) from gone
