import test from 'ava';
import { logVisibly, SILENT_LOG } from '../../actors/log.js';
import { TestLog } from '../helpers/server.js';

test('`logVisibly` logs a line at info; if info is hidden, at the lowest level that is shown', (t) => {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  for (const [shown, expected] of [
    ['debug', 'info'],
    ['info', 'info'],
    ['warn', 'warn'],
    ['error', 'error'],
    ['fatal', 'fatal'],
  ] as const) {
    const log = new TestLog();
    log.isLevelEnabled = (level?: string) => levels.indexOf(level ?? '') >= levels.indexOf(shown);
    logVisibly(log, { by: 'root' }, 'administration');
    t.deepEqual(log.lines, [{ level: expected, message: 'administration', fields: { by: 'root' } }]);
  }
  t.notThrows(() => logVisibly(SILENT_LOG, {}, 'administration'));
});
