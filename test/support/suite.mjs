// A small test runner for test/style and test/e2e: register with `test`, then `await run()`. It
// prints the failures and, last, "N passed, N failed, N skipped" for ./check. Same on every Node.

const tests = [];
let group = '';

/// Names the tests that follow.
export const describe = (name) => {
    group = name;
};

/// `body` is called with nothing and fails by throwing. `skip`: the reason not to run it.
/// `seconds`: after these a test that hangs has failed.
export const test = (name, body, {skip = '', seconds = 120} = {}) => {
    tests.push({name: group ? `${group}: ${name}` : name, body, skip, seconds});
};

const after_all = [];

/// Runs when all tests have ended, the last registered first.
export const after = (body) => {
    after_all.unshift(body);
};

const limited = async (body, seconds) => {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no end after ${seconds} s`)), seconds * 1000);
    });
    try {
        await Promise.race([body(), late]);
    } finally {
        clearTimeout(timer);
    }
};

/// Runs all tests in order; `only`: those whose name has this text. Sets the exit code.
export const run = async ({only = '', verbose = false} = {}) => {
    let passed = 0;
    let failed = 0;
    let skipped = 0;
    for (const {name, body, skip, seconds} of tests) {
        if (!name.includes(only)) continue;
        if (skip) {
            skipped += 1;
            if (verbose) console.log(`skip ${name} (${skip})`);
            continue;
        }
        const begin = Date.now();
        try {
            await limited(body, seconds);
            passed += 1;
            if (verbose) console.log(`ok   ${name} (${Date.now() - begin} ms)`);
        } catch (error) {
            failed += 1;
            console.log(`FAIL ${name}\n${String(error?.plain ?? error?.stack ?? error).replace(/^/gm, '     ')}`);
        }
    }
    for (const body of after_all) {
        try {
            await body();
        } catch (error) {
            failed += 1;
            console.log(`FAIL afterwards\n${error?.stack ?? error}`);
        }
    }
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.exitCode = failed ? 1 : 0;
};

/// The runner's arguments: `--verbose` and a text that names must have.
export const run_options = (argv = process.argv.slice(2)) => ({
    verbose: argv.includes('--verbose'),
    only: argv.find((a) => !a.startsWith('--')) ?? '',
});
