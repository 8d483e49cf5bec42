create table pets (
    id         varchar(36) primary key,
    org_id     varchar(36) not null references organizations (id) on delete cascade,
    name       varchar(100) not null,
    born       date,
    created_at timestamptz not null default now()
);

create index pets_org on pets (org_id, name);
