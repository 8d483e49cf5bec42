// The way back from a vault that was taken over: the original finds in its own columns what was made
// here, and the commands of docs/adopting.md do what the page says.
import {strict as assert} from 'node:assert';
import {spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import * as crypto from '../fixtures/original/crypto.mjs';
import {schema, sound_vault} from '../fixtures/original/vault.mjs';
import {describe, test} from '../support/suite.mjs';
import {client, new_email, passport} from './lib/client.mjs';
import {objects} from './lib/family.mjs';
import {can_connect, folder, free_port, program, root, until} from './lib/machine.mjs';
import {check_organization, fingerprint, installed, login, originals, psql, rows_of, sound, visitor} from './lib/original.mjs';
import {on_s3} from './lib/stores.mjs';
import * as zk from './lib/zk.mjs';

describe('adopt back');

/// Columns that the original declares not null or gives a default: it counts on what is in them.
const always_filled = (body) =>
    [...body.matchAll(/^ {4}([a-z]\w*) [A-Z].*(?:NOT NULL|DEFAULT)/gm)].map(([, name]) => name);

const all_rows = (url, vault) => Object.fromEntries(Object.keys(vault.rows).map((table) => [table, rows_of(url, table)]));

/// The rows of each table that were not there before.
const new_rows = (url, vault) =>
    Object.fromEntries(Object.entries(vault.rows).map(([table, known]) => {
        const ids = new Set(known.map((row) => row.id));
        return [table, [...rows_of(url, table).values()].filter((row) => !ids.has(row.id))];
    }));

const one = (rows, what) => {
    const [row, ...more] = rows.filter(what);
    assert.ok(row && more.length === 0);
    return row;
};

/// The original's login, from its own columns only: for the client of lib/zk.mjs.
const login_of_the_original = (rows) => ({
    async post(path, sent) {
        const user = one(rows.users, (row) => row.email === sent.email);
        if (path === '/api/auth/prelogin') return {kdf_iterations: user.kdf_iterations};
        assert.ok(crypto.fits_bcrypt(sent.master_password_hash, user.password_hash));
        const key = one(rows.org_member_keys, (row) => row.user_id === user.id);
        return {...user, token: '', encrypted_org_key: key.encrypted_org_key};
    },
});

/// Something of every kind, by a member of a household of version 1.
const fill_all = async (http) => {
    const made = new objects({owner: http});
    const kinds = ['contact', 'reminder', 'provider', 'guest', 'linked_vehicle', 'linked_person', 'linked_contact', 'linked_license', 'file'];
    for (const kind of kinds) await made[kind]();
    const item_id = (await made.policy()).id;
    await http.json('PUT', '/api/coverage/rows', {item_id, rows: [{service_key: 'a', service_label: 'A'}]});
    await http.json('PUT', '/api/coverage/limits', {item_id, limits: [{limit_key: 'a', limit_label: 'A'}]});
    return made;
};

test('the original finds in its own columns what was made here, of every kind', async () => {
    const {vault, kinvault} = await sound({PASSWORD_HASH: 'bcrypt'});
    await kinvault.serve();
    const ada = await login(kinvault.port, vault.legacy.ada);
    const made = await fill_all(ada);
    const invitation = await made.invitation();

    const [email, password] = [new_email('sealed'), 'sealed after the taking over'];
    const http = new client(kinvault.port);
    const {member} = await zk.register(http, email, password, 'New Sealed');
    const secret = await member.encrypt_text('N-7');
    const item = await http.post('/api/items', {
        ...passport(), encryption_version: 2, notes: await member.encrypt_text('new notes'), fields: [{field_key: 'passport_number', field_value: secret}]});
    const plain = randomBytes(50_000);
    const upload = await http.upload(item.id, await member.encrypt_file(plain));
    assert.equal(upload.status, 201);
    for (const each of [ada, http]) each.close();
    await kinvault.stop();

    const rows = new_rows(kinvault.database_url, vault);
    for (const [, table, body] of schema.matchAll(/^CREATE TABLE (\w+) \(\n(.*?)\n\);$/gms)) {
        if (table === 'alembic_version') continue;
        assert.ok(rows[table].length > 0, `nothing new in ${table}`);
        for (const row of rows[table]) {
            for (const name of always_filled(body)) assert.ok(row[name] !== null && row[name] !== undefined, `${table}.${name}`);
        }
    }
    // A link in a mail that is on its way leads somewhere there too.
    assert.ok(rows.invitation_tokens.some((row) => row.token === invitation && row.purpose === 'invite'));

    const reader = (await zk.login(login_of_the_original(rows), email, password)).member;
    const stored = one(rows.items, (row) => row.id === item.id);
    assert.equal(await reader.decrypt_text(stored.notes), 'new notes');
    assert.equal(await reader.decrypt_text(one(rows.item_field_values, (row) => row.item_id === item.id).field_value), 'N-7');
    const file = one(rows.file_attachments, (row) => row.id === upload.json.id);
    assert.deepEqual([file.encryption_version, file.encryption_iv, file.encryption_tag], [2, '', '']);
    assert.ok((await reader.decrypt_file(await kinvault.store.get(file.storage_key))).equals(plain));
}, {seconds: 180});

// --- docs/adopting.md ---

/// The commands of a section of the page, without the one that goes on running.
const commands_of = (title) => {
    const page = readFileSync(join(root, 'docs/adopting.md'), 'utf8');
    const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
    return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block).join('').replace(/^kinvault serve\n/m, '');
};

/// An operator's shell: the page's commands in a folder that has the original's settings.
class operator {
    constructor(kinvault) {
        this.kinvault = kinvault;
        this.place = folder('operator');
        mkdirSync(join(this.place, 'bin'));
        symlinkSync(program, join(this.place, 'bin/kinvault'));
        const {PATH, ...settings} = kinvault.env();
        const lines = {...settings, DATABASE_URL: settings.DATABASE_URL.replace('postgresql:', 'postgresql+asyncpg:')};
        writeFileSync(join(this.place, 'original.env'), Object.entries(lines).map(([name, value]) => `${name}='${value}'\n`).join(''));
        this.env = {PATH: `${join(this.place, 'bin')}:${PATH}`};
    }

    /// Runs the commands of a section, with the settings that an earlier one has read.
    run(title) {
        const begin = 'set -a; . ./original.env; set +a; database=${DATABASE_URL/+asyncpg/}\n';
        const done = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', begin + commands_of(title)], {cwd: this.place, env: this.env, encoding: 'utf8', timeout: 60_000});
        assert.equal(done.status, 0, `${title}: ${done.stdout}${done.stderr}`);
        return done.stdout;
    }

    /// `kinvault serve` with the same settings, while `body` runs.
    async serving(body, env = {}) {
        const {port} = this.kinvault;
        const process = spawn('bash', ['-c', 'set -a; . ./original.env; exec kinvault serve'], {cwd: this.place, env: {...this.env, ...env}, stdio: 'ignore'});
        const ended = once(process, 'exit');
        try {
            await until('the server listens', () => can_connect(port));
            return await body();
        } finally {
            process.kill('SIGTERM');
            await ended;
        }
    }
}

const only_on_s3 = {skip: on_s3 ? '' : 'the original has its files in S3', seconds: 180};

/// A vault of the original with its files in a bucket, and who operates it: {vault, kinvault, hand}.
const with_operator = async (vault_of) => {
    const {vault, kinvault} = await vault_of();
    kinvault.port = await free_port();
    return {vault, kinvault, hand: new operator(kinvault)};
};

test('the page on adopting works as printed, there and back', async () => {
    const {vault, kinvault, hand} = await with_operator(sound);
    const url = kinvault.database_url;
    const before = fingerprint(url);
    const rows = all_rows(url, vault);
    assert.match(hand.run('Before'), /Nothing is broken[^]*Nothing was changed/);
    assert.equal(fingerprint(url), before);
    assert.match(hand.run('Taking over'), /The vault is taken over/);
    const {ada, org, sessions, passport: item} = vault.legacy;
    let file;
    await hand.serving(async () => {
        assert.match(hand.run('Checking'), / 0 missing, 0 damaged[^]*ada\.lovelace@example\.org/);
        const http = visitor(kinvault.port, sessions[0].token);
        await check_organization(http, vault, org);
        await http.post('/api/auth/change-password', {current_password: ada.$password, new_password: 'a new good horse'}, 200);
        // What is lost by going back to the state of before.
        const [first] = (await http.get(`/api/items/${item.id}`)).files;
        await http.json('DELETE', `/api/files/${first.id}`, undefined, 204);
        file = vault.rows.file_attachments.find((row) => row.id === first.id);
        await until('its object is gone', async () => !(await kinvault.store.list()).includes(file.storage_key));
        http.close();
    });
    assert.match(hand.run('Going back'), /ada\.lovelace@example\.org\n\(1 row\)/);
    await hand.serving(async () => (await login(kinvault.port, {...ada, $password: 'a new good horse'})).close(), {PASSWORD_HASH: 'bcrypt'});
    assert.match(hand.run('Going back'), /\(0 rows\)/);
    hand.run('Back to how it was');
    assert.deepEqual(all_rows(url, vault), rows);
    assert.ok(await kinvault.store.get(file.storage_key));
    hand.run('Taking over');
    hand.run('For good');
    assert.equal(psql(url, "SELECT to_regclass('alembic_version') IS NULL"), 't');
    await hand.serving(async () => (await login(kinvault.port, ada)).close());
    assert.match(rows_of(url, 'users').get(ada.id).password_hash, /^\$argon2id\$/);
}, only_on_s3);

test('the page on leaving a weak SECRET_KEY works as printed', async () => {
    const {vault, kinvault, hand} = await with_operator(async () => {
        const {postgres, keys} = await originals();
        const vault = await sound_vault('changeme', keys);
        const kinvault = await installed(postgres, vault, postgres.database());
        kinvault.secret = 'changeme';
        psql(kinvault.database_url, vault.sql());
        return {vault, kinvault};
    });
    hand.run('A weak SECRET_KEY');
    await hand.serving(async () => {
        const http = visitor(kinvault.port, vault.legacy.sessions[0].token);
        await check_organization(http, vault, vault.legacy.org);
        http.close();
    });
}, only_on_s3);
