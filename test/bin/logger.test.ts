import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

const run = promisify(execFile);

/** Runs a statement with a log in a new process, and returns its standard error. */
async function logged(format: 'json' | 'pretty', statement: string): Promise<string> {
  const script = `
    const { createLog } = await import(${JSON.stringify(resolve('dist/bin/logger.js'))});
    const { log, close } = await createLog('debug', '${format}');
    ${statement}
    await close();`;
  const { stderr } = await run(process.execPath, ['--input-type=module', '-e', script]);
  return stderr;
}

test('JSON is one line per entry', async (t) => {
  const lines = (await logged('json', `log.info({ n: 1 }, 'one'); log.debug({}, 'two');`)).trim().split('\n');
  t.like(JSON.parse(lines[0] ?? ''), { level: 30, n: 1, msg: 'one' });
  t.like(JSON.parse(lines[1] ?? ''), { level: 20, msg: 'two' });
});

test('the pretty format is readable text', async (t) => {
  t.regex(await logged('pretty', `log.warn({ n: 1 }, 'one');`), /WARN.*: one\n\s+n: 1\n/);
});

test('foreign text in an error passes the text gate, in both formats', async (t) => {
  const error = `new Error('bad \\u001b[2J\\u202e', { cause: 'also \\u0007' })`;
  const statement = `log.error({ err: ${error} }, 'crashed');`;
  for (const format of ['json', 'pretty'] as const) {
    const text = await logged(format, statement);
    t.regex(text, /bad \uFFFD\[2J\uFFFD/);
    t.regex(text, /also \uFFFD/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters
    t.notRegex(text, /[\x00-\x08\x0b-\x1f\u202e]/);
  }
});
