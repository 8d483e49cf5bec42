// What a disk gives in small files: FOLDER SIZE AT-ONCE SECONDS. Prints the files a second that were
// written and synced.
import {randomBytes} from 'node:crypto';
import {mkdtemp, open, rm} from 'node:fs/promises';
import {join} from 'node:path';

const [place, size, at_once, seconds] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const bytes = randomBytes(size);
const folder = await mkdtemp(join(place, '.direct-'));
const begin = process.hrtime.bigint();
const passed = () => Number(process.hrtime.bigint() - begin) / 1e9;
let count = 0;
await Promise.all(Array.from({length: at_once}, async () => {
    while (passed() < seconds) {
        const file = await open(join(folder, String((count += 1))), 'wx');
        await file.write(bytes);
        await file.sync();
        await file.close();
    }
}));
console.log((count / passed()).toFixed(1));
await rm(folder, {recursive: true});
