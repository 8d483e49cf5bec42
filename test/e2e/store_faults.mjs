// What clients and the operator see of an S3 store that refuses, moves, fills up or goes away: 503,
// one line in the log that says what to do, nothing half stored, and all is well when the store is.
// Between server and gateway stands a proxy that gives the answers the gateway itself would not.
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {createServer, request as send} from 'node:http';
import {dirname, join} from 'node:path';

import {describe, test} from '../support/suite.mjs';
import {passport, registered} from './lib/client.mjs';
import {common, server, until} from './lib/machine.mjs';

describe('store faults');

const gateway = new URL(process.env.KINVAULT_TEST_S3);
const small = randomBytes(1000);
/// More than one part.
const large = randomBytes(12 << 20);

class proxy {
    constructor() {
        this.meddle = () => undefined;
    }

    async open(port = 0) {
        this.listener = createServer((request, answer) => this.pass(request, answer));
        this.listener.listen(port, '127.0.0.1');
        await once(this.listener, 'listening');
        this.port = this.listener.address().port;
        return this;
    }

    async close() {
        const closed = once(this.listener, 'close');
        this.listener.close();
        this.listener.closeAllConnections();
        await closed;
    }

    pass(request, answer) {
        const own = this.meddle(request);
        if (own) {
            request.resume();
            request.on('end', () => {
                answer.writeHead(own.status, own.headers);
                if (own.cut) answer.write(own.body, () => answer.destroy());
                else answer.end(own.body);
            });
            return;
        }
        const {method, url: path, headers} = request;
        const onward = send({host: gateway.hostname, port: gateway.port, method, path, headers}, (from) => {
            answer.writeHead(from.statusCode, from.headers);
            from.pipe(answer);
        });
        onward.on('error', () => answer.destroy());
        request.pipe(onward);
    }
}

const refusal = (status, code, more = '', headers = {}) => ({
    status,
    headers,
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>No.</Message>${more}</Error>`,
});

/// A vault whose store is behind a proxy, with one file in it.
const vault_behind = async (body) => {
    const {postgres} = await common();
    const between = await new proxy().open();
    const vault = await new server(postgres.database(), {S3_ENDPOINT_URL: `http://127.0.0.1:${between.port}`}).start();
    const sql = (text) => postgres.sql(text, vault.database_name());
    try {
        const user = await registered(vault.port, 'faults');
        const item = await user.post('/api/items', passport());
        const upload = (bytes) => user.upload(item.id, bytes);
        const first = await upload(small);
        assert.equal(first.status, 201, first.body.toString());
        const download = () => user.call('GET', `/api/files/${first.json.id}`);
        await body({vault, between, sql, user, upload, download, store: vault.store});
        user.close();
    } finally {
        await vault.stop();
        await between.close();
    }
};

/// The lines of the log since `start` that tell of something wrong.
const complaints = (vault, start) => vault.log.slice(start).split('\n').filter((line) => /^\S+ (warn|warning|error|critical) /.test(line));

/// Asks for something that must be 503, with one complaint that says `advice`.
const fails = async (vault, ask, advice) => {
    const start = vault.log.length;
    const answer = await ask();
    assert.equal(answer.status, 503, answer.body.toString());
    assert.match(answer.headers['retry-after'], /^\d+$/);
    assert.deepEqual(answer.json, {detail: 'Service Unavailable'});
    await until('the log says so', () => complaints(vault, start).length > 0);
    const said = complaints(vault, start);
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0], advice);
};

/// Uploads and downloads fail as they should, leave nothing, and work again after `heal`.
const check_fault = async ({vault, sql, upload, download, store}, advice, heal) => {
    const objects = await store.list().catch(() => undefined);
    const rows = sql('select count(*) from file_attachments');
    await fails(vault, download, advice);
    await fails(vault, () => upload(small), advice);
    await fails(vault, () => upload(large), advice);
    await heal();
    assert.equal(sql('select count(*) from file_attachments'), rows);
    if (objects) assert.deepEqual(await store.list(), objects);
    assert.deepEqual(await store.unfinished(), []);
    assert.equal((await upload(large)).status, 201);
};

const refusals = {
    'another region, by signature': [refusal(400, 'AuthorizationHeaderMalformed', '<Region>eu-2</Region>'), /the bucket is in region eu-2: set S3_REGION to it/],
    'another region, by redirect': [refusal(301, 'PermanentRedirect', '', {'x-amz-bucket-region': 'eu-1'}), /the bucket is in region eu-1: set S3_REGION to it/],
    'a redirect to another server': [refusal(307, 'TemporaryRedirect', '', {location: 'http://other.example/bucket'}), /sends us to http:\/\/other.example\/bucket: set S3_ENDPOINT_URL/],
    'keys that are not known any more': [refusal(403, 'InvalidAccessKeyId'), /InvalidAccessKeyId.*; check S3_ACCESS_KEY and S3_SECRET_KEY/],
    'keys that may not': [refusal(403, 'AccessDenied'), /AccessDenied.*; allow this key to read, write, list and delete in bucket/],
    'a full store': [refusal(507, 'InsufficientStorage'), /; the store is full/],
};

for (const [what, [answer, advice]] of Object.entries(refusals)) {
    test(`${what}: 503, one line that says what to do, nothing half stored`, () =>
        vault_behind(async (here) => {
            here.between.meddle = () => answer;
            await check_fault(here, advice, () => (here.between.meddle = () => undefined));
        }));
}

test('a server that cannot be reached: likewise', () =>
    vault_behind(async (here) => {
        await here.between.close();
        await check_fault(here, /cannot be reached: Connection refused; is it running, and S3_ENDPOINT_URL right\?/, () => here.between.open(here.between.port));
    }));

test('the bucket is deleted under the server: likewise, by the real gateway', () =>
    vault_behind(async (here) => {
        await here.store.end();
        await check_fault(here, /NoSuchBucket.*; make bucket e2e-\S+, or correct S3_BUCKET/, () => here.store.make());
    }));

test('the bucket is full: 503 for uploads only, by the real gateway', () =>
    vault_behind(async ({vault, sql, upload, download, store}) => {
        const quota = (...words) => {
            const conf = join(dirname(process.env.KINVAULT_TEST_S3_CA), 'ceph.conf');
            const done = spawnSync('radosgw-admin', ['-c', conf, 'quota', ...words, '--quota-scope=bucket', `--bucket=${store.bucket.name}`], {encoding: 'utf8'});
            assert.equal(done.status, 0, done.stderr);
        };
        quota('set', '--max-objects=1');
        quota('enable');
        const rows = sql('select count(*) from file_attachments');
        for (const bytes of [small, large]) await fails(vault, () => upload(bytes), /QuotaExceeded.*; the store is full/);
        assert.equal(sql('select count(*) from file_attachments'), rows);
        await until('nothing is left of them', async () => (await store.unfinished()).length === 0);
        assert.equal((await store.list()).length, 1);
        assert.equal((await download()).status, 200);
        quota('disable');
        assert.equal((await upload(large)).status, 201);
    }));

test('an upload that is refused in its middle leaves no part, and its entry goes with the next sweep', () =>
    vault_behind(async ({vault, between, sql, upload, store}) => {
        const objects = await store.list();
        between.meddle = ({url}) => (/partNumber=2/.test(url) ? refusal(403, 'AccessDenied') : undefined);
        await fails(vault, () => upload(large), /PUT \S+: AccessDenied/);
        await until('no part is left', async () => (await store.unfinished()).length === 0);
        between.meddle = ({method, url}) => (method === 'POST' && /uploadId=/.test(url) ? refusal(200, 'InternalError') : undefined);
        await fails(vault, () => upload(large), /POST \S+: InternalError/);
        await until('no part is left', async () => (await store.unfinished()).length === 0);
        assert.deepEqual(await store.list(), objects);
        assert.equal(sql('select count(*) from pending_blobs'), '2');
        sql(`update pending_blobs set touched_at = now() - interval '1 hour'`);
        vault.extra = {}; // past the proxy, which stands still while a command runs
        assert.match(vault.command('sweep').out, /^2 objects removed, 0 uploads still on the way\n$/);
    }));

test('a store that breaks in the middle of a download: the client sees that it broke', () =>
    vault_behind(async ({vault, between, upload, user}) => {
        const {json} = await upload(large);
        // Half of the object, and then another one by its ETag: it cannot be taken up again.
        between.meddle = ({method, headers}) => {
            if (method !== 'GET') return undefined;
            if (headers.range) return refusal(412, 'PreconditionFailed');
            return {status: 200, headers: {'content-length': large.length, etag: '"x"'}, body: large.subarray(0, 1 << 20), cut: true};
        };
        const start = vault.log.length;
        await assert.rejects(user.call('GET', `/api/files/${json.id}`), /aborted|hang up|ECONNRESET/);
        await until('the log says so', () => complaints(vault, start).some((line) => /has changed while it was read/.test(line)));
        between.meddle = () => undefined;
        assert.ok((await user.call('GET', `/api/files/${json.id}`)).body.equals(large));
    }));

const starts = {
    'a wrong access key': [{S3_ACCESS_KEY: 'nobody'}, /InvalidAccessKeyId.*; check S3_ACCESS_KEY and S3_SECRET_KEY/],
    'a wrong secret key': [{S3_SECRET_KEY: 'not this one'}, /SignatureDoesNotMatch.*; check S3_ACCESS_KEY and S3_SECRET_KEY/],
    'a bucket that is not there': [{S3_BUCKET: 'no-such-bucket'}, /NoSuchBucket.*; make bucket no-such-bucket, or correct S3_BUCKET/],
    'a port where nobody listens': [{S3_ENDPOINT_URL: 'http://127.0.0.1:1'}, /cannot be reached: Connection refused; is it running/],
};

for (const [what, [settings, advice]] of Object.entries(starts)) {
    test(`${what} stops the start with one line that says what to do`, async () => {
        const {postgres} = await common();
        const vault = new server(postgres.database(), {LISTEN: '127.0.0.1:0', ...settings});
        assert.equal(vault.command('migrate').status, 0);
        const done = vault.command('serve');
        assert.equal(done.status, 1, done.out);
        const lines = done.errors.trim().split('\n');
        assert.equal(lines.length, 1, done.errors);
        assert.match(lines[0], advice);
        assert.ok(!done.errors.includes(vault.env().S3_SECRET_KEY));
    });
}
