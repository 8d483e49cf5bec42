// Runs the end-to-end tests against the release server. `node test/e2e/run.mjs [--verbose] [TEXT]`
import {after, run, run_options} from '../support/suite.mjs';
import {check_answers_with} from './lib/client.mjs';
import {served_contract} from './lib/contract.mjs';
import {clear} from './lib/machine.mjs';

check_answers_with(served_contract);
for (const file of ['operator', 'adopt', 'http', 'framing', 'openapi', 'matrix', 'bad_input', 'limits', 'vault', 'files', 'outage', 'mail', 'tls', 'proxies', 'up']) await import(`./${file}.mjs`);

after(clear);
await run(run_options());
// Sockets of failed tests must not keep the process.
process.exit();
