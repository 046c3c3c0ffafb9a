import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openToRead, readSmallFile } from '../../user-files/private-file.js';
import { temporaryDirectory } from '../helpers/programs.js';
import { builtModule, startScript } from '../storage/node-script.js';

/** How many times two clients start: in some rounds, both create a directory at the same moment. */
const ROUNDS = 300;

test('two clients that start at once in an empty home can both create their files', async (t) => {
  const home = await temporaryDirectory(t);
  // The clients are two threads, because they must start within microseconds of each other.
  const { firstLine } = startScript(
    t,
    `
      import { Worker, isMainThread } from 'node:worker_threads';
      const round = new Int32Array(new SharedArrayBuffer(4));
      const open = \`
        import { workerData } from 'node:worker_threads';
        const { openToAppend, writeFully } = await import('${builtModule('user-files/private-file')}');
        const { round, home, name } = workerData;
        for (let number = 0; number < ${ROUNDS}; number++) {
          Atomics.add(round, 0, 1);
          while (Atomics.load(round, 0) < 2 * (number + 1));
          writeFully(openToAppend(home + '/' + number + '/im/history/' + name), Buffer.from('x'));
        }
      \`;
      const failures = [];
      await Promise.all(['alice', 'bob'].map((name) => new Promise((resolve) => {
        const address = new URL('data:text/javascript,' + encodeURIComponent(open));
        const worker = new Worker(address, { workerData: { round, name, home: ${JSON.stringify(home)} } });
        worker.on('error', (error) => {
          failures.push(error.code);
          Atomics.add(round, 0, 10 * ${ROUNDS}); // do not keep the other thread waiting
        });
        worker.on('exit', resolve);
      })));
      console.log('failures: ' + failures);
    `,
  );
  t.is(await firstLine, 'failures: ');
  for (const name of ['alice', 'bob'])
    t.is(await readFile(join(home, String(ROUNDS - 1), 'im/history', name), 'utf8'), 'x');
});

test('files in a home that is not a directory count as missing', async (t) => {
  t.is(readSmallFile('/dev/null/.config/im/client.conf', 100), undefined);
  t.is(await openToRead('/dev/null/.local/state/im/history/bob'), undefined);
});
