// An original vault in a database and a store of its own, for the tests of taking one over: makes it
// from test/fixtures/original, reads rows past the server, and everything through the server.
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';

import {schema, sound_vault} from '../../fixtures/original/vault.mjs';
import {client} from './client.mjs';
import {cluster, server} from './machine.mjs';
import * as zk from './zk.mjs';

/// The keys of a zero-knowledge account, as its browser would have sent them to the original.
export const made_by_browser = async (email, password, full_name) => {
    let sent;
    const nobody = {post: async (_, body) => ((sent = body), {token: ''})};
    const {member} = await zk.register(nobody, email, password, full_name);
    const {public_key, encrypted_private_key, recovery_encrypted_private_key, kdf_iterations} = sent;
    return {
        columns: {public_key, encrypted_private_key, recovery_encrypted_private_key, kdf_iterations},
        proof: sent.master_password_hash, wrapped: sent.encrypted_org_key, member,
    };
};

/// psql with large texts both ways.
export const psql = (url, text) => {
    const done = spawnSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', '-', url], {encoding: 'utf8', input: text, maxBuffer: 1 << 28});
    if (done.status !== 0) throw new Error(`psql: ${done.stderr.slice(0, 2000)}`);
    return done.stdout.trim();
};

/// All rows of a table: id -> row.
export const rows_of = (url, table) => {
    const rows = JSON.parse(psql(url, `SET timezone = 'UTC'; SELECT coalesce(json_agg(t), '[]') FROM ${table} t`));
    return new Map(rows.map((row) => [row.id, row]));
};

/// The schema as text that two databases can be compared by.
export const schema_of = (url) => {
    const done = spawnSync('pg_dump', ['--schema-only', '--no-owner', url], {encoding: 'utf8', maxBuffer: 1 << 28});
    if (done.status !== 0) throw new Error(`pg_dump: ${done.stderr}`);
    return done.stdout.replace(/^\\(un)?restrict .*$/gm, '');
};

let numbers = 0;
/// A copy of a database; returns its URL.
export const copy_of = (postgres, name) => {
    numbers += 1;
    postgres.sql(`CREATE DATABASE copy${numbers} OWNER kinvault TEMPLATE ${name}`, 'postgres');
    return postgres.url(`copy${numbers}`);
};

/// A kinvault beside an original's database, with its files in the store, that has not been started.
export const installed = async (postgres, vault, url, env = {}) => {
    const one = new server(url, env);
    one.secret = vault.secret;
    one.superuser_url = postgres.url(one.database_name(), 'postgres');
    await one.make_store();
    // No store takes a key that leads out of it.
    for (const [key, bytes] of vault.objects) if (!key.includes('..')) await one.store.put(key, bytes);
    return one;
};

export const sealed_password = 'sealed horse battery';
export const new_secret = () => randomBytes(32).toString('hex');
const database_of = (url) => /\/([^/?]+)\?/.exec(url)[1];

let shared;
/// A cluster of its own (others stop theirs), with databases to copy: the empty tables of an original,
/// and a vault whole and sound.
export const originals = () => {
    shared ??= (async () => {
        const postgres = await new cluster().start();
        const keys = await made_by_browser('zoe.sealed@example.org', sealed_password, 'Zoe Sealed');
        const vault = await sound_vault(new_secret(), keys);
        const bare_url = postgres.database();
        psql(bare_url, schema);
        const sound_url = postgres.database();
        psql(sound_url, vault.sql());
        return {postgres, keys, vault, bare: database_of(bare_url), whole: database_of(sound_url)};
    })();
    return shared;
};

/// A sound vault: {vault, kinvault}.
export const sound = async (env) => {
    const {postgres, vault, whole} = await originals();
    return {vault, kinvault: await installed(postgres, vault, copy_of(postgres, whole), env)};
};

export const report_of = (kinvault, ...words) => {
    const done = kinvault.command('adopt', '--dry-run', '--json', ...words);
    assert.ok([0, 1, 3].includes(done.status), done.errors);
    return {...JSON.parse(done.out), status: done.status};
};

/// Everything in the database, as one number.
export const fingerprint = (url) => {
    const done = spawnSync('pg_dump', ['--inserts', url], {encoding: 'utf8', maxBuffer: 1 << 28});
    assert.equal(done.status, 0, done.stderr);
    return createHash('sha256').update(done.stdout.replace(/^\\(un)?restrict .*$/gm, '')).digest('hex');
};

/// A client with a session as the original made it, or after a login.
export const visitor = (port, token = '') => {
    const one = new client(port);
    one.token = token;
    return one;
};

export const login = async (port, {email, $password}) => {
    const one = new client(port);
    const answer = await one.post('/api/auth/login', {email, password: 'placeholder', master_password_hash: $password}, 200);
    one.token = answer.token;
    return one;
};

const in_org = async (http, org, path) => {
    const answer = await http.call('GET', path, {headers: {'x-org-id': org.id}});
    assert.equal(answer.status, 200, `${path}: ${answer.status} ${answer.body.toString('utf8').slice(0, 500)}`);
    return answer;
};

/// A timestamp of the fixture as the API writes it.
const wire_time = (iso) => {
    if (!iso) return undefined;
    const [, seconds, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(iso);
    return Number(fraction) ? `${seconds}.${fraction.padEnd(6, '0')}Z` : `${seconds}Z`;
};

/// Compares the members of `shown` that `expected` has; undefined ones are not compared.
const same = (shown, expected, what) => {
    for (const [name, value] of Object.entries(expected)) {
        if (value === undefined) continue;
        assert.deepEqual(shown[name], value ?? null, `${what}: ${name}`);
    }
};

const of_item = (vault, table, item) => vault.rows[table].filter((row) => row.item_id === item.id);
const by_id = (list) => new Map(list.map((row) => [row.id, row]));
const pick = (row, names) => Object.fromEntries(names.split(' ').map((name) => [name, row[name]]));
const clamp = (days) => Math.max(0, Math.min(3650, days));

const check_list = (shown, rows, expected, what) => {
    const found = by_id(shown);
    assert.equal(shown.length, rows.length, `${what}: how many`);
    for (const row of rows) same(found.get(row.id) ?? {}, {id: row.id, ...expected(row)}, what);
};

/// Everything that belongs to one item.
const check_item = async (http, org, vault, item) => {
    const get = async (path) => (await in_org(http, org, path)).json;
    const what = `item ${item.name.slice(0, 20)}`;
    const shown = await get(`/api/items/${item.id}`);
    same(shown, {
        ...pick(item, 'id category subcategory name notes'), org_id: org.id, is_archived: item.is_archived ?? false,
        encryption_version: item.encryption_version === 2 ? 2 : 1, created_at: wire_time(item.created_at), updated_at: wire_time(item.updated_at),
    }, what);
    const fields = new Map(shown.fields.map((field) => [field.field_key, field]));
    const values = of_item(vault, 'item_field_values', item);
    assert.equal(fields.size, values.length, `${what}: fields`);
    for (const row of values) same(fields.get(row.field_key) ?? {}, {field_value: row.$plain, field_type: row.field_type}, `${what}: ${row.field_key}`);
    check_list(shown.files, of_item(vault, 'file_attachments', item), (row) => ({
        ...pick(row, 'file_name display_name file_size mime_type purpose'), created_at: wire_time(row.created_at),
    }), `${what}: files`);
    const contacts = await get(`/api/contacts?item_id=${item.id}`);
    check_list(contacts, of_item(vault, 'item_contacts', item), (row) => pick(row, 'label value contact_type sort_order encryption_version address_line1 address_line2 address_city address_state address_zip'), `${what}: contacts`);
    const reminders = (await get(`/api/reminders/custom?item_id=${item.id}`)).filter((one) => one.is_custom);
    check_list(reminders, of_item(vault, 'custom_reminders', item), (row) => ({
        field_label: row.title, date: row.remind_date, note: row.note, repeat: row.repeat, is_auto_generated: row.is_auto_generated ?? false, remind_days_before: clamp(row.remind_days_before),
    }), `${what}: reminders`);
    if (!item.is_archived) await check_item_lists(get, vault, item, what);
};

const check_item_lists = async (get, vault, item, what) => {
    check_list(await get(`/api/coverage/rows?item_id=${item.id}`), of_item(vault, 'coverage_rows', item), (row) => pick(row, 'service_key service_label in_copay in_coinsurance in_deductible_applies in_notes out_copay out_coinsurance out_deductible_applies out_notes coverage_limit deductible notes'), `${what}: coverage`);
    check_list(await get(`/api/coverage/limits?item_id=${item.id}`), of_item(vault, 'coverage_plan_limits', item), (row) => pick(row, 'limit_key limit_label limit_value sort_order'), `${what}: limits`);
    check_list(await get(`/api/coverage/providers?item_id=${item.id}`), of_item(vault, 'in_network_providers', item), (row) => pick(row, 'provider_name specialty phone address network_tier notes'), `${what}: providers`);
    check_list(await get(`/api/people/item/${item.id}`), of_item(vault, 'item_people', item), (row) => pick(row, 'person_id item_id role'), `${what}: people`);
    check_list(await get(`/api/saved-contacts/item/${item.id}`), of_item(vault, 'item_saved_contacts', item), (row) => pick(row, 'saved_contact_id item_id'), `${what}: saved contacts`);
    const vehicles = await get(`/api/vehicles/item/${item.id}`);
    assert.deepEqual(vehicles.map((one) => one.id), of_item(vault, 'item_vehicles', item).map((row) => row.vehicle_id), `${what}: vehicles`);
    for (const link of vault.rows.item_links.filter((row) => row.parent_item_id === item.id)) {
        const children = await get(`/api/item-links/children/${item.id}?link_type=${encodeURIComponent(link.link_type)}`);
        assert.deepEqual(children.map((one) => [one.id, one.item_id]), [[link.id, link.child_item_id]], `${what}: children`);
    }
};

/// Reads all of an organisation through the API and compares it with the fixture, files byte for byte.
export const check_organization = async (http, vault, org) => {
    const get = async (path) => (await in_org(http, org, path)).json;
    const items = vault.rows.items.filter((row) => row.org_id === org.id);
    const page = await get('/api/items?include_archived=true&limit=1000');
    assert.equal(page.total, items.length);
    for (const item of items) await check_item(http, org, vault, item);
    const ids = new Set(items.map((item) => item.id));
    for (const row of vault.rows.file_attachments.filter((file) => ids.has(file.item_id))) {
        const answer = await in_org(http, org, `/api/files/${row.id}`);
        assert.ok(answer.body.equals(row.$bytes), `file ${row.file_name.slice(0, 20)}`);
    }
    const mine = (table) => vault.rows[table].filter((row) => row.org_id === org.id);
    check_list(await get('/api/people?limit=1000'), mine('people'), (row) => ({
        ...pick(row, 'first_name last_name photo_url date_of_birth email phone relationship notes can_login user_id encryption_version'), created_at: wire_time(row.created_at), updated_at: wire_time(row.updated_at),
    }), 'people');
    check_list(await get('/api/vehicles?limit=1000'), mine('vehicles'), (row) => pick(row, 'name license_plate vin acquired_date owner_id primary_driver_id'), 'vehicles');
    check_list(await get('/api/saved-contacts?limit=1000'), mine('saved_contacts'), (row) => pick(row, 'name company role email phone website address notes encryption_version'), 'saved contacts');
    const shown = await get(`/api/orgs/${org.id}`);
    same(shown, {...pick(org, 'id name created_by'), created_at: wire_time(org.created_at)}, 'organisation');
    const memberships = mine('org_memberships');
    check_list(shown.members, memberships, (row) => ({...pick(row, 'user_id role'), email: vault.rows.users.find((user) => user.id === row.user_id).email}), 'members');
};
