import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

const FOLDER = 'examples/supervision';
const MANUAL = 'docs/supervision.md';

const names = (await readdir(FOLDER)).map((file) => file.replace(/\.ts$/, ''));

/** The output that an example's last comment promises. */
function promised(source: string): string {
  const [, comment = ''] = source.split('// Prints:\n');
  return comment.replace(/^\/\/ /gm, '');
}

test('there are examples', (t) => {
  t.true(names.length >= 3);
});

for (const name of names) {
  test(`the example '${name}' prints the output in its comment`, async (t) => {
    const source = await readFile(join(FOLDER, `${name}.ts`), 'utf8');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      join('dist', FOLDER, `${name}.js`),
    ]);
    t.is(stdout, promised(source));
    t.is(stderr, '');
  });
}

test('the manual shows every example in its current version', async (t) => {
  let manual = await readFile(MANUAL, 'utf8');
  const before = manual;
  for (const name of names) {
    const source = await readFile(join(FOLDER, `${name}.ts`), 'utf8');
    const section = new RegExp(`(<!-- example: ${name} -->\n)[^]*?(\n<!-- end of example -->)`);
    t.regex(manual, section);
    manual = manual.replace(section, (_, begin, end) => `${begin}\n\`\`\`ts\n${source}\`\`\`\n${end}`);
  }
  if (process.env['UPDATE_DIAGRAMS']) await writeFile(MANUAL, manual);
  else t.is(before, manual, 'run npm run diagrams');
});
