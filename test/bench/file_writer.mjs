// What a disk gives in small files: FOLDER SIZE AT-ONCE SECONDS. Prints the files a second that were
// written, synced, given their names and are there after a crash, as their folder is synced too.
import {randomBytes} from 'node:crypto';
import {mkdtemp, open, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';

const [place, size, at_once, seconds] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const bytes = randomBytes(size);
const folder = await mkdtemp(join(place, '.direct-'));
const begin = process.hrtime.bigint();
const passed = () => Number(process.hrtime.bigint() - begin) / 1e9;
let count = 0;
await Promise.all(Array.from({length: at_once}, async () => {
    while (passed() < seconds) {
        const name = join(folder, String((count += 1)));
        const file = await open(`${name}.part`, 'wx');
        await file.write(bytes);
        await file.sync();
        await file.close();
        await rename(`${name}.part`, name);
        const names = await open(folder);
        await names.sync();
        await names.close();
    }
}));
console.log((count / passed()).toFixed(1));
await rm(folder, {recursive: true});
