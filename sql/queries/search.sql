-- Unarchived items whose name or plain values contain a text, newest change first. $3 the text, of at
-- least one character.
--
-- The newest 1000 items are looked through first: they are all there is in most organisations, and
-- hold 50 matches of what is common. Only if they do not, the rest is asked: by the trigram index when
-- the text has a trigram, else (one or two characters, punctuation) item by item until there are 50.
-- Nothing here depends on what the planner knows of the text or the organisation: one plan fits all.
--
-- total counts what was looked through: all matches of an organisation with up to 1000 items, and of a
-- larger one in which they are rare.
-- name: find
with {{caller}},
asked as materialized (
    select f.text,
        -- Null for a text in which pg_trgm finds no whole trigram: of its index all would be read.
        case
            when f.text ~ '[[:alnum:]]{3}|[[:alnum:]]{2}[^[:alnum:]]|[^[:alnum:]][[:alnum:]]{2}'
            then '%' || regexp_replace(f.text, '([\\%_])', '\\\1', 'g') || '%'
        end as pattern
    from (select lower(translate($3::text, E'\x1f', E'\x1e')) as text) f
),
recent as materialized (
    select n.id, n.updated_at, count(*) over () as total
    from (
        select i.id, i.updated_at, i.search_text
        from items i
        where i.org_id = (select org_id from caller) and not i.is_archived
        order by i.updated_at desc, i.id desc
        limit 1000
    ) n
    where strpos(n.search_text, (select text from asked)) > 0
    order by n.updated_at desc, n.id desc
    limit 50
),
further as materialized (
    select
        case when (select count(*) from recent) < 50 then exists (
            select
            from items i
            where i.org_id = (select org_id from caller) and not i.is_archived
            order by i.updated_at desc, i.id desc
            offset 1000
        ) else false end as wanted
),
indexed as materialized (
    select m.id, m.updated_at, count(*) over () as total
    from (
        select i.id, i.updated_at
        from items i
        where (select wanted from further)
            and (i.org_id || '') = (select org_id || '' from caller)
            and not i.is_archived
            and i.search_text like (select pattern from asked)
        -- So that the limit does not tempt the planner to another index.
        offset 0
    ) m
    order by m.updated_at desc, m.id desc
    limit 50
),
walked as materialized (
    select i.id, i.updated_at
    from items i
    where (select wanted from further)
        and (select pattern from asked) is null
        and i.org_id = (select org_id from caller)
        and not i.is_archived
        and strpos(i.search_text, (select text from asked)) > 0
    order by i.updated_at desc, i.id desc
    limit 50
),
found as (
    select id, total from recent where not (select wanted from further)
    union all
    select id, total from indexed
    union all
    select id, count(*) over () from walked
)
select c.user_id, c.org_id, c.role, i.total, {{item_columns}}
from caller c
left join (select i.*, f.total from found f join items i on i.id = f.id) i on true
order by i.updated_at desc, i.id desc
