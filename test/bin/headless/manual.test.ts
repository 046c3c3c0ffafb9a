import { readFile } from 'node:fs/promises';
import test from 'ava';
import { EXIT_CODE_HELP } from '../../../bin/headless/exit-codes.js';
import { FIELD_ORDER, WORDINGS } from '../../../bin/headless/wording.js';

const MANUAL = await readFile('docs/scripting.md', 'utf8');

/** The manual's example of each event. */
const examples = [...MANUAL.matchAll(/`(\{"event".*\})` \|$/gm)].map(
  ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
);

test('the manual has exactly the events of the programs', (t) => {
  const section = MANUAL.slice(MANUAL.indexOf('### Events'), MANUAL.indexOf('### Exit codes'));
  const named = [...section.matchAll(/^\| ((?:`[a-z]+` ?)+)\|/gm)].flatMap(([, names = '']) =>
    names.trim().split(' '),
  );
  t.deepEqual(named.map((name) => name.replaceAll('`', '')).sort(), Object.keys(WORDINGS).sort());
});

test("the fields of the manual's examples are in the order of the output", (t) => {
  t.true(examples.length > 10);
  const order = ['event', 'at', ...FIELD_ORDER] as const;
  for (const example of examples) {
    const fields = Object.keys(example);
    t.deepEqual(
      fields,
      order.filter((name) => fields.includes(name)),
      String(example['event']),
    );
  }
});

test("the manual's exit codes are those of the help text", (t) => {
  const codes = (text: string, line: RegExp) => [...text.matchAll(line)].map(([, code]) => Number(code));
  const section = MANUAL.slice(MANUAL.indexOf('### Exit codes'), MANUAL.indexOf('## The library'));
  t.deepEqual(codes(section, /^\| (\d+) \|/gm), codes(EXIT_CODE_HELP, /^ +(\d+) {2}\S/gm));
});
