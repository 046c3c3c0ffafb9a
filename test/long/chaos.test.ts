import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

test('a minute of crashes loses nothing', async (t) => {
  const args = [resolve('dist/test/chaos/chaos.js'), '--seconds', '60'];
  // chaos.js exits with 1 if anything is lost. Its output, which names the seed, is then in the error.
  const { stdout } = await promisify(execFile)(process.execPath, args);
  t.log(stdout);
  t.pass();
});
