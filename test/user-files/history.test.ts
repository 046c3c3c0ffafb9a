import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { HistoryWriter, historyPath } from '../../user-files/history.js';
import { formatHistoryLine, type HistoryMessage } from '../../user-files/history-line.js';
import { lastMessages, readHistory } from '../../user-files/history-reader.js';
import { fileReason } from '../../user-files/private-file.js';
import { temporaryDirectory } from '../storage/temporary-directory.js';

const bob = 'bob' as UserId;

function message(text: string, about: Partial<HistoryMessage> = {}): HistoryMessage {
  return {
    isOwn: false,
    own: 'alice' as UserId,
    buddy: bob,
    address: undefined,
    text: text as DisplayText,
    atMs: 1_700_000_000_000,
    ...about,
  };
}

/** Makes a writer for a directory that does not exist yet. `texts` searches what was written. */
async function writing(t: ExecutionContext, maxBytes?: number) {
  const directory = join(await temporaryDirectory(t), 'state', 'im');
  const writer = new HistoryWriter(directory, maxBytes);
  t.teardown(() => writer.close());
  const texts = async (search = '', buddy = bob) =>
    (await lastMessages(directory, { buddy, search }))?.map(({ text }) => text);
  return { directory, writer, path: join(directory, 'history', 'bob.jsonl'), texts };
}

/** The reason why a function throws; `undefined` when it does not. */
function reasonOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return fileReason(error);
  }
}

test('a message is in the file as soon as it is appended, and the file is private', async (t) => {
  const { directory, writer, path } = await writing(t);
  writer.append(message('one'));
  t.is(await readFile(path, 'utf8'), `${formatHistoryLine(message('one'))}\n`);
  writer.append(message('two', { isOwn: true }));
  t.is((await readFile(path, 'utf8')).split('\n').length, 3);
  t.is((await stat(path)).mode & 0o777, 0o600);
  for (const made of [join(directory, 'history'), directory, join(directory, '..')])
    t.is((await stat(made)).mode & 0o777, 0o700, made);
});

test('each buddy or address has a file, and no name leads out of the directory', async (t) => {
  const { directory, writer } = await writing(t);
  writer.append(message('one'));
  writer.append(message('two', { buddy: 'carol' as UserId }));
  writer.append(message('three'));
  writer.append(message('four', { buddy: undefined, address: '192.0.2.7' as DisplayText }));
  for (const address of ['../../x', 'a/b', '\u001b', '.', undefined] as DisplayText[])
    writer.append(message('five', { buddy: undefined, address }));
  t.deepEqual((await readdir(join(directory, 'history'))).toSorted(), [
    '@192.0.2.7.jsonl',
    '@unknown.jsonl',
    'bob.jsonl',
    'carol.jsonl',
  ]);
  t.deepEqual(await readdir(directory), ['history']);
});

test('a history writer has only one file open at a time', async (t) => {
  const { writer, directory } = await writing(t);
  for (let index = 0; index < 50; index++) writer.append(message('x', { buddy: `user${index}` as UserId }));
  // Another descriptor may be closed between these two calls.
  const links = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return '';
    }
  });
  t.is(links.filter((link) => link.startsWith(directory)).length, 1);
});

test('a full file is renamed, and replaces the file that was renamed before it', async (t) => {
  const line = Buffer.byteLength(formatHistoryLine(message('1000'))) + 1;
  const { directory, writer, texts } = await writing(t, 10 * line);
  for (let index = 1000; index < 1035; index++) writer.append(message(String(index)));
  t.deepEqual((await readdir(join(directory, 'history'))).toSorted(), ['bob.jsonl', 'bob.jsonl.1']);
  t.is((await stat(historyPath(directory, message('')))).size, 5 * line);
  t.is((await stat(`${historyPath(directory, message(''))}.1`)).size, 10 * line);
  t.deepEqual(
    await texts(),
    Array.from({ length: 15 }, (_, index) => String(1020 + index)),
  );
});

test('two clients of one user share a file, even after one of them has renamed the full file', async (t) => {
  const line = Buffer.byteLength(formatHistoryLine(message('1000'))) + 1;
  const { directory, writer, texts } = await writing(t, 10 * line);
  const other = new HistoryWriter(directory, 10 * line);
  t.teardown(() => other.close());
  for (let index = 1000; index < 1015; index++) (index % 2 ? writer : other).append(message(String(index)));
  t.deepEqual(
    await texts(),
    Array.from({ length: 15 }, (_, index) => String(1000 + index)),
  );
});

test('a deleted file is created again', async (t) => {
  const { writer, path, texts } = await writing(t);
  writer.append(message('one'));
  await rm(path);
  writer.append(message('two'));
  t.deepEqual(await texts(), ['two']);
});

test('a line that a crash left incomplete is skipped, and the next message has its own line', async (t) => {
  const { directory, writer, path, texts } = await writing(t);
  writer.append(message('one'));
  writer.close();
  await appendFile(path, formatHistoryLine(message('torn')).slice(0, 40));
  t.deepEqual(await texts(), ['one']);
  const next = new HistoryWriter(directory);
  t.teardown(() => next.close());
  next.append(message('two'));
  next.append(message('three'));
  t.deepEqual(await texts(), ['one', 'two', 'three']);
  t.is((await readFile(path, 'utf8')).split('\n').length, 5);
});

test('lines of any length and kind that are not messages are skipped', async (t) => {
  const { writer, path, texts } = await writing(t);
  writer.append(message('one'));
  await appendFile(path, `${'x'.repeat(1_000_000)}\n\n\0\n{"event":"message"}\n\xff\n`);
  writer.append(message('two'));
  t.deepEqual(await texts(), ['one', 'two']);
});

test('a search finds part of a text in any case and Unicode form; the newest text is last', async (t) => {
  const { writer, texts } = await writing(t);
  for (const text of ['The Plan', 'nothing', 'a plan', 'Ångström', 'a "quoted" plan'])
    writer.append(message(text));
  t.deepEqual(await texts('PLAN'), ['The Plan', 'a plan', 'a "quoted" plan']);
  t.deepEqual(await texts('"quoted"'), ['a "quoted" plan']);
  t.deepEqual(await texts('a\u030angstro\u0308m'), ['Ångström']);
  t.deepEqual(await texts('plan.*'), []);
});

test('lastMessages returns the last fifty messages, and readHistory reads all messages', async (t) => {
  const { directory, writer, texts } = await writing(t);
  for (let index = 0; index < 120; index++) writer.append(message(String(index)));
  t.deepEqual(
    await texts(),
    Array.from({ length: 50 }, (_, index) => String(70 + index)),
  );
  let count = 0;
  t.true(await readHistory(directory, { buddy: bob, search: '' }, () => count++));
  t.is(count, 120);
  t.is(await texts('', 'stranger' as UserId), undefined);
});

test('symbolic links are not followed, for reading or writing', async (t) => {
  const { directory, writer, path } = await writing(t);
  const target = join(await temporaryDirectory(t), 'target');
  await writeFile(target, '');
  await mkdir(join(directory, 'history'), { recursive: true });
  await symlink(target, path);
  t.is(
    reasonOf(() => writer.append(message('one'))),
    'too many symbolic links encountered',
  );
  t.is(await readFile(target, 'utf8'), '');
  await t.throwsAsync(lastMessages(directory, { buddy: bob, search: '' }), { code: 'ELOOP' });
});

test('a pipe in the place of the file is refused without waiting', async (t) => {
  const { directory, writer, path } = await writing(t);
  await mkdir(join(directory, 'history'), { recursive: true });
  execFileSync('mkfifo', [path]);
  const reason = 'it is not a regular file';
  t.is(
    reasonOf(() => writer.append(message('one'))),
    reason,
  );
  await t.throwsAsync(lastMessages(directory, { buddy: bob, search: '' }), { message: reason });
});

test('an error of the disk is thrown with its reason, and later messages can be written', async (t) => {
  const { directory, writer, path, texts } = await writing(t);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'history'), 'a file instead of the directory');
  t.is(
    reasonOf(() => writer.append(message('one'))),
    'not a directory',
  );
  await rm(join(directory, 'history'));
  writer.append(message('two'));
  t.deepEqual(await texts(), ['two']);
  const nowhere = new HistoryWriter('/proc/im');
  t.is(
    reasonOf(() => nowhere.append(message('one'))),
    'no such file or directory',
  );
  t.is(path, historyPath(directory, message('')));
});
