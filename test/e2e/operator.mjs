// What an operator does at the command line: settings, migrations, a reset link.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {describe, test} from '../support/suite.mjs';
import {client, registered} from './lib/client.mjs';
import {common, folder, program, server} from './lib/machine.mjs';

describe('operator');

/// A server that is not started, on a fresh database.
const unstarted = async (env = {}) => {
    const {postgres} = await common();
    return new server(postgres.database(), {LISTEN: '127.0.0.1:0', ...env});
};

const lines = (done) => `${done.errors}${done.out}`.trim().split('\n');

test('--version and --help say what they should', async () => {
    const vault = await unstarted();
    const version = vault.command('--version');
    assert.equal(version.status, 0);
    assert.match(version.out, /\b\d+\.\d+\.\d+\b/);
    const help = vault.command('--help');
    assert.equal(help.status, 0);
    for (const word of ['serve', 'migrate', 'check-config', 'reset-link', '--config', '--listen']) assert.ok(help.out.includes(word), word);
});

test('an unknown command is refused', async () => {
    const done = (await unstarted()).command('sevre');
    assert.notEqual(done.status, 0);
    assert.match(lines(done).join('\n'), /sevre/);
});

const refusals = {
    'no SECRET_KEY': [{SECRET_KEY: undefined}, 'SECRET_KEY'],
    'a short SECRET_KEY': [{SECRET_KEY: '8fe1c3a90b'}, 'SECRET_KEY'],
    'the well-known SECRET_KEY': [{SECRET_KEY: 'change-me-in-production-change-me-in-production'}, 'SECRET_KEY'],
    'a SECRET_KEY_FILE that is not there': [{SECRET_KEY: undefined, SECRET_KEY_FILE: '/nowhere/key'}, 'SECRET_KEY'],
    'no DATABASE_URL': [{DATABASE_URL: undefined}, 'DATABASE_URL'],
    'a number that is none': [{RATE_LIMIT_PER_MINUTE: 'many'}, 'RATE_LIMIT_PER_MINUTE'],
    'a number out of range': [{POOL_SIZE: '0'}, 'POOL_SIZE'],
    'origins that are no JSON list': [{CORS_ORIGINS: 'http://localhost'}, 'CORS_ORIGINS'],
    'an unknown kind of store': [{BLOB_STORE: 'tape'}, 'BLOB_STORE'],
    'an address without a port': [{LISTEN: '127.0.0.1'}, 'LISTEN'],
};

for (const [name, [env, setting]] of Object.entries(refusals)) {
    test(`${name} stops the start with a line that names the setting`, async () => {
        const vault = await unstarted(env);
        const done = vault.command('serve');
        assert.ok(done.status > 0, `status ${done.status}`);
        const naming = lines(done).filter((line) => line.includes(setting));
        assert.equal(naming.length, 1, lines(done).join('\n'));
        const secret = env.SECRET_KEY ?? vault.secret;
        assert.ok(!lines(done).join('\n').includes(secret), 'the secret is shown');
    });
}

test('flags win over the environment, the environment over the file', async () => {
    const vault = await unstarted({IDLE_TIMEOUT: '42'});
    delete vault.extra.POOL_SIZE;
    const file = join(folder(), 'kinvault.conf');
    writeFileSync(file, 'idle_timeout = 41\nhead_timeout = 7\npool_size = 5\n');
    const shown = vault.command('check-config', '--config', file, '--pool-size', '6');
    assert.equal(shown.status, 0, lines(shown).join('\n'));
    for (const [name, value] of [['IDLE_TIMEOUT', 42], ['HEAD_TIMEOUT', 7], ['POOL_SIZE', 6]]) {
        assert.match(shown.out, new RegExp(`\\b${name}\\s+=?\\s*${value}\\b`), name);
    }
    assert.ok(!shown.out.includes(vault.secret), 'check-config shows no secret');
});

test('an unknown key in the file is refused by name', async () => {
    const vault = await unstarted();
    const file = join(folder(), 'kinvault.conf');
    writeFileSync(file, 'poolsize = 5\n');
    const done = vault.command('check-config', '--config', file);
    assert.notEqual(done.status, 0);
    assert.match(lines(done).join('\n'), /poolsize/);
});

test('a secret key is read from a file', async () => {
    const file = join(folder(), 'key');
    writeFileSync(file, '3b1f9c5e7a2d4860b3c1f9e5d7a28460\n', {mode: 0o600});
    const vault = await unstarted({SECRET_KEY: undefined, SECRET_KEY_FILE: file, LISTEN: undefined});
    delete vault.extra.LISTEN;
    await vault.start();
    assert.deepEqual(await vault.stop(), {code: 0, signal: null});
});

test('migrations that start at once on an empty database all succeed, and again do nothing', async () => {
    const vault = await unstarted();
    const all = Array.from({length: 4}, () => spawn(program, ['migrate'], {env: vault.env(), stdio: 'ignore'}));
    const codes = await Promise.all(all.map(async (one) => (await once(one, 'exit'))[0]));
    assert.deepEqual(codes, [0, 0, 0, 0]);
    assert.equal(vault.command('migrate').status, 0);
});

test('the DATABASE_URL of existing installations is understood', async () => {
    const {postgres} = await common();
    const url = postgres.database().replace('postgresql:', 'postgresql+asyncpg:');
    const done = new server(url, {LISTEN: '127.0.0.1:0'}).command('migrate');
    assert.equal(done.status, 0, lines(done).join('\n'));
});

test('a reset link lets a user in again, once, and no secret is logged', async () => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), {FRONTEND_URL: 'https://vault.example', LOG_LEVEL: 'trace'}).start();
    const user = await registered(vault.port);

    const unknown = vault.command('user', 'reset-link', 'nobody@example.org');
    assert.notEqual(unknown.status, 0);
    const done = vault.command('user', 'reset-link', user.email.toUpperCase());
    assert.equal(done.status, 0, done.errors);
    const token = /https:\/\/vault\.example\/reset-password\?token=([\w-]+)/.exec(done.out)?.[1];
    assert.ok(token, done.out);

    const http = new client(vault.port);
    const valid = await http.get(`/api/auth/validate-reset?token=${token}`);
    assert.equal(valid.valid, true);
    assert.equal(valid.email, user.email);
    const reset = {token, password: 'another good horse'};
    await http.post('/api/auth/reset-password', reset, 200);
    await http.post('/api/auth/reset-password', reset, 400);
    await user.get('/api/auth/me', 401);
    await http.post('/api/auth/login', {email: user.email, password: 'correct horse battery'}, 401);
    const again = await http.post('/api/auth/login', {email: user.email, password: reset.password}, 200);

    const stored = postgres.sql(`SELECT count(*) FROM sessions WHERE token = '${again.token}'`, vault.database_name());
    assert.equal(stored, '0', 'the database knows the session by its hash only');
    user.close();
    http.close();
    await vault.stop();
    for (const secret of [token, user.token, again.token, reset.password, 'correct horse battery', vault.secret]) {
        assert.ok(!vault.log.includes(secret), `the log has ${secret}`);
    }
});

// --- kinvault user, kinvault org ---

/// A command that must succeed; gives its JSON document.
const document_of = (vault, ...words) => {
    const done = vault.command(...words, '--json');
    assert.equal(done.status, 0, done.errors);
    return JSON.parse(done.out);
};

/// A command that must fail with one line that has `says`.
const refused = (vault, says, ...words) => {
    const done = vault.command(...words);
    assert.notEqual(done.status, 0, words.join(' '));
    const [line, ...more] = done.errors.trim().split('\n');
    assert.ok(line.includes(says) && more.length === 0, done.errors);
};

const audit = (postgres, vault, action) =>
    postgres.sql(`SELECT string_agg(coalesce(user_id, '-') || '|' || coalesce(org_id, '-') || '|' || coalesce(detail, '-') || '|' || ip_address, ' ' ORDER BY created_at, id) FROM audit_log WHERE action = '${action}'`, vault.database_name()).split(' ').filter(Boolean);

test('user create makes an account with a vault of its own, and a link for its password', async () => {
    const {postgres, vault} = await common();
    const made = document_of(vault, 'user', 'create', ' New.Person@Example.ORG ', ' Nöra  Person ');
    assert.deepEqual([made.email, made.full_name], ['new.person@example.org', 'Nöra  Person']);
    refused(vault, 'an account has this email already', 'user', 'create', 'new.person@example.org', 'Somebody');
    refused(vault, 'is not an email address', 'user', 'create', 'nobody', 'Somebody');
    refused(vault, 'a name has', 'user', 'create', 'a@example.org', '   ');
    refused(vault, 'usage', 'user', 'create', 'a@example.org');
    assert.ok(audit(postgres, vault, 'user_created').includes(`${made.id}|${made.org_id}|-|operator`));

    const http = new client(vault.port);
    const token = /token=([\w-]+)$/.exec(made.link)[1];
    await http.post('/api/auth/login', {email: made.email, password: ''}, 401);
    await http.post('/api/auth/reset-password', {token, password: 'a good first horse'}, 200);
    const signed_in = await http.post('/api/auth/login', {email: made.email, password: 'a good first horse'}, 200);
    assert.equal(signed_in.user.active_org_id, made.org_id);
    http.token = signed_in.token;
    const [org] = await http.get('/api/orgs');
    assert.equal(org.name, "Nöra  Person's Vault");
    const [person] = await http.get('/api/people');
    assert.deepEqual([person.first_name, person.last_name, person.status], ['Nöra', 'Person', 'active']);
    const item = await http.post('/api/items', {category: 'ids', subcategory: 'passport', name: 'P', fields: [{field_key: 'passport_number', field_value: 'X1'}]});
    assert.equal(item.fields[0].field_value, 'X1');
    http.close();
});

test('a disabled account is signed out and stays out until it is enabled again', async () => {
    const {postgres, vault} = await common();
    const user = await registered(vault.port);
    const link = document_of(vault, 'user', 'reset-link', user.email).link;
    const done = document_of(vault, 'user', 'disable', user.email.toUpperCase());
    assert.deepEqual(done, {id: user.user.id, changed: true, sessions: 1});
    assert.equal(document_of(vault, 'user', 'disable', user.email).changed, false);
    await user.get('/api/auth/me', 401);
    const http = new client(vault.port);
    const password = 'correct horse battery';
    const refusal = await http.post('/api/auth/login', {email: user.email, password}, 401);
    assert.equal(refusal.detail, 'Invalid email or password');
    const token = /token=([\w-]+)$/.exec(link)[1];
    await http.post('/api/auth/reset-password', {token, password: 'another good horse'}, 400);
    refused(vault, 'disabled', 'user', 'reset-link', user.email);
    const listed = document_of(vault, 'user', 'list').find((one) => one.id === user.user.id);
    assert.deepEqual([listed.disabled, listed.sessions, listed.organizations[0].role], [true, 0, 'owner']);

    assert.equal(document_of(vault, 'user', 'enable', user.email).changed, true);
    assert.equal(document_of(vault, 'user', 'enable', user.email).changed, false);
    await http.post('/api/auth/login', {email: user.email, password}, 200);
    refused(vault, 'no account has the email', 'user', 'disable', 'nobody@example.org');
    for (const action of ['user_disabled', 'user_enabled']) {
        assert.deepEqual(audit(postgres, vault, action), [`${user.user.id}|${user.user.active_org_id}|-|operator`]);
    }
    user.close();
    http.close();
});

test('user reset-sessions signs an account out everywhere', async () => {
    const {postgres, vault} = await common();
    const user = await registered(vault.port);
    const second = new client(vault.port);
    second.token = (await second.post('/api/auth/login', {email: user.email, password: 'correct horse battery'}, 200)).token;
    const other = await registered(vault.port);
    assert.deepEqual(document_of(vault, 'user', 'reset-sessions', user.email), {id: user.user.id, changed: true, sessions: 2});
    await user.get('/api/auth/me', 401);
    await second.get('/api/auth/me', 401);
    await other.get('/api/auth/me');
    assert.match(vault.command('user', 'reset-sessions', user.email).out, /^sessions ended: 0$/m);
    assert.equal(postgres.sql(`SELECT count(*) FROM audit_log WHERE action = 'sessions_ended' AND user_id = '${user.user.id}' AND ip_address = 'operator'`, vault.database_name()), '2');
    for (const one of [user, second, other]) one.close();
});

test('org list, members and set-role; there is one owner', async () => {
    const {postgres, vault} = await common();
    const [owner, member, stranger] = [await registered(vault.port), await registered(vault.port), await registered(vault.port)];
    const org = owner.user.active_org_id;
    await owner.post(`/api/orgs/${org}/invite`, {email: member.email, role: 'viewer'});
    const listed = document_of(vault, 'org', 'list').find((one) => one.id === org);
    assert.deepEqual([listed.owner, listed.members, listed.items], [owner.email, 2, 0]);
    const roles = () => Object.fromEntries(document_of(vault, 'org', 'members', org).map((one) => [one.user_id, one.role]));
    assert.deepEqual(roles(), {[owner.user.id]: 'owner', [member.user.id]: 'viewer'});
    assert.ok(vault.command('org', 'members', org).out.includes(member.email));
    assert.ok(vault.command('org', 'list').out.includes(org));

    const done = document_of(vault, 'org', 'set-role', org, member.email, 'admin');
    assert.deepEqual(done, {org_id: org, user_id: member.user.id, role: 'admin', role_before: 'viewer', owner_before: null});
    refused(vault, 'is the owner', 'org', 'set-role', org, owner.email, 'member');
    refused(vault, 'none of the roles', 'org', 'set-role', org, member.email, 'king');
    refused(vault, 'no member', 'org', 'set-role', org, stranger.email, 'member');
    refused(vault, 'no organisation', 'org', 'members', stranger.user.id);
    refused(vault, 'usage', 'org', 'set-role', org);
    const crowned = document_of(vault, 'org', 'set-role', org, member.email, 'owner');
    assert.equal(crowned.owner_before, owner.user.id);
    assert.deepEqual(roles(), {[owner.user.id]: 'admin', [member.user.id]: 'owner'});
    assert.equal(postgres.sql(`SELECT string_agg(detail, ', ' ORDER BY detail) FROM audit_log WHERE org_id = '${org}' AND action = 'role_changed' AND ip_address = 'operator'`, vault.database_name()),
        [`${member.user.id} from admin to owner`, `${member.user.id} from viewer to admin`, `${owner.user.id} from owner to admin`].sort().join(', '));
    for (const one of [owner, member, stranger]) one.close();
});
