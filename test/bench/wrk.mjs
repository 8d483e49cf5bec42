// wrk, and what it says.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {folder} from '../e2e/lib/machine.mjs';
import {timed} from './lib.mjs';

const unit = {us: 1e-3, ms: 1, s: 1e3, m: 6e4};

/// {rate: requests a second, p50, p99: ms}. Throws when an answer was no success.
export const wrk = async (url, {connections = 64, seconds, headers = [], lua} = {}) => {
    const words = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '30s'];
    if (lua) {
        const path = join(folder('wrk'), 'script.lua');
        writeFileSync(path, lua);
        words.push('-s', path);
    }
    const {out} = await timed([...words, ...headers.flatMap((line) => ['-H', line]), url]);
    const errors = [/Socket errors: .*/, /Non-2xx or 3xx responses: \d+/].map((what) => what.exec(out)?.[0]).filter(Boolean);
    if (errors.length > 0) throw new Error(`${url}: ${errors.join(', ')}`);
    const within = (share) => {
        const [, number, of] = new RegExp(`${share}%\\s+([\\d.]+)(\\w+)`).exec(out);
        return Number(number) * unit[of];
    };
    return {rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), p50: within(50), p99: within(99)};
};
