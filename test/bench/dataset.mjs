// A vault with many items and many other organisations, filled by SQL.
import {passport} from '../e2e/lib/client.mjs';
import {random_text} from './statements.mjs';

export const field_keys = ['full_name', 'passport_number', 'country', 'issue_date', 'expiration_date', 'place', 'authority', 'remark'];

/// An item of eight values as a zero-knowledge client sends it.
export const fresh_item = () => ({
    ...passport(),
    encryption_version: 2,
    fields: field_keys.map((field_key) => ({field_key, field_value: random_text(45)})),
});

/// Gives the user's organisation `items` more items of eight values and two files, and the vault
/// `organizations` more of one user and ten items each. Returns the user's organisation and the
/// newest of its filled items.
export const fill = async (postgres, vault, user, {items, organizations}) => {
    const one = await user.post('/api/items', fresh_item());
    const database = vault.database_name();
    const keys = `array[${field_keys.map((key) => `'${key}'`).join(', ')}]`;
    postgres.sql(`
        insert into items (id, org_id, created_by, category, subcategory, name, encryption_version, created_at)
        select gen_random_uuid(), i.org_id, i.created_by, i.category, i.subcategory, 'Passport ' || n, 2, now() - n * interval '1 minute'
        from items i, generate_series(1, ${items}) n where i.id = '${one.id}';
        create temporary table others as
        select gen_random_uuid()::text as u, gen_random_uuid()::text as o, n from generate_series(1, ${organizations}) n;
        insert into users (id, email, password_hash, full_name) select u, u || '@example.org', '', 'Somebody' from others;
        insert into organizations (id, name, encryption_key_enc, created_by) select o, 'Others', '', u from others;
        insert into org_memberships (id, org_id, user_id, role) select gen_random_uuid(), o, u, 'owner' from others;
        insert into sessions (id, user_id, token, expires_at)
        select gen_random_uuid(), u, encode(sha256(u::bytea), 'hex'), now() + interval '1 day' from others;
        insert into items (id, org_id, created_by, category, subcategory, name, encryption_version)
        select gen_random_uuid(), o, u, 'ids', 'passport', 'Passport', 2 from others, generate_series(1, 10);
        insert into item_field_values (id, item_id, field_key, field_value, field_type, position)
        select gen_random_uuid(), i.id, v.key, encode(sha256((i.id || v.key)::bytea), 'base64'), 'text', v.number - 1
        from items i, unnest(${keys}) with ordinality as v (key, number) where i.id <> '${one.id}';
        insert into file_attachments (id, item_id, uploaded_by, file_name, storage_key, file_size, mime_type, encryption_iv, encryption_tag, encryption_version)
        select gen_random_uuid(), i.id, i.created_by, 'scan' || n || '.pdf', gen_random_uuid(), 200000, 'application/pdf', '', '', 2
        from items i, generate_series(1, 2) n where i.org_id = '${one.org_id}';
    `, database);
    postgres.sql('vacuum analyze', database);
    const list = await user.get('/api/items?limit=2');
    return {org: one.org_id, item: list.items[1].id};
};
