-- Mails to be sent, all for the same purpose. One entry a mail: $1 id, $2 recipient, $3 sealed
-- message; $4 purpose, $5 seconds after which sending is pointless
-- name: add
insert into outbox (id, purpose, recipient, message, expires_at)
select n.id, $4, n.recipient, n.message, now() + make_interval(secs => $5::bigint)
from unnest($1::text[], $2::text[], $3::text[]) as n (id, recipient, message)

-- Takes the mail that has been due for longest, unless another server has: nobody else gets it
-- before the lease ends. Committed before anything is sent. $1 whose claim, $2 seconds of the lease
-- name: claim
update outbox
set claim = $1, next_attempt_at = now() + make_interval(secs => $2::bigint)
where id = (
    select id
    from outbox
    where message is not null and next_attempt_at <= now()
    order by next_attempt_at
    limit 1
    for update skip locked
)
returning id, purpose, recipient, message, attempts, expires_at <= now() as is_expired, last_error,
    claim

-- The three ends of an attempt; none of them does anything once somebody else has claimed the mail.
-- $1 id, $2 claim
-- name: sent
update outbox
set message = null, sent_at = now(), last_error = null
where id = $1 and claim = $2 and message is not null

-- $1 id, $2 claim, $3 milliseconds until the next attempt, $4 replies so far, $5 why
-- name: put_off
update outbox
set next_attempt_at = now() + $3::bigint * interval '1 millisecond', attempts = $4::integer,
    last_error = $5, claim = null
where id = $1 and claim = $2 and message is not null

-- $1 id, $2 claim, $3 why
-- name: give_up
update outbox
set message = null, gave_up_at = now(), last_error = $3
where id = $1 and claim = $2 and message is not null

-- Forgets mails that were sent or given up. $1 days since they were written
-- name: clean
with gone as (
    delete from outbox
    where message is null and created_at < now() - make_interval(days => $1::integer)
    returning id
)
select count(*) from gone
