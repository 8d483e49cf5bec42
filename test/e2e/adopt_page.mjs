// The commands of docs/adopting.md, as printed, by an operator whose original has its files in S3.
import {strict as assert} from 'node:assert';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {sound_vault} from '../fixtures/original/vault.mjs';
import {describe, test} from '../support/suite.mjs';
import {can_connect, folder, free_port, program, root, until} from './lib/machine.mjs';
import {check_organization, fingerprint, installed, login, originals, psql, rows_of, sound, visitor} from './lib/original.mjs';

describe('adopt page');

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
        // The original does not know BLOB_STORE: an S3 server in the settings is enough.
        const {PATH, BLOB_STORE, ...settings} = kinvault.env();
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

const all_rows = (url, vault) => Object.fromEntries(Object.keys(vault.rows).map((table) => [table, rows_of(url, table)]));

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
}, {seconds: 180});

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
}, {seconds: 180});
