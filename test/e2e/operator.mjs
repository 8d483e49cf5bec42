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
