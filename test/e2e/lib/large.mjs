// Files larger than what a server may hold in memory, made and checked as they pass.
import {strict as assert} from 'node:assert';
import {createHash, randomBytes} from 'node:crypto';
import {Readable} from 'node:stream';

import {multipart} from './client.mjs';

const block_size = 1024 * 1024;

/// Uploads a file of so many MiB: {id, sum}.
export const send_large = async (user, item_id, mib) => {
    const form = multipart({name: 'large.bin', type: 'application/octet-stream'}, {item_id, encryption_version: 2});
    const block = randomBytes(block_size);
    const sum = createHash('sha256');
    const parts = function* () {
        yield form.before;
        for (let i = 0; i < mib; i += 1) {
            block.writeUInt32LE(i, 0);
            sum.update(block);
            yield Buffer.from(block);
        }
        yield form.after;
    };
    const sent = await user.call('POST', '/api/files/upload', {
        headers: {'content-type': form.content_type, 'content-length': form.before.length + mib * block_size + form.after.length},
        body: Readable.from(parts()),
    });
    assert.equal(sent.status, 201, sent.body.toString());
    return {id: sent.json.id, sum: sum.digest('hex')};
};

/// Downloads a file and gives its SHA-256.
export const fetch_large = async (user, id) => {
    const sum = createHash('sha256');
    for await (const data of await user.open('GET', `/api/files/${id}`)) sum.update(data);
    return sum.digest('hex');
};
