-- How many items an organisation has of each kind, so that neither a page of its list nor the
-- categories count them one by one.
--
-- Sixteen slots a kind, of which a backend takes its own, so that those who add items at the same
-- time do not wait for each other's commit. The sum over the slots is exact in every snapshot.
create table item_counts (
    org_id      varchar(36) not null references organizations (id) on delete cascade,
    category    varchar(50) not null,
    subcategory varchar(50) not null,
    is_archived boolean not null,
    slot        smallint not null,
    items       bigint not null, -- of one slot: below zero where another took what was added here
    primary key (org_id, category, subcategory, is_archived, slot)
) with (fillfactor = 50);

-- Adds `number` items; nothing if the organisation is just being removed. In a fixed order, so that
-- two do not wait for each other.
create function count_items(org varchar, kind varchar, subkind varchar, archived boolean, number bigint)
returns void language sql as $$
    insert into item_counts as n (org_id, category, subcategory, is_archived, slot, items)
    select o.id, kind, subkind, archived, pg_backend_pid() % 16, number
    from organizations o
    where o.id = org and number <> 0
    on conflict (org_id, category, subcategory, is_archived, slot) do update
    set items = n.items + excluded.items
$$;

create function items_added() returns trigger language plpgsql as $$
begin
    perform count_items(a.org_id, a.category, a.subcategory, a.is_archived, a.number)
    from (
        select org_id, category, subcategory, is_archived, count(*) as number
        from added
        group by org_id, category, subcategory, is_archived
        order by org_id, category, subcategory, is_archived
    ) a;
    return null;
end $$;

create function items_removed() returns trigger language plpgsql as $$
begin
    perform count_items(r.org_id, r.category, r.subcategory, r.is_archived, -r.number)
    from (
        select org_id, category, subcategory, is_archived, count(*) as number
        from removed
        group by org_id, category, subcategory, is_archived
        order by org_id, category, subcategory, is_archived
    ) r;
    return null;
end $$;

create function item_moved() returns trigger language plpgsql as $$
begin
    perform count_items(old.org_id, old.category, old.subcategory, old.is_archived, -1);
    perform count_items(new.org_id, new.category, new.subcategory, new.is_archived, 1);
    return null;
end $$;

create trigger items_added after insert on items
    referencing new table as added for each statement execute function items_added();
create trigger items_removed after delete on items
    referencing old table as removed for each statement execute function items_removed();
create trigger item_moved after update on items
    for each row
    when ((old.org_id, old.category, old.subcategory, old.is_archived)
        is distinct from (new.org_id, new.category, new.subcategory, new.is_archived))
    execute function item_moved();

insert into item_counts (org_id, category, subcategory, is_archived, slot, items)
select org_id, category, subcategory, is_archived, 0, count(*)
from items
group by org_id, category, subcategory, is_archived;
