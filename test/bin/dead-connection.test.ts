import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

const DEAD_LINK = resolve('dist/test/helpers/dead-link.js');

/** A network can be cut where one may have one of one's own. */
const canCut = spawnSync('unshare', ['--net', 'ip', 'link']).status === 0;
if (!canCut)
  console.warn('dead connections are not tested: this needs unshare, ip and the right to use them');
const testCut = canCut ? test : test.skip;

/** Runs a client, cuts its network, and returns what it says, and after how many seconds. */
async function cut(how: 'idle' | 'busy') {
  const { stdout } = await promisify(execFile)('unshare', ['--net', process.execPath, DEAD_LINK, how], {
    timeout: 60_000,
  });
  return JSON.parse(stdout) as { readonly seconds: number; readonly said: string };
}

testCut('a buddy whose machine is gone is noticed within 30 s while nobody says anything', async (t) => {
  const { seconds, said } = await cut('idle');
  t.true(seconds < 30, `${seconds} s`);
  t.regex(said, /^Buddy connection broke: no answer\.$/m);
});

testCut('and while lines are under way, which are then said not to have arrived', async (t) => {
  const { seconds, said } = await cut('busy');
  t.true(seconds < 30, `${seconds} s`);
  const lines = said.split('\n').filter((line) => line.startsWith('(') || line.startsWith('Buddy'));
  t.deepEqual(lines, [
    '(Not delivered, as far as is known: into the void)',
    '(Not delivered, as far as is known: me too)',
    'Buddy connection broke: no sign of life.',
  ]);
});
