-- Mail that is on its way, written in the transaction that causes it. `message` is the whole mail
-- (RFC 5322), sealed under a key made of SECRET_KEY, since it may hold a link that sets a password;
-- it is null once it was sent or given up. What is left is kept a while for the operator.
create table outbox (
    id              varchar(36) primary key,
    purpose         varchar(20) not null,
    recipient       text not null,
    message         text,
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null,
    -- Replies of the mail server so far that put this mail off.
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    -- Whose attempt is under way; next_attempt_at is when that lease ends.
    claim           varchar(36),
    sent_at         timestamptz,
    gave_up_at      timestamptz,
    last_error      text
);

create index outbox_due on outbox (next_attempt_at) where message is not null;
create index outbox_done on outbox (created_at) where message is null;

-- What the hourly job looks for: reminders that are to be mailed, and those that move on.
create index custom_reminders_unmailed on custom_reminders ((remind_date - remind_days_before))
    where not email_sent;
create index custom_reminders_repeating on custom_reminders (remind_date)
    where repeat in ('weekly', 'monthly', 'quarterly', 'yearly', 'biennial');
