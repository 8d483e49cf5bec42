// Many small files at once, against the store's own rate: wrk that puts the same bytes straight into
// the bucket; files that are written and synced in the same folder.
import {randomBytes} from 'node:crypto';
import {join} from 'node:path';

import {multipart} from '../e2e/lib/client.mjs';
import {root} from '../e2e/lib/machine.mjs';
import {compare} from './goals.mjs';
import {argument, timed} from './lib.mjs';
import {wrk} from './wrk.mjs';

const size = 200 * 1024;
const at_once = 32;
const seconds = argument('--seconds', 5);
const rounds = argument('--rounds', 3);

/// A Lua string of any bytes.
const quoted = (bytes) => `'${[...bytes].map((byte) => `\\${byte}`).join('')}'`;

/// Uploads a second through the API.
const through_the_api = async (vault, user, item) => {
    const form = multipart({name: 'scan.pdf', type: 'application/pdf'}, {item_id: item, encryption_version: 2});
    const body = Buffer.concat([Buffer.from(form.before), randomBytes(size), Buffer.from(form.after)]);
    const lua = `wrk.method = 'POST'\nwrk.body = ${quoted(body)}\n`;
    const headers = [`Authorization: Bearer ${user.token}`, `Content-Type: ${form.content_type}`];
    return (await wrk(`http://127.0.0.1:${vault.port}/api/files/upload`, {seconds, connections: at_once, headers, lua})).rate;
};

/// Objects a second, put with wrk under keys of their own.
const into_the_bucket = async ({objects}) => {
    const round = Date.now();
    const requests = Array.from({length: 10_000}, (_, i) => {
        const path = `/${objects.name}/direct/${round}-${i}`;
        const headers = objects.sign('PUT', path, '', {}, 'UNSIGNED-PAYLOAD');
        return `{'${path}', {${Object.entries(headers).map(([name, value]) => `['${name}'] = '${value}'`).join(', ')}}}`;
    });
    const lua = `local requests = {${requests.join(',\n')}}
local body = ${quoted(randomBytes(size))}
local at = 0
request = function()
    at = at % #requests + 1
    return wrk.format('PUT', requests[at][1], requests[at][2], body)
end
`;
    return (await wrk(`http://${objects.hostname}:${objects.port}/`, {seconds, connections: at_once, lua})).rate;
};

/// Files a second, written and synced.
const into_the_folder = async ({settings}) => {
    const writer = [process.execPath, join(root, 'test/bench/file_writer.mjs'), settings.BLOB_DIR, String(size), String(at_once), String(seconds)];
    return Number((await timed(writer, {env: {...process.env, UV_THREADPOOL_SIZE: String(at_once)}})).out);
};

export const small_files = async (name, store, vault, user, item) => {
    const [limit, direct] = store.objects ? ['wrk to the gateway', into_the_bucket] : ['files and fsync', into_the_folder];
    await compare(`${name}: uploads of 200 KiB, ${at_once} at once`, limit, 0.8, rounds, () => through_the_api(vault, user, item), () => direct(store));
};
