// Runs the end-to-end tests against the release server. `node test/e2e/run.mjs [--verbose] [TEXT]`
import {after, run, run_options} from '../support/suite.mjs';
import {check_answers_with} from './lib/client.mjs';
import {served_contract} from './lib/contract.mjs';
import {clear} from './lib/machine.mjs';
import {on_s3} from './lib/stores.mjs';

check_answers_with(served_contract);
// With KINVAULT_TEST_STORE=s3 those that have to do with files, with the files in S3.
const with_files = ['limits', 'vault', 'files', 'stores', 'adopt_whole', 'adopt_back'];
const others = ['operator', 'adopt', 'http', 'framing', 'openapi', 'matrix', 'bad_input', 'contract', 'accounts', 'outage', 'mail', 'tls', 'proxies', 'frontend', 'service', 'scaling', 'up'];
for (const file of on_s3 ? [...with_files, 'adopt_page', 'store_faults'] : [...with_files, ...others]) await import(`./${file}.mjs`);

after(clear);
await run(run_options());
// Sockets of failed tests must not keep the process.
process.exit();
