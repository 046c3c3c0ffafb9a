import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { isInstalled } from '../helpers/installed.js';

const DEAD_LINK = resolve('dist/test/helpers/dead-link.js');

/** Tells whether a network can be cut: only a process that may have a network of its own can. */
function canCut(t: ExecutionContext): boolean {
  if (!isInstalled(t, 'unshare') || !isInstalled(t, 'ip')) return false;
  const { status, stderr } = spawnSync('unshare', ['--net', 'ip', 'link'], { encoding: 'utf8' });
  if (status === 0) return true;
  t.log(`skipped: no network of its own (${stderr.trim()})`);
  t.pass();
  return false;
}

/**
 * Longest run of a client whose network is cut, in milliseconds. It notices within 30 s of the cut, and
 * starts within seconds, on a busy machine within a minute. Left to the kernel alone, it would take a quarter
 * of an hour at least.
 */
const CUT_TIMEOUT_MS = 110_000;

/** Runs a client, cuts its network, and returns what it says. */
async function cut(how: 'idle' | 'busy'): Promise<string> {
  const { stdout } = await promisify(execFile)('unshare', ['--net', process.execPath, DEAD_LINK, how], {
    timeout: CUT_TIMEOUT_MS,
  });
  return stdout;
}

test('a buddy whose machine is gone is noticed while nobody says anything', async (t) => {
  if (!canCut(t)) return;
  const said = await cut('idle');
  t.regex(said, /^Buddy connection broke: no answer\.$/m);
});

test('and while lines are under way, which are then said not to have arrived', async (t) => {
  if (!canCut(t)) return;
  const said = await cut('busy');
  const lines = said.split('\n').filter((line) => line.startsWith('(') || line.startsWith('Buddy'));
  t.deepEqual(lines, [
    '(Not delivered, as far as is known: into the void)',
    '(Not delivered, as far as is known: me too)',
    'Buddy connection broke: no sign of life.',
  ]);
});
