// What the measurements share: their arguments, their lines, the memory of a process.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';

/// The value behind `--name`, a number where the fallback is one.
export const argument = (name, fallback) => {
    const at = process.argv.indexOf(name);
    if (at < 0) return fallback;
    return typeof fallback === 'number' ? Number(process.argv[at + 1]) : process.argv[at + 1];
};

export const outcome = {failed: false};

export const print = (name, text, good) => {
    if (!good) outcome.failed = true;
    console.log(`${good ? '    ' : 'FAIL'} ${name.padEnd(34)} ${text}`);
};

/// A line about a goal, which a busy machine may miss: that is no failure.
export const print_goal = (name, text, reached) => console.log(`${reached ? 'ok   ' : 'short'}${name.padEnd(34)} ${text}`);

/// Peak resident memory of a process, KiB (the kernel's high-water mark).
export const peak = (pid) => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/// Starts the peak anew, so that it tells of what follows only; returns the peak from here.
export const reset_peak = (pid) => {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return peak(pid);
};

/// Runs a program to its end; gives the seconds it took and what it printed. Throws when it fails.
export const timed = async (words, options = {}) => {
    const begin = process.hrtime.bigint();
    const child = spawn(words[0], words.slice(1), {stdio: ['ignore', 'pipe', 'pipe'], ...options});
    let out = '';
    let errors = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (errors += data));
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`${errors}${out} (${words.join(" ")}: status ${status})`);
    return {seconds: Number(process.hrtime.bigint() - begin) / 1e9, out};
};

export const median = (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
