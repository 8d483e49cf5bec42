-- Search over names and plain values by trigrams, and what generated reminders remember.

create extension if not exists pg_trgm;
-- Lets the organisation stand in the same index as the trigrams.
create extension if not exists btree_gin;

-- What is searched: the name, then the values that are stored in clear, U+001F between them. The
-- writer of the values keeps search_values (nothing of it is ciphertext); what is asked for never
-- holds U+001F, so a match never spans two values.
alter table items add column search_values text not null default '';

-- The keys that the original encrypts, in whatever kind of item they are.
update items i
set search_values = v.plain
from (
    select item_id, string_agg(translate(field_value, E'\x1f', E'\x1e'), E'\x1f' order by id) as plain
    from item_field_values
    where field_value <> ''
        and field_key not in ('certificate_number', 'codes', 'ein', 'id_number', 'license_number',
                              'passport_number', 'policy_number', 'ssn', 'visa_number')
    group by item_id
) v
where v.item_id = i.id and i.encryption_version = 1;

alter table items add column search_text text not null
    generated always as (lower(translate(name, E'\x1f', E'\x1e') || E'\x1f' || search_values)) stored;

-- The organisation as an expression that no other index has: a plan for an organisation of average
-- size must not become the plan for one with 100,000 items. The short pending list keeps a search
-- soon after many writes fast.
create index items_search on items
    using gin ((org_id || ''), search_text gin_trgm_ops) with (gin_pending_list_limit = 512)
    where not is_archived;
create index items_changed on items (org_id, updated_at desc, id desc) where not is_archived;

-- Values that may be dates on which something ends; nothing else is as long as a date.
create index item_field_values_ends on item_field_values (item_id, field_key) include (field_value)
    where field_key in ('expiration_date', 'end_date') and length(field_value) = 10;

-- generated_from: title of the template, also after an edit, so that it is not generated again and
-- moves on along the template's dates. repeat_day: the day of the month that is meant where
-- remind_date stands in a month too short for it.
alter table custom_reminders
    add column generated_from text,
    add column repeat_day smallint;
update custom_reminders set generated_from = title where is_auto_generated;
update custom_reminders
set email_sent = coalesce(email_sent, false), created_at = coalesce(created_at, now()),
    remind_days_before = greatest(0, least(3650, remind_days_before))
where email_sent is null or created_at is null or remind_days_before not between 0 and 3650;
alter table custom_reminders
    alter column email_sent set not null, alter column created_at set not null;
