import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { isInstalled } from '../helpers/installed.js';

const DEAD_LINK = resolve('dist/test/helpers/dead-link.js');

/** Whether this process may create a network namespace, inside which a test can cut the network. */
function canCut(t: ExecutionContext): boolean {
  if (!isInstalled(t, 'unshare') || !isInstalled(t, 'ip')) return false;
  const { status, stderr } = spawnSync('unshare', ['--net', 'ip', 'link'], { encoding: 'utf8' });
  if (status === 0) return true;
  t.log(`skipped: no network of its own (${stderr.trim()})`);
  t.pass();
  return false;
}

/**
 * Longest time that a client whose network is cut may run, in milliseconds. The client starts within a minute
 * on a busy machine, and notices the cut within 30 s. The kernel alone would need at least 15 minutes.
 */
const CUT_TIMEOUT_MS = 110_000;

/** Runs a client, cuts its network, and returns its output. */
async function cut(how: 'idle' | 'busy'): Promise<string> {
  const { stdout } = await promisify(execFile)('unshare', ['--net', process.execPath, DEAD_LINK, how], {
    timeout: CUT_TIMEOUT_MS,
  });
  return stdout;
}

test('an idle chat ends when the machine of the buddy is gone', async (t) => {
  if (!canCut(t)) return;
  const said = await cut('idle');
  t.regex(said, /^Buddy connection broke: no answer\.$/m);
});

test('a busy chat ends when the machine of the buddy is gone, and prints the lost lines', async (t) => {
  if (!canCut(t)) return;
  const said = await cut('busy');
  const lines = said.split('\n').filter((line) => line.startsWith('(') || line.startsWith('Buddy'));
  t.deepEqual(lines, [
    '(Not delivered, as far as is known: into the void)',
    '(Not delivered, as far as is known: me too)',
    'Buddy connection broke: no sign of life.',
  ]);
});
