import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';

/** Words from the titles of the sections that each part of the bench reports. */
const PARTS = {
  supervision: [
    'an actor that lives for two events',
    'start and end of a dynamic child',
    'start and stop of a list',
  ],
  chat: ['A chat between two clients'],
  keys: ['sealed, against in clear', 'sealed sessions', 'ClientHellos a second'],
  private: ['two library clients'],
  inspection: ['with --inspect and no browser', 'with --inspect and a browser'],
  metrics: ['with --metrics, scraped every second'],
  import: ['CPU time of im-server import'],
} as const;

test('each part of the bench that needs no large database completes and reports its sections', async (t) => {
  const args = ['dist/bench/bench.js', '--json', '--only', ...Object.keys(PARTS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  t.log(stdout);
  // The figures depend on the machine.
  const { results } = JSON.parse(stdout) as { readonly results: readonly { readonly section: string }[] };
  const sections = [...new Set(results.map(({ section }) => section))];
  for (const words of Object.values(PARTS).flat()) {
    t.is(sections.filter((section) => section.includes(words)).length, 1, words);
  }
});
