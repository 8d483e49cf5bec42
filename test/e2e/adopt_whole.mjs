// A whole vault of the original system: reported on before, read byte for byte after, and still there
// for the way back.
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import * as crypto from '../fixtures/original/crypto.mjs';
import {break_vault, original, schema, sound_vault} from '../fixtures/original/vault.mjs';
import {describe, test} from '../support/suite.mjs';
import {folder, program} from './lib/machine.mjs';
import {check_organization, fingerprint, installed, login, new_secret, originals, psql, report_of, rows_of, sealed_password, sound, visitor} from './lib/original.mjs';
import * as zk from './lib/zk.mjs';

describe('adopt whole');

const broken_of = (report) => Object.fromEntries(report.broken.map((one) => [one.what, one.count]));

test('a dry run finds all of a sound vault readable and touches nothing', async () => {
    const {vault, kinvault} = await sound();
    const before = fingerprint(kinvault.database_url);
    const report = report_of(kinvault, '--files', 'all');
    assert.equal(report.status, 0, JSON.stringify(report));
    assert.deepEqual([report.state, report.can_be_adopted, report.refusals, report.broken], ['original', true, [], []]);
    assert.deepEqual(report.organizations, {total: 3, readable: 3});
    assert.deepEqual(report.fields, {total: 8, decrypted: 7, plain: 1, unreadable: 0});
    const files = vault.rows.file_attachments;
    const v1 = files.filter((row) => row.encryption_version === 1).length;
    assert.deepEqual(report.files, {total: files.length, present: files.length, version_1: v1, decrypted: v1, not_tried: 0, extra_objects: 0});
    const sample = report_of(kinvault, '--files', '2').files;
    assert.deepEqual([sample.decrypted, sample.not_tried], [2, v1 - 2]);
    const text = kinvault.command('adopt', '--dry-run');
    assert.match(text.out, /Nothing is broken[^]*Nothing was changed/);
    assert.equal(text.errors, '', 'so short a run says nothing in a log of how far it is');
    const terminal = spawnSync('script', ['-qefc', `${program} adopt --dry-run --files all`, '/dev/null'], {env: kinvault.env(), encoding: 'utf8', timeout: 60_000});
    assert.match(terminal.stdout, /\r\w[\w ]* \[[#.]{30}\] +\d+ %  \d+ of \d+, \d+\/s/);
    assert.match(terminal.stdout, /\r\x1b\[KThis is an original vault/, 'the bar is gone when the report comes');
    assert.equal(fingerprint(kinvault.database_url), before);
});

test('a dry run names what is broken already, and taking over does not stop there', async () => {
    const {postgres, keys} = await originals();
    const vault = await sound_vault(new_secret(), keys);
    const {expected, dangling, seven, three, lost, changed} = break_vault(vault);
    const kinvault = await installed(postgres, vault, postgres.database());
    psql(kinvault.database_url, vault.sql());
    psql(kinvault.superuser_url, dangling);
    const report = report_of(kinvault, '--files', 'all');
    assert.deepEqual(broken_of(report), expected);
    assert.equal(report.status, 3);
    assert.ok(report.can_be_adopted);
    assert.equal(report.files.extra_objects, 1);
    assert.deepEqual(report.organizations, {total: 4, readable: 3});
    for (const word of [lost.storage_key, changed.id]) assert.ok(JSON.stringify(report.broken).includes(word), word);

    assert.equal(kinvault.command('adopt').status, 0);
    await kinvault.start();
    const ada = await login(kinvault.port, vault.legacy.ada);
    const item = await ada.get(`/api/items/${seven.id}`);
    assert.deepEqual([item.encryption_version, item.fields[0].field_value], [1, 'stored in clear']);
    const page = await ada.call('GET', `/api/files/${three.id}`);
    assert.equal(page.body.toString(), three.$bytes.toString());
    assert.ok(!page.headers['content-type'].includes('html'), page.headers['content-type']);
    await ada.get(`/api/files/${lost.id}`, 502);
    await ada.get(`/api/files/${changed.id}`, 502);
    ada.close();
    await kinvault.stop();
});

/// What taking over changes in the original's columns, row by row; everything else is as it was.
const expected_row = (table, row) => {
    const hashed = (token) => createHash('sha256').update(token).digest('hex');
    if (table === 'sessions' || (table === 'invitation_tokens' && row.purpose === 'password_reset')) return {...row, token: hashed(row.token)};
    if (table === 'custom_reminders') return {...row, remind_days_before: Math.max(0, Math.min(3650, row.remind_days_before))};
    return row;
};
const filled = new Set(['created_at', 'updated_at', 'is_archived', 'email_sent']);

/// Sessions and links that nobody can use any more: the server may have cleaned them away already.
const ended = (table, row) =>
    ['sessions', 'invitation_tokens'].includes(table) && (Boolean(row.used_at) || new Date(row.expires_at) <= new Date());

const check_columns = (url, vault) => {
    for (const [table, rows] of Object.entries(vault.rows)) {
        const there = rows_of(url, table);
        for (const row of rows) {
            const found = there.get(row.id);
            if (!found && ended(table, row)) continue;
            for (const [name, value] of Object.entries(expected_row(table, row))) {
                if (name.startsWith('$')) continue;
                const what = `${table}.${name}`;
                if (value === null || value === undefined) {
                    if (filled.has(name)) assert.notEqual(found[name], null, what);
                    else assert.equal(found[name], null, what);
                } else if (/(_at)$/.test(name)) {
                    assert.equal(found[name].replace(/\.?0*\+00:00$/, ''), value.replace(/\.?0*Z$/, ''), what);
                } else {
                    assert.deepEqual(found[name], value, what);
                }
            }
        }
    }
};

test('serve takes a vault over, and everything is there', async () => {
    const {vault, kinvault} = await sound();
    kinvault.database_url = kinvault.database_url.replace('postgresql:', 'postgresql+asyncpg:');
    kinvault.extra.AUDIT_RETENTION_DAYS = '0';
    await kinvault.serve();
    const {legacy, sealed, limits} = vault;
    const url = kinvault.database_url.replace('+asyncpg', '');
    check_columns(url, vault);

    // Nobody is logged out, and who was is.
    for (const session of [...legacy.sessions, ...sealed.sessions, limits.session]) {
        const me = await visitor(kinvault.port, session.token).get('/api/auth/me');
        assert.equal(me.id, session.user_id);
    }
    await visitor(kinvault.port, legacy.expired.token).get('/api/auth/me', 401);
    await visitor(kinvault.port, createHash('sha256').update(legacy.sessions[0].token).digest('hex')).get('/api/auth/me', 401);

    // Old passwords, as the original counts their bytes.
    for (const user of [legacy.ada, legacy.ben, legacy.cat, limits.user]) (await login(kinvault.port, user)).close();
    (await login(kinvault.port, {...legacy.cat, $password: `${'x'.repeat(72)}another tail`})).close();
    await visitor(kinvault.port).post('/api/auth/login', {email: legacy.ada.email, password: 'wrong'}, 401);

    const zoe = visitor(kinvault.port);
    const {member} = await zk.login(zoe, sealed.zoe.email, sealed_password);
    const item = await zoe.get(`/api/items/${sealed.item.id}`);
    assert.equal(await member.decrypt_text(item.notes), 'sealed notes');
    const file = await zoe.call('GET', `/api/files/${sealed.file.id}`);
    assert.ok((await member.decrypt_file(file.body)).equals(sealed.file.$plain));

    const ada = visitor(kinvault.port, legacy.sessions[0].token);
    await check_organization(ada, vault, legacy.org);
    await check_organization(zoe, vault, sealed.org);
    await check_organization(visitor(kinvault.port, limits.session.token), vault, limits.org);
    await check_organization(await login(kinvault.port, legacy.cat), vault, sealed.org);

    // Invitations and reset links that are on their way still lead somewhere.
    assert.equal((await ada.get(`/api/auth/validate-invite?token=${'i'.repeat(64)}`)).valid, true);
    assert.equal((await ada.get(`/api/auth/validate-reset?token=${'r'.repeat(64)}`)).valid, true);

    // Search finds what is stored in clear, and nothing by ciphertext.
    const found = async (text) => (await ada.get(`/api/search?q=${encodeURIComponent(text)}`)).items.map((one) => one.name);
    assert.deepEqual(await found('MARMALADE'), ['Passport of Ada']);
    assert.deepEqual(await found('1234567'), []);
    const stored = vault.rows.item_field_values.find((row) => row.$plain === 'X1234567').field_value;
    assert.deepEqual(await found(stored.slice(0, 6)), []);
    await kinvault.stop();
}, {seconds: 180});

test('what did not fit into the columns of the original fits, and the way back stays open', async () => {
    const {vault, kinvault} = await sound({PASSWORD_HASH: 'bcrypt'});
    await kinvault.serve();
    const {ada, org, passport, policy} = vault.legacy;
    const http = await login(kinvault.port, ada);
    const before = rows_of(kinvault.database_url, 'users').get(ada.id).password_hash;
    assert.equal(before, ada.password_hash, 'a login leaves the hash that the original understands');

    const long = randomBytes(200).toString('base64');
    const person = await http.post('/api/people', {first_name: 'New', last_name: 'Person', phone: long, encryption_version: 2});
    const contact = await http.post('/api/contacts', {item_id: policy.id, label: 'New', value: long, contact_type: 'address', encryption_version: 2, address_line1: long, address_line2: long, address_city: long, address_state: long, address_zip: long});
    const saved = await http.post('/api/saved-contacts', {name: 'New', email: long, phone: long, encryption_version: 2});
    assert.deepEqual([person.phone, contact.address_zip, contact.value, saved.email, saved.phone], Array(5).fill(long));
    const [column] = JSON.parse(psql(kinvault.database_url, "SELECT json_agg(data_type) FROM information_schema.columns WHERE table_name = 'file_attachments' AND column_name = 'file_size'"));
    assert.equal(column, 'bigint');

    // New things are there for the original as well: encrypted as it does, every column filled.
    const made = await http.post('/api/items', {category: 'ids', subcategory: 'passport', name: 'Made here', fields: [{field_key: 'passport_number', field_value: 'N-1 🜚'}, {field_key: 'full_name', field_value: 'Ada'}]});
    const edited = await http.json('PATCH', `/api/items/${passport.id}`, {fields: [{field_key: 'passport_number', field_value: 'changed'}]});
    assert.ok(edited.updated_at > '2026', 'a change moves updated_at');
    const bytes = randomBytes(100_000);
    const upload = await http.upload(made.id, bytes, {name: 'new.pdf', type: 'application/pdf', fields: {encryption_version: '1'}});
    assert.equal(upload.status, 201);
    await http.post('/api/reminders/custom', {item_id: made.id, title: 'New', remind_date: '2030-01-01'});
    await http.post('/api/vehicles', {name: 'New'});
    await http.json('PUT', '/api/coverage/rows', {item_id: policy.id, rows: [{service_key: 'a', service_label: 'A'}]});
    const changed = await http.post('/api/auth/change-password', {current_password: ada.$password, new_password: 'a new good horse'}, 200);
    assert.equal(changed.message, 'Password changed successfully');
    const other = visitor(kinvault.port);
    await other.post('/api/auth/register', {email: 'new@example.org', password: 'one more horse', full_name: 'New Comer'});
    await kinvault.stop();

    const url = kinvault.database_url;
    const master = crypto.master_key(vault.secret);
    const value_of = (item, key) => [...rows_of(url, 'item_field_values').values()].find((row) => row.item_id === item.id && row.field_key === key).field_value;
    assert.equal(crypto.decrypt_field(org.$key, value_of(made, 'passport_number')), 'N-1 🜚');
    assert.equal(crypto.decrypt_field(org.$key, value_of(passport, 'passport_number')), 'changed');
    const file = rows_of(url, 'file_attachments').get(upload.json.id);
    const object = await kinvault.store.get(file.storage_key);
    assert.ok(crypto.decrypt_file(org.$key, object, file.encryption_iv, file.encryption_tag).equals(bytes));
    const users = [...rows_of(url, 'users').values()];
    assert.ok(crypto.fits_bcrypt('a new good horse', users.find((user) => user.id === ada.id).password_hash));
    const comer = users.find((user) => user.email === 'new@example.org');
    assert.ok(crypto.fits_bcrypt('one more horse', comer.password_hash));
    const fresh = [...rows_of(url, 'organizations').values()].find((one) => one.created_by === comer.id);
    assert.equal(crypto.unwrap_key(master, fresh.encryption_key_enc).length, 32);
    check_for_the_original(url);
}, {seconds: 180});

test('a SECRET_KEY that is too weak to go on with is left behind', async () => {
    const {postgres, keys} = await originals();
    const vault = await sound_vault('changeme', keys);
    const kinvault = await installed(postgres, vault, postgres.database());
    psql(kinvault.database_url, vault.sql());
    assert.match(kinvault.command('adopt').errors, /SECRET_KEY: is a well-known default/);
    kinvault.secret = new_secret();
    assert.match(kinvault.command('adopt').errors, /SECRET_KEY is not that of this vault/);
    const file = join(folder(), 'old_key');
    writeFileSync(file, 'changeme\n');
    const words = ['--original-secret-key-file', file];
    assert.equal(report_of(kinvault, ...words).organizations.readable, 3);
    assert.match(kinvault.command('adopt', '--original-secret-key-file', '/nowhere/key').errors, /nowhere/);
    const done = kinvault.command('adopt', ...words);
    assert.equal(done.status, 0, done.errors);
    await kinvault.serve();
    const http = visitor(kinvault.port, vault.legacy.sessions[0].token);
    await check_organization(http, vault, vault.legacy.org);
    http.close();
    await kinvault.stop();
    const wrapped = rows_of(kinvault.database_url, 'organizations').get(vault.legacy.org.id).encryption_key_enc;
    assert.ok(crypto.unwrap_key(crypto.master_key(kinvault.secret), wrapped).equals(vault.legacy.org.$key));
});

/// As the original does it: inserts name its columns only, reads expect what it declares not null.
const check_for_the_original = (url) => {
    const questions = [];
    for (const [, table, body] of schema.matchAll(/^CREATE TABLE (\w+) \(\n(.*?)\n\);$/gms)) {
        for (const [, name, , rest] of body.matchAll(/^ {4}([a-z]\w*) ([A-Z]+)(.*)$/gm)) {
            const empty = rest.includes('NOT NULL') ? `${name} IS NULL` : `false AND ${name} IS NULL`;
            questions.push(`SELECT '${table}.${name}' WHERE EXISTS (SELECT FROM ${table} WHERE ${empty})`);
        }
    }
    // A column that is gone is an error.
    assert.equal(psql(url, questions.join(' UNION ALL ')), '');
    const old = new original('as it was');
    const user = old.user('Of The Original', 'written by the original');
    const org = old.organization('Made by the original', user);
    old.session(user);
    const item = old.item(org, user, 'ids', 'passport', 'Made by the original');
    old.secret_field(org, item, 'passport_number', 'o');
    old.file(org, item, user, 'o.pdf', 'application/pdf', Buffer.from('o'));
    old.part('custom_reminders', org, item, {created_by: user.id, title: 'o', remind_date: '2030-01-01'});
    old.part('item_contacts', org, item, {label: 'o', value: 'o'});
    old.part('coverage_rows', org, item, {service_key: 'o', service_label: 'o'});
    old.part('coverage_plan_limits', org, item, {limit_key: 'o', limit_label: 'o'});
    old.part('in_network_providers', org, item, {provider_name: 'o'});
    const person = old.dated('people', {org_id: org.id, first_name: 'o', last_name: 'o', can_login: false});
    const vehicle = old.dated('vehicles', {org_id: org.id, name: 'o', owner_id: person.id});
    old.part('item_vehicles', org, item, {vehicle_id: vehicle.id});
    old.part('item_people', org, item, {person_id: person.id});
    old.dated('item_links', {parent_item_id: item.id, child_item_id: item.id, link_type: 'o', org_id: org.id});
    const contact = old.dated('saved_contacts', {org_id: org.id, name: 'o'});
    old.part('item_saved_contacts', org, item, {saved_contact_id: contact.id});
    old.dated('org_member_keys', {org_id: org.id, user_id: user.id, encrypted_org_key: 'o'});
    old.dated('invitation_tokens', {email: 'o', token: 'o', purpose: 'invite', expires_at: '2030-01-01'});
    old.dated('audit_log', {action: 'o'});
    psql(url, old.sql().replace(schema, ''));
};
