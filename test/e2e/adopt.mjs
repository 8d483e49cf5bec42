// An original's database is recognised or refused, and taken over as a whole or not at all.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';

import {schema} from '../fixtures/original/vault.mjs';
import {describe, test} from '../support/suite.mjs';
import {program, server, until} from './lib/machine.mjs';
import {copy_of, fingerprint, new_secret, originals, psql, report_of, rows_of, schema_of, sound} from './lib/original.mjs';

describe('adopt');

/// A kinvault beside the empty tables of an original, changed by some SQL.
const bare = async (change) => {
    const {postgres, bare} = await originals();
    const kinvault = new server(copy_of(postgres, bare));
    psql(kinvault.database_url, change);
    return kinvault;
};

const fresh = async () => {
    const {postgres} = await originals();
    return new server(postgres.database());
};

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
    kinvault.secret = new_secret();
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
