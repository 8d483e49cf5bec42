// The two stores as the crash test looks at them: past the server, at what is really there.
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

import {folder, root, tcp_table, until} from '../e2e/lib/machine.mjs';
import {bucket} from '../e2e/lib/s3.mjs';

/// Objects in a local folder.
export const folder_store = () => {
    const blobs = folder('blobs');
    const files_below = (path) =>
        readdirSync(path, {withFileTypes: true}).flatMap((entry) =>
            entry.isDirectory() ? files_below(join(path, entry.name)) : [join(path, entry.name)]);
    const all = () => files_below(blobs).map((path) => path.slice(blobs.length + 1));
    return {
        settings: {BLOB_STORE: 'folder', BLOB_DIR: blobs},
        list: async () => all().filter((key) => !key.startsWith('.tmp/')),
        /// What uploads have left that never became an object.
        unfinished: async () => all().filter((key) => key.startsWith('.tmp/')),
        get: async (key) => readFileSync(join(blobs, key)),
        quiet: async () => {},
        end: async () => {},
    };
};

/// Starts the S3 server of test/support/s3; undefined without its packages.
const start_gateway = async () => {
    const place = folder('s3');
    for (let port = 20_000 + (process.pid % 1000) * 10, tries = 0; ; port += 10, tries += 1) {
        const child = spawn(join(root, 'test/support/s3/up'), [place, String(port)], {stdio: ['ignore', 'pipe', 'pipe']});
        let out = '';
        let errors = '';
        child.stdout.on('data', (data) => (out += data));
        child.stderr.on('data', (data) => (errors += data));
        const [status] = await once(child, 'close');
        if (status === 77) return undefined;
        const url = /^KINVAULT_TEST_S3=(.*)$/m.exec(out)?.[1];
        const stop = () => spawnSync(join(root, 'test/support/s3/down'), [place]);
        process.on('exit', stop);
        if (status === 0) return {url, stop};
        if (!errors.includes('is taken') || tries === 20) throw new Error(errors);
    }
};

/// Objects in a bucket of a real S3 server: that of KINVAULT_TEST_S3, or one of our own. Undefined
/// when there is neither.
export const s3_store = async () => {
    const gateway = process.env.KINVAULT_TEST_S3 ? {url: process.env.KINVAULT_TEST_S3, stop: () => {}} : await start_gateway();
    if (!gateway) return undefined;
    const objects = new bucket(gateway.url, `crash-${process.pid}-${Date.now()}`);
    await objects.create();
    const local = objects.port.toString(16).toUpperCase().padStart(4, '0');
    const listening = '0A';
    const time_wait = '06';
    const busy = () => tcp_table().some((one) => one.local.endsWith(`:${local}`) && one.state !== listening && one.state !== time_wait);
    return {
        objects,
        // The smallest part that S3 knows, so that most large files have several.
        settings: {...objects.settings(), S3_PART_SIZE: String(5 << 20)},
        list: async () => (await objects.list()).map(({key}) => key),
        unfinished: async () => (await objects.uploads()).map(({key, id}) => `${key} ${id}`),
        get: (key) => objects.get(key),
        /// What a killed server had sent is still worked on; the gateway closes when it is done.
        quiet: () => until('the gateway has ended all requests', () => !busy(), 60),
        end: async () => {
            await objects.destroy();
            gateway.stop();
        },
    };
};

