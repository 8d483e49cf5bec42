// Runs the end-to-end tests against the release server. `node test/e2e/run.mjs [--verbose] [TEXT]`
import {after, run, run_options} from '../support/suite.mjs';
import {clear} from './lib/machine.mjs';

for (const file of ['operator', 'http', 'framing', 'limits', 'vault', 'files', 'outage', 'up']) await import(`./${file}.mjs`);

after(clear);
await run(run_options());
// Sockets of failed tests must not keep the process.
process.exit();
