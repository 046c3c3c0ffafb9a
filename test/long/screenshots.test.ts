import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { hasBrowser } from '../helpers/browser.js';
import { temporaryDirectory } from '../helpers/programs.js';

/** The first bytes of every PNG file. */
const PNG = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');

test('the pictures of docs/images/ can be taken again', async (t) => {
  if (!hasBrowser(t)) return;
  const directory = await temporaryDirectory(t);
  await promisify(execFile)(process.execPath, [resolve('dist/tools/screenshots.js'), directory]);
  const names = (await readdir('docs/images')).filter((name) => name.endsWith('.png')).sort();
  t.deepEqual((await readdir(directory)).sort(), names);
  for (const name of names) {
    const [taken, shown] = await Promise.all(
      [directory, 'docs/images'].map((at) => readFile(join(at, name))),
    );
    t.deepEqual(taken?.subarray(0, PNG.length), PNG);
    // Same width and height as the pictures in the documents.
    t.deepEqual(taken?.subarray(16, 24), shown?.subarray(16, 24), name);
  }
});
