import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import { isFileError } from '../../../storage/files/file-error.js';
import { MANIFEST_FILE } from '../../../storage/files/file-names.js';
import type { Files } from '../../../storage/files/files.js';
import { checksumOf } from '../../../storage/format/checksum.js';
import {
  encodeManifest,
  type Manifest,
  namesIn,
  parseManifest,
  readManifest,
  swapManifest,
} from '../../../storage/format/manifest.js';
import { StoreError } from '../../../storage/store.js';
import { temporaryDirectory } from '../temporary-directory.js';

const MANIFEST: Manifest = {
  snapshot: { name: 'snapshot-3.txt', last: 2000, bytes: 48213 },
  sealed: [{ name: 'journal-2.txt', first: 2001, last: 2950, bytes: 31337 }],
  active: { name: 'journal-4.txt', first: 2951 },
};

const BODY = `im-manifest 1
snapshot snapshot-3.txt 2000 48213
journal journal-2.txt 2001 2950 31337
journal journal-4.txt 2951
`;
const TEXT = sealed(BODY);

/** A text with a correct checksum. */
function sealed(body: string): string {
  return `${body}checksum ${checksumOf(body)}\n`;
}

const anyName = (kind: string) =>
  fc.integer({ min: 1, max: 10 ** 15 - 1 }).map((number) => `${kind}-${number}.txt`);
const anyBytes = fc.integer({ min: 13, max: 10 ** 15 });

const anyManifest: fc.Arbitrary<Manifest> = fc
  .record({
    snapshot: fc.option(fc.record({ name: anyName('snapshot'), last: fc.nat(), bytes: anyBytes }), {
      nil: undefined,
    }),
    sealed: fc.array(fc.record({ name: anyName('journal'), count: fc.integer({ min: 1 }), bytes: anyBytes })),
    active: fc.oneof(anyName('journal'), fc.constant('journal.txt')),
  })
  .map(({ snapshot, sealed, active }) => {
    let next = (snapshot?.last ?? 0) + 1;
    const entries = sealed.map(({ name, count, bytes }) => {
      const first = next;
      next += count;
      return { name, first, last: next - 1, bytes };
    });
    const copy = snapshot && { name: snapshot.name, last: snapshot.last, bytes: snapshot.bytes };
    return { snapshot: copy, sealed: entries, active: { name: active, first: next } };
  });

function onDisk(path: string): DataDirectory {
  return new DataDirectory(DISK, path);
}

async function directoryWith(t: ExecutionContext, text: string): Promise<string> {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, MANIFEST_FILE), text, 'latin1');
  return directory;
}

test('a manifest is a header, a line for each file, and a checksum', (t) => {
  t.is(encodeManifest(MANIFEST), TEXT);
  t.is(
    encodeManifest({ sealed: [], active: { name: 'journal-1.txt', first: 1 } }),
    sealed('im-manifest 1\njournal journal-1.txt 1\n'),
  );
  t.deepEqual(parseManifest(TEXT), MANIFEST);
});

test('any manifest can be read back', (t) => {
  const property = fc.property(anyManifest, (manifest) => {
    assert.deepEqual(parseManifest(encodeManifest(manifest)), manifest);
  });
  t.notThrows(() => fc.assert(property));
});

test('namesIn lists the snapshot, the sealed journals and the active journal', (t) => {
  t.deepEqual(namesIn(MANIFEST), ['snapshot-3.txt', 'journal-2.txt', 'journal-4.txt']);
  t.deepEqual(namesIn({ sealed: [], active: { name: 'journal.txt', first: 1 } }), ['journal.txt']);
});

test('a text with a changed, missing or added byte is not a manifest', (t) => {
  for (let at = 0; at < TEXT.length; at++) {
    const [before, byte, after] = [TEXT.slice(0, at), TEXT.charCodeAt(at), TEXT.slice(at + 1)];
    for (const other of [byte ^ 1, byte ^ 0x20, 0, 0x0a, 0x39]) {
      if (other === byte) continue;
      t.is(
        parseManifest(`${before}${String.fromCharCode(other)}${after}`),
        undefined,
        `byte ${at} is ${other}`,
      );
    }
    t.is(parseManifest(before), undefined, `cut at ${at}`);
    t.is(parseManifest(before + after), undefined, `without ${at}`);
    t.is(parseManifest(`${before} ${TEXT.slice(at)}`), undefined, `a space at ${at}`);
  }
  for (const more of ['\n', ' ', 'x', '\r\n', TEXT]) t.is(parseManifest(TEXT + more), undefined);
});

test('a text that encodeManifest would not write is not a manifest', (t) => {
  const lines = BODY.split('\n') as [string, string, string, string, string];
  const [header, snapshot, old, last] = lines;
  const bodies: Record<string, readonly string[]> = {
    'no header': [snapshot, old, last],
    'no active journal': [header, snapshot, old],
    'two active journals': [header, snapshot, old, last, last],
    'two snapshots': [header, snapshot, snapshot, old, last],
    'another order': [header, old, snapshot, last],
    'a gap after the snapshot': [header, snapshot.replace('2000', '1999'), old, last],
    'a gap before the last journal': [header, snapshot, old, last.replace('2951', '2952')],
    'a journal that ends before it begins': [
      header,
      snapshot,
      old.replace('2950', '1950'),
      last.replace('2951', '1951'),
    ],
    'a first journal that does not begin at 1': [header, last],
    'a foreign name': [header, snapshot, old, last.replace('journal-4.txt', '../journal-4.txt')],
    'a number with a leading zero': [header, snapshot, old, last.replace('2951', '02951')],
    'a negative number': [header, snapshot, old.replace('31337', '-31337'), last],
    'a line of another kind': [header, snapshot, old, 'comment journal-9.txt 1', last],
    'an empty line': [header, snapshot, '', old, last],
    nothing: [header],
  };
  t.truthy(parseManifest(sealed(BODY)));
  for (const [what, body] of Object.entries(bodies))
    t.is(parseManifest(sealed(`${body.join('\n')}\n`)), undefined, what);
});

test('a random text is not a manifest, and causes no error', (t) => {
  const property = fc.property(
    fc.string({ unit: 'binary-ascii' }),
    (text) => parseManifest(text) === undefined,
  );
  t.notThrows(() => fc.assert(property));
});

test('readManifest reads the file, and returns undefined if there is none', async (t) => {
  t.is(await readManifest(onDisk(await temporaryDirectory(t))), undefined);
  t.deepEqual(await readManifest(onDisk(await directoryWith(t, TEXT))), MANIFEST);
  const longer = join(await temporaryDirectory(t), 'missing');
  t.is(await readManifest(onDisk(longer)), undefined, 'the directory does not exist');
});

test('the error of a damaged manifest names its path and the remedy', async (t) => {
  for (const text of [
    '',
    '\n',
    TEXT.slice(0, -1),
    TEXT.replaceAll('\n', '\r\n'),
    'im-manifest x\n',
    'x'.repeat(300_000),
  ]) {
    const directory = await directoryWith(t, text);
    const error = await t.throwsAsync(readManifest(onDisk(directory)), {
      instanceOf: StoreError,
      code: 'store.corrupt',
    });
    t.true(error?.message.startsWith(`${join(directory, MANIFEST_FILE)} is damaged`), error?.message);
    t.true(error?.message.includes('--repair'), error?.message);
  }
});

test('a manifest of a newer format is refused with the name of the format', async (t) => {
  for (const format of ['im-manifest 2', 'im-manifest 10']) {
    for (const body of [`${format}\n`, `${format}\nanything\n`]) {
      const text = `${body}checksum ${checksumOf(body)}\n`;
      const directory = await directoryWith(t, text);
      const error = await t.throwsAsync(readManifest(onDisk(directory)), {
        instanceOf: StoreError,
        code: 'store.unusable',
      });
      const path = join(directory, MANIFEST_FILE);
      t.true(
        error?.message.startsWith(`${path} was written by a newer im-server (its format is '${format}')`),
      );
    }
  }
});

test('a manifest of many thousand journals can be read back', async (t) => {
  const directory = await temporaryDirectory(t);
  const entries = Array.from({ length: 20_000 }, (_, index) => ({
    name: `journal-${index + 1}.txt`,
    first: index + 1,
    last: index + 1,
    bytes: 40,
  }));
  const manifest: Manifest = {
    snapshot: undefined,
    sealed: entries,
    active: { name: 'journal-99999.txt', first: 20_001 },
  };
  await swapManifest(onDisk(directory), manifest);
  t.deepEqual(await readManifest(onDisk(directory)), manifest);
});

test('a manifest replaces the earlier manifest, and leaves no other file', async (t) => {
  const directory = await directoryWith(t, 'an earlier text');
  await writeFile(
    join(directory, `${MANIFEST_FILE}.new`),
    'a long leftover of an interrupted write'.repeat(20),
  );
  await swapManifest(onDisk(directory), MANIFEST);
  t.deepEqual(await readdir(directory), [MANIFEST_FILE]);
  t.is(await readFile(join(directory, MANIFEST_FILE), 'latin1'), TEXT);
});

test('the rename is between two syncs; an error of the rename or the second sync is uncertain', async (t) => {
  const directory = await directoryWith(t, 'old');
  for (const [failing, isUncertain] of [
    ['create', false],
    ['sync 1', false],
    ['rename', true],
    ['sync 2', true],
  ] as const) {
    const calls: string[] = [];
    function call(name: string): void {
      calls.push(name);
      if (name === failing) throw new Error(name);
    }
    const files: Files = {
      ...DISK,
      create: async (path) => {
        call('create');
        const file = await DISK.create(path);
        return { ...file, datasync: async () => call('datasync') };
      },
      rename: async (from, to) => {
        call('rename');
        await DISK.rename(from, to);
      },
      syncDirectory: async () => call(calls.includes('rename') ? 'sync 2' : 'sync 1'),
    };
    const error = await t.throwsAsync(swapManifest(new DataDirectory(files, directory), MANIFEST));
    t.is(isFileError(error, 'file.uncertain'), isUncertain, failing);
    t.like(isUncertain ? error?.cause : error, { message: failing });
    const order = ['create', 'datasync', 'sync 1', 'rename', 'sync 2'];
    t.deepEqual(calls, order.slice(0, order.indexOf(failing) + 1));
  }
});
