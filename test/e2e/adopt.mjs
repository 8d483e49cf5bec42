// A vault of the original system is taken over: recognised or refused, reported on before, read whole
// after, and still there for the way back.
import {strict as assert} from 'node:assert';
import {spawn, spawnSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import * as crypto from '../fixtures/original/crypto.mjs';
import {break_vault, original, schema, sound_vault} from '../fixtures/original/vault.mjs';
import {describe, test} from '../support/suite.mjs';
import {cluster, program, server, until} from './lib/machine.mjs';
import {check_organization, copy_of, installed, login, made_by_browser, psql, rows_of, schema_of, visitor} from './lib/original.mjs';
import * as zk from './lib/zk.mjs';

describe('adopt');

const secret = () => randomBytes(32).toString('hex');
const sealed_password = 'sealed horse battery';
const gateway = process.env.KINVAULT_TEST_S3;

let shared;
/// A cluster of its own (others stop theirs), with databases to copy: the empty tables of an original,
/// and a vault whole and sound.
const common = () => {
    shared ??= (async () => {
        const postgres = await new cluster().start();
        const keys = await made_by_browser('zoe.sealed@example.org', sealed_password, 'Zoe Sealed');
        const vault = await sound_vault(secret(), keys);
        const bare_url = postgres.database();
        psql(bare_url, schema);
        const sound_url = postgres.database();
        psql(sound_url, vault.sql());
        return {postgres, keys, vault, bare: database_of(bare_url), whole: database_of(sound_url)};
    })();
    return shared;
};

const database_of = (url) => /\/([^/?]+)\?/.exec(url)[1];

const sound = async (options) => {
    const {postgres, vault, whole} = await common();
    return {vault, kinvault: await installed(postgres, vault, copy_of(postgres, whole), options)};
};

/// A kinvault beside the empty tables of an original, changed by some SQL.
const bare = async (change) => {
    const {postgres, bare} = await common();
    const kinvault = new server(copy_of(postgres, bare));
    psql(kinvault.database_url, change);
    return kinvault;
};

const fresh = async () => {
    const {postgres} = await common();
    return new server(postgres.database());
};

const report_of = (kinvault, ...words) => {
    const done = kinvault.command('adopt', '--dry-run', '--json', ...words);
    assert.ok([0, 1, 3].includes(done.status), done.errors);
    return {...JSON.parse(done.out), status: done.status};
};

const broken_of = (report) => Object.fromEntries(report.broken.map((one) => [one.what, one.count]));

/// Everything in the database, as one number.
const fingerprint = (url) => {
    const done = spawnSync('pg_dump', ['--inserts', url], {encoding: 'utf8', maxBuffer: 1 << 28});
    assert.equal(done.status, 0, done.stderr);
    return createHash('sha256').update(done.stdout.replace(/^\\(un)?restrict .*$/gm, '')).digest('hex');
};

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
    assert.equal(fingerprint(kinvault.database_url), before);
});

test('a dry run names what is broken already, and taking over does not stop there', async () => {
    const {postgres, keys} = await common();
    const vault = await sound_vault(secret(), keys);
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

test('a taken over database has the schema of a fresh one, but for the record of the original', async () => {
    const {kinvault} = await sound();
    const made = await fresh();
    assert.equal(made.command('migrate').status, 0);
    const done = kinvault.command('adopt', '--json');
    assert.equal(done.status, 0, done.errors);
    assert.equal(JSON.parse(done.out).adopted, true);
    assert.equal(psql(kinvault.database_url, 'SELECT version_num FROM alembic_version'), '022');
    psql(kinvault.database_url, 'DROP TABLE alembic_version');
    assert.equal(schema_of(kinvault.database_url), schema_of(made.database_url));
    const again = kinvault.command('adopt', '--json');
    assert.deepEqual([again.status, JSON.parse(again.out).adopted], [0, false]);
});

test('other names, other defaults and further indexes are no other state', async () => {
    const kinvault = await bare(`
        ALTER TABLE users DROP CONSTRAINT users_email_key; CREATE UNIQUE INDEX ix_users_email ON users (email);
        ALTER TABLE sessions RENAME CONSTRAINT sessions_token_key TO uq_token;
        ALTER TABLE items RENAME CONSTRAINT items_pkey TO pk_items;
        ALTER TABLE invitation_tokens DROP CONSTRAINT invitation_tokens_user_id_fkey,
            ADD CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id);
        ALTER TABLE items ALTER is_archived DROP DEFAULT, ALTER encryption_version SET DEFAULT 2;
        ALTER TABLE users ALTER created_at SET DEFAULT CURRENT_TIMESTAMP;
        CREATE INDEX ix_items_org_id ON items (org_id);`);
    const report = report_of(kinvault);
    assert.equal(report.adjustments.length, 7, report.adjustments.join('\n'));
    const done = kinvault.command('migrate');
    assert.equal(done.status, 0, done.errors);
    const made = await fresh();
    assert.equal(made.command('migrate').status, 0);
    psql(kinvault.database_url, 'DROP TABLE alembic_version; DROP INDEX ix_items_org_id');
    assert.equal(schema_of(kinvault.database_url), schema_of(made.database_url));
});

const other_states = {
    'an earlier revision': ["UPDATE alembic_version SET version_num = '021'", "alembic_version says '021' instead of '022'"],
    'no revision': ['DELETE FROM alembic_version', "alembic_version says '' instead of '022'"],
    'two revisions': ["INSERT INTO alembic_version VALUES ('023')", "alembic_version says '022, 023'"],
    'no record': ['DROP TABLE alembic_version', 'table alembic_version is missing'],
    'a missing table': ['DROP TABLE audit_log', 'table audit_log is missing'],
    'a further table': ['CREATE TABLE notes (n int)', 'table notes is unknown'],
    'a view': ['CREATE VIEW names AS SELECT name FROM items', 'view names is unknown'],
    'a missing column': ['ALTER TABLE items DROP encrypted_name', 'column items.encrypted_name is missing'],
    'a further column': ['ALTER TABLE items ADD colour text', 'column items.colour is unknown'],
    'another length': ['ALTER TABLE people ALTER phone TYPE varchar(60)', 'column people.phone is of type character varying(60) instead of character varying(50)'],
    'another type': ['ALTER TABLE file_attachments ALTER file_size TYPE bigint', 'column file_attachments.file_size is of type bigint instead of integer'],
    'a column that may be null': ['ALTER TABLE items ALTER name DROP NOT NULL', 'column items.name may be null'],
    'a column that may not': ['ALTER TABLE items ALTER notes SET NOT NULL', 'column items.notes may not be null'],
    'no uniqueness': ['ALTER TABLE org_memberships DROP CONSTRAINT uq_org_user', 'table org_memberships has no unique (org_id, user_id)'],
    'uniqueness of a part only': ["ALTER TABLE org_memberships DROP CONSTRAINT uq_org_user; CREATE UNIQUE INDEX p ON org_memberships (org_id, user_id) WHERE role = 'x'", 'table org_memberships has no unique'],
    'no reference': ['ALTER TABLE vehicles DROP CONSTRAINT vehicles_owner_id_fkey', 'table vehicles has no reference from (owner_id) to people on delete set null'],
    'another action': ['ALTER TABLE items DROP CONSTRAINT items_org_id_fkey, ADD FOREIGN KEY (org_id) REFERENCES organizations', 'table items has no reference from (org_id) to organizations on delete cascade'],
    'a further rule': ["ALTER TABLE people ADD CHECK (first_name <> '')", 'table people has the unknown constraint people_first_name_check'],
    'a database of somebody else': [`${[...schema.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, table]) => `DROP TABLE ${table} CASCADE;`).join('')} CREATE TABLE theirs (n int)`, 'table alembic_version is missing'],
};

for (const [name, [change, says]] of Object.entries(other_states)) {
    test(`${name} is refused with a line that says so`, async () => {
        const kinvault = await bare(change);
        const before = schema_of(kinvault.database_url);
        const report = report_of(kinvault);
        assert.deepEqual([report.status, report.state, report.can_be_adopted], [1, 'unknown', false]);
        assert.ok(report.refusals.some((line) => line.includes(says)), report.refusals.join('\n'));
        for (const command of ['adopt', 'serve']) {
            const done = kinvault.command(command);
            assert.equal(done.status, 1, `${command}: ${done.out}${done.errors}`);
            const line = done.errors.trim().split('\n').pop();
            assert.ok(line.startsWith('kinvault: the database is neither empty nor an original one at revision 022: ') && line.includes(says), line);
        }
        assert.equal(schema_of(kinvault.database_url), before);
    });
}

test('an empty database is nothing to adopt, and stays empty', async () => {
    const kinvault = await fresh();
    const done = kinvault.command('adopt');
    assert.notEqual(done.status, 0);
    assert.match(done.errors, /empty/);
    assert.equal(report_of(kinvault).state, 'empty');
    assert.equal(psql(kinvault.database_url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"), '0');
});

test('another SECRET_KEY than the original had is refused', async () => {
    const {kinvault} = await sound();
    const before = fingerprint(kinvault.database_url);
    kinvault.secret = secret();
    for (const command of ['adopt', 'serve']) {
        const done = kinvault.command(command);
        assert.equal(done.status, 1);
        assert.match(done.errors, /SECRET_KEY is not that of this vault: it opens none of the 3 organisations' keys/);
    }
    assert.match(report_of(kinvault).refusals.join('\n'), /SECRET_KEY/);
    assert.equal(fingerprint(kinvault.database_url), before);
});

test('rows that share an object are refused before anything is touched', async () => {
    const {vault, kinvault} = await sound();
    const [one, other] = vault.rows.file_attachments;
    psql(kinvault.database_url, `UPDATE file_attachments SET storage_key = '${one.storage_key}' WHERE id = '${other.id}'`);
    const report = report_of(kinvault);
    assert.equal(report.status, 1);
    assert.ok(report.refusals.includes(`2 rows of file_attachments name the object ${one.storage_key}`), report.refusals.join('\n'));
});

test('a role without the rights is told which', async () => {
    const {kinvault} = await sound();
    psql(kinvault.superuser_url, `ALTER TABLE items OWNER TO postgres; GRANT ALL ON items TO kinvault;
        ALTER DATABASE ${kinvault.database_name()} OWNER TO postgres; GRANT CONNECT, TEMP ON DATABASE ${kinvault.database_name()} TO kinvault`);
    const report = report_of(kinvault);
    assert.ok(report.refusals.includes('table items belongs to the role postgres, not to kinvault'), report.refusals.join('\n'));
    assert.ok(report.refusals.some((line) => line.includes('may not create extensions')), report.refusals.join('\n'));
    const done = kinvault.command('adopt');
    assert.equal(done.status, 1);
    assert.match(done.errors, /cannot be taken over: table items belongs/);
});

/// A psql that holds a transaction open until it is told to go on.
const old_server = (url) => {
    const process = spawn('psql', ['-X', '-q', '-A', '-t', url], {stdio: ['pipe', 'pipe', 'inherit']});
    let out = '';
    process.stdout.on('data', (data) => (out += data));
    return {
        say: (text) => process.stdin.write(`${text}\n`),
        has_said: (text) => until(`psql says ${text}`, () => out.includes(text)),
        end: async () => {
            process.stdin.end();
            await once(process, 'close');
        },
    };
};

const waits_for_lock = (url, query) =>
    until(`${query} waits`, () => psql(url, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '${query}%'`) === '1');

test('writes of the original before and after the take-over are kept apart from it', async () => {
    const {vault, kinvault} = await sound();
    const {ada} = vault.legacy;
    const insert = (id, token) => `INSERT INTO sessions (id, user_id, token, expires_at) VALUES ('${id}', '${ada.id}', '${token}', '2999-01-01');`;
    const first = old_server(kinvault.database_url);
    first.say(`BEGIN; ${insert('first', 'a'.repeat(64))} SELECT 'inserted';`);
    await first.has_said('inserted');

    const adopting = spawn(program, ['adopt'], {env: kinvault.env(), stdio: 'ignore'});
    const ended = once(adopting, 'exit');
    await waits_for_lock(kinvault.superuser_url, 'lock table');
    const second = old_server(kinvault.database_url);
    second.say(`${insert('second', 'b'.repeat(64))} SELECT 'late';`);
    await waits_for_lock(kinvault.superuser_url, 'insert into sessions');
    first.say('COMMIT;');
    assert.deepEqual(await ended, [0, null]);
    await second.has_said('late');
    await Promise.all([first.end(), second.end()]);
    const sessions = rows_of(kinvault.database_url, 'sessions');
    assert.equal(sessions.get('first').token, createHash('sha256').update('a'.repeat(64)).digest('hex'));
    assert.equal(sessions.get('second').token, 'b'.repeat(64));
});

test('a take-over that is killed leaves the original as it was', async () => {
    const {vault, kinvault} = await sound();
    const before = fingerprint(kinvault.database_url);
    const busy = old_server(kinvault.database_url);
    busy.say(`BEGIN; SELECT 'held' FROM users WHERE id = '${vault.legacy.ada.id}' FOR UPDATE;`);
    await busy.has_said('held');
    const adopting = spawn(program, ['adopt'], {env: kinvault.env(), stdio: 'ignore'});
    const ended = once(adopting, 'exit');
    await waits_for_lock(kinvault.superuser_url, 'lock table');
    adopting.kill('SIGKILL');
    await ended;
    busy.say('ROLLBACK;');
    await busy.end();
    assert.equal(fingerprint(kinvault.database_url), before);
    assert.equal(kinvault.command('adopt').status, 0);
});

// --- serve, with each store ---

const stores = {folder: {skip: ''}, gateway: {skip: gateway ? '' : 'needs KINVAULT_TEST_S3'}};

const make_bucket = async (kind) => {
    if (kind !== 'gateway') return undefined;
    const {bucket} = await import('./lib/s3.mjs');
    const one = new bucket(gateway, `adopt-${randomBytes(6).toString('hex')}`);
    await one.create();
    return one;
};

/// What taking over changes in the original's columns, row by row; everything else is as it was.
const expected_row = (table, row) => {
    const hashed = (token) => createHash('sha256').update(token).digest('hex');
    if (table === 'sessions' || (table === 'invitation_tokens' && row.purpose === 'password_reset')) return {...row, token: hashed(row.token)};
    if (table === 'custom_reminders') return {...row, remind_days_before: Math.max(0, Math.min(3650, row.remind_days_before))};
    return row;
};
const filled = new Set(['created_at', 'updated_at', 'is_archived', 'email_sent']);

const check_columns = (url, vault, except = () => false) => {
    for (const [table, rows] of Object.entries(vault.rows)) {
        const there = rows_of(url, table);
        for (const row of rows) {
            const found = there.get(row.id);
            for (const [name, value] of Object.entries(expected_row(table, row))) {
                if (name.startsWith('$') || except(table, name)) continue;
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

for (const [kind, {skip}] of Object.entries(stores)) {
    test(`serve takes a vault over, and everything is there (${kind})`, async () => {
        const bucket = await make_bucket(kind);
        const {vault, kinvault} = await sound({bucket});
        kinvault.database_url = kinvault.database_url.replace('postgresql:', 'postgresql+asyncpg:');
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
        await bucket?.destroy();
    }, {skip, seconds: 180});

    test(`what did not fit into the original's columns fits, and the way back stays open (${kind})`, async () => {
        const bucket = await make_bucket(kind);
        const {vault, kinvault} = await sound({bucket, env: {PASSWORD_HASH: 'bcrypt'}});
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
        const object = bucket ? await bucket.get(file.storage_key) : readFileSync(join(kinvault.blobs, file.storage_key));
        assert.ok(crypto.decrypt_file(org.$key, object, file.encryption_iv, file.encryption_tag).equals(bytes));
        const users = [...rows_of(url, 'users').values()];
        assert.ok(crypto.fits_bcrypt('a new good horse', users.find((user) => user.id === ada.id).password_hash));
        const comer = users.find((user) => user.email === 'new@example.org');
        assert.ok(crypto.fits_bcrypt('one more horse', comer.password_hash));
        const fresh = [...rows_of(url, 'organizations').values()].find((one) => one.created_by === comer.id);
        assert.equal(crypto.unwrap_key(master, fresh.encryption_key_enc).length, 32);
        check_for_the_original(url);
        await bucket?.destroy();
    }, {skip, seconds: 180});
}

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
