// The measurements of test/bench/run: a line each.
import {clear, cluster} from '../e2e/lib/machine.mjs';
import {argument} from './lib.mjs';
import {head} from './goals.mjs';
import {growth} from './growth.mjs';
import {requests} from './requests.mjs';
import {folder_transfers, s3_transfers} from './transfers.mjs';
import {writes} from './writes.mjs';

const groups = {requests, writes, folder: folder_transfers, s3: s3_transfers, growth};
/// What changes something waits for the disk, as the limits it is held against do.
const durable = new Set(['writes', 'folder', 's3']);
const only = argument('--only', '');
if (only && !groups[only]) {
    console.error(`--only: one of ${Object.keys(groups).join(', ')}`);
    process.exit(2);
}

try {
    head();
    for (const [name, measure] of Object.entries(groups)) {
        if (only && only !== name) continue;
        const postgres = await new cluster({durable: durable.has(name)}).start();
        await measure(postgres);
        await postgres.stop();
    }
} finally {
    await clear();
}
