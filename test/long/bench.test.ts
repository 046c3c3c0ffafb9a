import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';

/** Words of the sections that each part of the bench reports. */
const PARTS = {
  supervision: [
    'an actor that lives for two events',
    'start and end of one more child',
    'start and stop of a list',
  ],
  chat: ['A chat between two clients'],
  inspection: ['nobody looks', 'a browser that looks'],
  import: ['CPU time of im-server import'],
} as const;

test('the parts of the bench that need no large database run to their ends and report everything', async (t) => {
  const args = ['dist/bench/bench.js', '--json', '--only', ...Object.keys(PARTS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  t.log(stdout);
  // What the figures are depends on the machine.
  const { results } = JSON.parse(stdout) as { readonly results: readonly { readonly section: string }[] };
  const sections = [...new Set(results.map(({ section }) => section))];
  for (const words of Object.values(PARTS).flat()) {
    t.is(sections.filter((section) => section.includes(words)).length, 1, words);
  }
});
