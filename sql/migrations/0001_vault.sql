-- The tables of a vault, as installations of the original system have them at its revision 022.
-- An adopted database starts after this migration, an empty one with it; all that is ours comes in
-- the migrations that follow, so both kinds end in the same state.

create table users (
    id                             varchar(36) primary key,
    email                          varchar(255) not null constraint users_email_key unique,
    password_hash                  varchar(255) not null,
    full_name                      varchar(255) not null,
    created_at                     timestamptz default now(),
    updated_at                     timestamptz default now(),
    encrypted_private_key          text,
    public_key                     text,
    kdf_iterations                 integer not null default 600000,
    recovery_encrypted_private_key text
);

create table sessions (
    id         varchar(36) primary key,
    user_id    varchar(36) not null references users (id) on delete cascade,
    token      varchar(64) not null constraint sessions_token_key unique,
    expires_at timestamptz not null,
    created_at timestamptz default now()
);

create table organizations (
    id                 varchar(36) primary key,
    name               varchar(255) not null,
    encryption_key_enc text not null,
    created_by         varchar(36) not null references users (id),
    created_at         timestamptz default now(),
    updated_at         timestamptz default now()
);

create table org_memberships (
    id         varchar(36) primary key,
    org_id     varchar(36) not null references organizations (id) on delete cascade,
    user_id    varchar(36) not null references users (id) on delete cascade,
    role       varchar(20) not null default 'member',
    created_at timestamptz default now(),
    constraint uq_org_user unique (org_id, user_id)
);

create table org_member_keys (
    id                varchar(36) primary key,
    org_id            varchar(36) not null references organizations (id) on delete cascade,
    user_id           varchar(36) not null references users (id) on delete cascade,
    encrypted_org_key text not null,
    created_at        timestamptz default now(),
    constraint uq_org_member_key unique (org_id, user_id)
);

create table items (
    id                 varchar(36) primary key,
    org_id             varchar(36) not null references organizations (id) on delete cascade,
    created_by         varchar(36) not null references users (id),
    category           varchar(50) not null,
    subcategory        varchar(50) not null,
    name               varchar(255) not null,
    notes              text,
    is_archived        boolean default false,
    created_at         timestamptz default now(),
    updated_at         timestamptz default now(),
    encryption_version integer not null default 1,
    encrypted_name     text
);

create table item_field_values (
    id          varchar(36) primary key,
    item_id     varchar(36) not null references items (id) on delete cascade,
    field_key   varchar(100) not null,
    field_value text,
    field_type  varchar(20) default 'text',
    constraint uq_item_field unique (item_id, field_key)
);

create table file_attachments (
    id                 varchar(36) primary key,
    item_id            varchar(36) not null references items (id) on delete cascade,
    uploaded_by        varchar(36) not null references users (id),
    file_name          varchar(255) not null,
    storage_key        varchar(500) not null,
    file_size          integer not null,
    mime_type          varchar(100) not null,
    purpose            varchar(50),
    encryption_iv      varchar(32) not null,
    encryption_tag     varchar(32) not null,
    created_at         timestamptz default now(),
    encryption_version integer not null default 1,
    display_name       varchar(255)
);

create table custom_reminders (
    id                 varchar(36) primary key,
    item_id            varchar(36) not null references items (id) on delete cascade,
    org_id             varchar(36) not null references organizations (id) on delete cascade,
    created_by         varchar(36) not null references users (id),
    title              varchar(255) not null,
    remind_date        date not null,
    note               text,
    email_sent         boolean default false,
    created_at         timestamptz default now(),
    repeat             varchar(20),
    is_auto_generated  boolean not null default false,
    remind_days_before integer not null default 7
);

create table item_contacts (
    id                 varchar(36) primary key,
    item_id            varchar(36) not null references items (id) on delete cascade,
    org_id             varchar(36) not null references organizations (id) on delete cascade,
    label              varchar(100) not null,
    value              varchar(255) not null,
    contact_type       varchar(20) not null default 'phone',
    created_at         timestamptz default now(),
    sort_order         integer not null default 0,
    address_line1      varchar(255),
    address_line2      varchar(255),
    address_city       varchar(100),
    address_state      varchar(100),
    address_zip        varchar(20),
    encryption_version integer not null default 1
);

create table coverage_rows (
    id                     varchar(36) primary key,
    item_id                varchar(36) not null references items (id) on delete cascade,
    org_id                 varchar(36) not null references organizations (id) on delete cascade,
    service_key            varchar(100) not null,
    service_label          varchar(200) not null,
    sort_order             integer default 0,
    in_copay               varchar(50),
    in_coinsurance         varchar(50),
    in_deductible_applies  varchar(10),
    in_notes               text,
    out_copay              varchar(50),
    out_coinsurance        varchar(50),
    out_deductible_applies varchar(10),
    out_notes              text,
    coverage_limit         varchar(100),
    deductible             varchar(100),
    notes                  text,
    created_at             timestamptz default now(),
    updated_at             timestamptz default now()
);

create table coverage_plan_limits (
    id          varchar(36) primary key,
    item_id     varchar(36) not null references items (id) on delete cascade,
    org_id      varchar(36) not null references organizations (id) on delete cascade,
    limit_key   varchar(100) not null,
    limit_label varchar(200) not null,
    limit_value varchar(100),
    sort_order  integer default 0,
    created_at  timestamptz default now(),
    updated_at  timestamptz default now()
);

create table in_network_providers (
    id            varchar(36) primary key,
    item_id       varchar(36) not null references items (id) on delete cascade,
    org_id        varchar(36) not null references organizations (id) on delete cascade,
    provider_name varchar(255) not null,
    specialty     varchar(100),
    phone         varchar(50),
    address       text,
    network_tier  varchar(50),
    notes         text,
    created_at    timestamptz default now()
);

create table people (
    id                 varchar(36) primary key,
    org_id             varchar(36) not null references organizations (id) on delete cascade,
    first_name         varchar(100) not null,
    last_name          varchar(100) not null,
    photo_url          varchar(500),
    date_of_birth      date,
    email              varchar(255),
    phone              varchar(50),
    relationship       varchar(100),
    notes              text,
    can_login          boolean not null,
    user_id            varchar(36) references users (id) on delete set null,
    created_at         timestamptz default now(),
    updated_at         timestamptz default now(),
    encryption_version integer not null default 1
);

create table vehicles (
    id                varchar(36) primary key,
    org_id            varchar(36) not null references organizations (id) on delete cascade,
    name              varchar(100) not null,
    license_plate     varchar(20),
    vin               varchar(17),
    created_at        timestamptz default now(),
    updated_at        timestamptz default now(),
    acquired_date     date,
    owner_id          varchar(36) references people (id) on delete set null,
    primary_driver_id varchar(36) references people (id) on delete set null
);

create table item_vehicles (
    id         varchar(36) primary key,
    item_id    varchar(36) not null references items (id) on delete cascade,
    vehicle_id varchar(36) not null references vehicles (id) on delete cascade,
    org_id     varchar(36) not null references organizations (id) on delete cascade,
    created_at timestamptz default now(),
    constraint uq_item_vehicle unique (item_id, vehicle_id)
);

create table item_people (
    id         varchar(36) primary key,
    item_id    varchar(36) not null references items (id) on delete cascade,
    person_id  varchar(36) not null references people (id) on delete cascade,
    role       varchar(100),
    org_id     varchar(36) not null references organizations (id) on delete cascade,
    created_at timestamptz default now(),
    constraint uq_item_person_role unique (item_id, person_id, role)
);

create table item_links (
    id             varchar(36) primary key,
    parent_item_id varchar(36) not null references items (id) on delete cascade,
    child_item_id  varchar(36) not null references items (id) on delete cascade,
    link_type      varchar(50) not null,
    org_id         varchar(36) not null references organizations (id) on delete cascade,
    created_at     timestamptz default now(),
    constraint uq_child_item_link_type unique (child_item_id, link_type)
);

create table saved_contacts (
    id                 varchar(36) primary key,
    org_id             varchar(36) not null references organizations (id) on delete cascade,
    name               varchar(150) not null,
    company            varchar(150),
    role               varchar(100),
    email              varchar(255),
    phone              varchar(50),
    website            varchar(500),
    address            text,
    notes              text,
    created_at         timestamptz default now(),
    updated_at         timestamptz default now(),
    encryption_version integer not null default 1
);

create table item_saved_contacts (
    id               varchar(36) primary key,
    item_id          varchar(36) not null references items (id) on delete cascade,
    saved_contact_id varchar(36) not null references saved_contacts (id) on delete cascade,
    org_id           varchar(36) not null references organizations (id) on delete cascade,
    created_at       timestamptz default now(),
    constraint uq_item_saved_contact unique (item_id, saved_contact_id)
);

create table invitation_tokens (
    id         varchar(36) primary key,
    email      varchar(255) not null,
    token      varchar(64) not null constraint invitation_tokens_token_key unique,
    purpose    varchar(20) not null,
    person_id  varchar(36) references people (id) on delete cascade,
    org_id     varchar(36) references organizations (id) on delete cascade,
    user_id    varchar(36) references users (id) on delete cascade,
    expires_at timestamptz not null,
    created_at timestamptz default now(),
    used_at    timestamptz
);

create table audit_log (
    id         varchar(36) primary key,
    user_id    varchar(36) references users (id) on delete set null,
    org_id     varchar(36) references organizations (id) on delete set null,
    action     varchar(50) not null,
    detail     text,
    ip_address varchar(45),
    created_at timestamptz default now()
);
