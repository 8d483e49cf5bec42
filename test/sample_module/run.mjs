// Follows README's "A new module" with the module that lies here, in a copy of the checkout: it
// compiles, migrates and serves, and is removed again. `node test/sample_module/run.mjs [--verbose]`
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {after, describe, run, run_options, test} from '../support/suite.mjs';

describe('sample module');

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const scratch = join(root, 'build/sample_module');
const program = join(scratch, 'build/debug/kinvault');
const migrations = join(scratch, 'sql/migrations');
const files = ['sql/queries/pets.sql', 'domain/pets', 'server/routes/pets.cpp'];
const registered = ['server/routes/routes.hpp', 'server/application.cpp'];

// The machine looks for the program when it is loaded.
process.env.KINVAULT_PROGRAM = program;
const {cluster, clear, server} = await import('../e2e/lib/machine.mjs');
const {client, passport, registered: new_account} = await import('../e2e/lib/client.mjs');

const not_copied = new Set(['.git', 'build', 'var', 'node_modules']);

const copy_checkout = () => {
    mkdirSync(scratch, {recursive: true});
    for (const name of readdirSync(scratch)) if (name !== 'build') rmSync(join(scratch, name), {recursive: true});
    for (const name of readdirSync(root)) {
        if (!not_copied.has(name)) cpSync(join(root, name), join(scratch, name), {recursive: true, preserveTimestamps: true});
    }
};

let built = false;
/// As ./up builds, without optimising; what is not new comes from ccache.
const build = () => {
    built = false;
    const script = 'root=$1; . "$root/config/setup/common.sh"; build debug kinvault -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0';
    const done = spawnSync('bash', ['-c', script, 'bash', scratch], {encoding: 'utf8', timeout: 1_800_000});
    assert.equal(done.status, 0, done.stdout + done.stderr);
    built = true;
};

const next_number = () => String(readdirSync(migrations).length + 1).padStart(4, '0');

/// Steps 1 to 5: the module's own files.
const add_files = () => {
    for (const name of files) cpSync(join(here, name), join(scratch, name), {recursive: true});
    cpSync(join(here, 'sql/migrations/NNNN_pets.sql'), join(migrations, `${next_number()}_pets.sql`));
};

/// Step 6: what names `vehicles` is there once more for `pets`.
const register = () => {
    const piece = /^(?:namespace \S*vehicles? \{\n(?:.*\n)*?\}|.*vehicles?\b.*)\n/gm;
    for (const name of registered) {
        const path = join(scratch, name);
        const text = readFileSync(path, 'utf8');
        const both = text.replace(piece, (found) => found + found.replaceAll('vehicle', 'pet'));
        assert.notEqual(both, text, `${name} names vehicles`);
        writeFileSync(path, both);
    }
};

/// Step 7: who may.
const expect_access = () => {
    const path = join(scratch, 'test/e2e/lib/expected.mjs');
    const lines = ["'GET /api/pets': viewer('own')", "'POST /api/pets': member('own')", "'DELETE /api/pets/{id}': member(missing('Pet'))"];
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/(export const expected = \{\n)/, (begin) => `${begin}    ${lines.join(',\n    ')},\n`));
};

const unregister = () => {
    for (const name of registered) cpSync(join(root, name), join(scratch, name));
};

let database;
after(clear);

/// Migrates the one database of this test and serves it while `body` runs.
const served = async (body) => {
    if (!database) database = (await new cluster().start()).database();
    const vault = await new server(database).start();
    try {
        await body(vault);
    } finally {
        await vault.stop();
    }
};

const refused = async (http, method, path, status, detail) => {
    const answer = await http.call(method, path, {headers: {'content-type': 'application/json'}, body: method === 'POST' ? '{"name":""}' : undefined});
    assert.equal(answer.status, status, answer.body.toString());
    if (detail) assert.deepEqual(answer.json, {detail});
    return answer;
};

let account;

test('it compiles, migrates and serves', async () => {
    assert.match(readFileSync(join(root, 'README.md'), 'utf8'), /## A new module\n[^]*`pets`/);
    copy_checkout();
    add_files();
    register();
    expect_access();
    build();
    await served(async (vault) => {
        const one = await new_account(vault.port);
        await one.post('/api/items', passport());
        const rex = await one.post('/api/pets', {name: 'Rex', born: '2024-02-29'});
        assert.deepEqual(Object.keys(rex), ['id', 'name', 'born', 'created_at']);
        await one.post('/api/pets', {name: 'Ada'});
        assert.deepEqual((await one.get('/api/pets')).map(({name, born}) => [name, born]), [['Ada', null], ['Rex', '2024-02-29']]);
        const {json} = await refused(one, 'POST', '/api/pets', 422);
        assert.deepEqual(json.detail[0].loc, ['body', 'name']);
        await refused(one, 'PUT', '/api/pets', 405, 'Method Not Allowed');
        await one.json('DELETE', `/api/pets/${rex.id}`, undefined, 204);
        await refused(one, 'DELETE', `/api/pets/${rex.id}`, 404, 'Pet not found');
        const stranger = new client(vault.port);
        await refused(stranger, 'GET', '/api/pets', 401, 'Missing or invalid authorization header');
        const {paths, components} = await one.get('/openapi.json');
        assert.deepEqual(Object.keys(paths['/api/pets']), ['get', 'post']);
        assert.equal(components.schemas['pets.create_pet'].properties.name.maxLength, 100);
        account = {token: one.token};
        for (const each of [one, stranger]) each.close();
    });
}, {seconds: 1800});

test('the generated tests cover it', () => {
    assert.ok(built, 'it has not been built');
    const done = spawnSync('node', ['test/e2e/run.mjs', ' /api/pets'], {cwd: scratch, encoding: 'utf8', timeout: 300_000});
    assert.match(done.stdout, /^6 passed, 0 failed/m, done.stdout + done.stderr);
}, {seconds: 300});

test('it is removed again, and the vault is still there', async () => {
    assert.ok(account, 'it has not been served');
    for (const name of files) rmSync(join(scratch, name), {recursive: true});
    unregister();
    // What was applied stays; the next one takes it back.
    writeFileSync(join(migrations, `${next_number()}_no_pets.sql`), 'drop table pets;\n');
    build();
    await served(async (vault) => {
        const one = new client(vault.port);
        one.token = account.token;
        await refused(one, 'GET', '/api/pets', 404, 'Not Found');
        assert.equal((await one.get('/api/items')).total, 1);
        assert.ok(!('/api/pets' in (await one.get('/openapi.json')).paths));
        one.close();
    });
}, {seconds: 1800});

await run(run_options());
process.exit();
