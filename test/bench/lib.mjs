// What the measurements share: their arguments, running programs, the memory of a process.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';

/// The value behind `--name`, a number where the fallback is one.
export const argument = (name, fallback) => {
    const at = process.argv.indexOf(name);
    if (at < 0) return fallback;
    return typeof fallback === 'number' ? Number(process.argv[at + 1]) : process.argv[at + 1];
};

export const mib = 1024 * 1024;

const status_of = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/// Resident memory of a process, KiB.
export const resident = (pid) => status_of(pid, 'VmRSS');

/// Peak resident memory of a process, KiB (the kernel's high-water mark).
export const peak = (pid) => status_of(pid, 'VmHWM');

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
    if (status !== 0) throw new Error(`${words.join(' ')}: status ${status} ${errors}${out}`);
    return {seconds: Number(process.hrtime.bigint() - begin) / 1e9, out};
};
