import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';

const run = promisify(execFile);

const BENCH = 'dist/bench/bench.js';

interface Result {
  readonly section: string;
  readonly scenario: string;
  readonly ms: number;
}

test('the bench measures the selected parts, and prints one JSON document', async (t) => {
  const { stdout } = await run(process.execPath, [BENCH, '--only', 'start', '--json']);
  const { results } = JSON.parse(stdout) as { readonly results: readonly Result[] };
  t.deepEqual([...new Set(results.map(({ section }) => section))], ['Time to start']);
  t.is(results.length, 3);
  for (const { scenario, ms } of results) t.true(ms > 0, scenario);
});

test('the bench refuses an unknown part, and lists the known ones', async (t) => {
  const error = await t.throwsAsync<Error & { readonly stderr?: string }>(
    run(process.execPath, [BENCH, '--only', 'everything']),
  );
  t.regex(error?.stderr ?? '', /'everything' is invalid\. .*start, speed, chat, keys/);
});
