-- The columns of a custom reminder `r` of item `i`. `id` is the item's, so that it is never null
-- where something was found.
-- fragment: custom_columns
i.id as id, r.id as reminder_id, i.name as item_name, i.category, i.subcategory, r.title as label,
    r.remind_date::text as date, true as is_custom, r.note, r.repeat, r.is_auto_generated,
    r.remind_days_before

-- Dates among the values of items `i`, as YYYY-MM-DD; whether there is such a day, the reader says.
-- fragment: detected
select i.id as id, null as reminder_id, i.name as item_name, i.category, i.subcategory,
    d.field_key as label, d.date, false as is_custom, null as note, null as repeat,
    null::boolean as is_auto_generated, null::integer as remind_days_before
from items i
cross join lateral (
    select v.field_key,
        case
            when v.field_value ~ '^\d{4}-\d\d-\d\d$' then v.field_value
            when v.field_value ~ '^\d\d([/-])\d\d\1\d{4}$'
            then substr(v.field_value, 7) || '-' || substr(v.field_value, 1, 2) || '-' ||
                substr(v.field_value, 4, 2)
        end as date
    from item_field_values v
    where v.item_id = i.id and v.field_key in ('expiration_date', 'end_date')
        and length(v.field_value) = 10
) d
where i.org_id = c.org_id and d.date is not null

-- Detected and custom reminders of unarchived items. $3 the last day that counts
-- name: due
with {{caller}}
select c.user_id, c.org_id, c.role, r.*
from caller c
left join lateral (
    {{detected}} and not i.is_archived and d.date collate "C" <= $3
    union all
    select {{custom_columns}}
    from custom_reminders r
    join items i on i.id = r.item_id and not i.is_archived
    where r.org_id = c.org_id and r.remind_date <= $3::date
) r on true
order by r.date collate "C", r.is_custom, r.item_name, r.label, r.reminder_id

-- All reminders of one item, archived or not, whenever they are due. $3 item
-- name: of_item
with {{caller}}
select c.user_id, c.org_id, c.role, r.*
from caller c
left join lateral (
    {{detected}} and i.id = $3
    union all
    select {{custom_columns}}
    from custom_reminders r
    join items i on i.id = r.item_id
    where r.org_id = c.org_id and r.item_id = $3
) r on true
order by r.date collate "C", r.is_custom, r.label, r.reminder_id

-- $3 item, $4 id, $5 title, $6 date, $7 note, $8 repeat, $9 days before
-- name: create
with {{caller}},
target as (
    select i.*
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for key share of i
),
created as (
    insert into custom_reminders (id, item_id, org_id, created_by, title, remind_date, note, repeat,
                                  remind_days_before, is_auto_generated, email_sent)
    select $4, i.id, i.org_id, c.user_id, $5, $6::date, $7, $8, $9::integer, false, false
    from caller c, target i
    returning *
)
select c.user_id, c.org_id, c.role, {{custom_columns}}
from caller c
left join (created r join target i on i.id = r.item_id) on true

-- $3 id, $4 title or null, $5 date or null, $6 whether to change the note, $7 to what, $8 and $9 the
-- same for repeat, $10 days before or null, $11 whether anything is changed
-- name: change
with {{caller}},
changed as (
    update custom_reminders r
    set title = coalesce($4, r.title), remind_date = coalesce($5::date, r.remind_date),
        note = case when $6::boolean then $7 else r.note end,
        repeat = case when $8::boolean then $9 else r.repeat end,
        remind_days_before = coalesce($10::integer, r.remind_days_before),
        is_auto_generated = r.is_auto_generated and not $11::boolean,
        repeat_day = case when r.remind_date <> $5::date then null else r.repeat_day end,
        -- A mailed reminder is due again when its day of mailing moves.
        email_sent = r.email_sent and r.remind_date = coalesce($5::date, r.remind_date)
            and r.remind_days_before = coalesce($10::integer, r.remind_days_before)
    from caller c
    where r.id = $3 and r.org_id = c.org_id and c.may_write
    returning r.*
)
select c.user_id, c.org_id, c.role, {{custom_columns}}
from caller c
left join (changed r join items i on i.id = r.item_id) on true

-- $3 id
-- name: remove
with {{caller}},
gone as (
    delete from custom_reminders r
    using caller c
    where r.id = $3 and r.org_id = c.org_id and c.may_write
    returning r.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true

-- What the reminders of a business depend on. $1 item, $2 keys
-- name: facts
select v.field_key, v.field_value, v.field_type
from item_field_values v
where v.item_id = $1 and v.field_key = any ($2::text[])

-- Puts new generated reminders of a locked item in place of the old ones. What somebody has edited is
-- never made a second time: where only its note or its days differ from what would be made, it is one
-- of the generated ones again and keeps them; else it stays beside them. $1 item, $2 organisation,
-- $3 who asks, $4 to $8 one entry a reminder: title, date, note, repeat, repeat_day; $9 the days
-- before of new ones
-- name: regenerate
with wanted as (
    select *
    from unnest($4::text[], $5::date[], $6::text[], $7::text[], $8::smallint[])
        with ordinality as n (title, date, note, repeat, day, position)
),
kept as (
    update custom_reminders r
    set is_auto_generated = true, remind_date = n.date, repeat_day = n.day,
        email_sent = r.email_sent and r.remind_date = n.date
    from wanted n
    where r.item_id = $1 and r.generated_from = n.title and r.title = n.title
        and r.repeat is not distinct from n.repeat
        and case when r.is_auto_generated
            then (r.note, r.remind_days_before) is distinct from (n.note, $9::integer)
            else r.remind_date = n.date
        end
    returning r.id, n.title, n.position
),
gone as (
    delete from custom_reminders r
    where r.item_id = $1 and r.is_auto_generated and r.id not in (select id from kept)
),
made as (
    insert into custom_reminders (id, item_id, org_id, created_by, title, remind_date, note,
                                  repeat, remind_days_before, is_auto_generated, generated_from,
                                  repeat_day)
    select gen_random_uuid(), $1, $2, $3, n.title, n.date, n.note, n.repeat, $9::integer, true,
        n.title, n.day
    from wanted n
    where n.title not in (select title from kept)
        and not exists (
            select
            from custom_reminders r
            where r.item_id = $1 and r.generated_from = n.title and not r.is_auto_generated
        )
    order by n.position
    returning id
)
select id from kept
union all
select id from made

-- Takes reminders that are to be mailed and have not been, each once: another server skips those
-- that are taken here. $1 today, $2 how many at most
-- name: take_unmailed
with taken as (
    select r.id, r.org_id, r.title, r.remind_date, r.note, i.name as item_name
    from custom_reminders r
    join items i on i.id = r.item_id and not i.is_archived
    where not r.email_sent and r.remind_date - r.remind_days_before <= $1::date
    order by r.remind_date - r.remind_days_before, r.id
    limit $2::integer
    for no key update of r skip locked
),
marked as (
    update custom_reminders r
    set email_sent = true
    from taken t
    where r.id = t.id
)
select t.title, t.remind_date::text as date, t.note, t.item_name,
    (
        select string_agg({{packed(u.email, u.full_name)}}, '' order by m.created_at, m.id)
        from org_memberships m
        join users u on u.id = m.user_id
        where m.org_id = t.org_id
    ) as members
from taken t

-- Holds repeating reminders whose date has passed. $1 today, $2 how many at most
-- name: lock_passed
select r.id, r.remind_date::text as date, r.repeat, r.repeat_day, r.generated_from, i.subcategory
from custom_reminders r
join items i on i.id = r.item_id and not i.is_archived
where r.repeat in ('weekly', 'monthly', 'quarterly', 'yearly', 'biennial')
    and r.remind_date < $1::date
order by r.remind_date, r.id
limit $2::integer
for no key update of r skip locked

-- Moves reminders that are held to their next dates; they are to be mailed again. One entry a
-- reminder: $1 id, $2 date, $3 the day of the month that is meant, or null
-- name: move_on
update custom_reminders r
set remind_date = n.date, repeat_day = n.day, email_sent = false
from unnest($1::text[], $2::date[], $3::smallint[]) as n (id, date, day)
where r.id = n.id
