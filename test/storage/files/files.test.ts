import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { copyRange, type OpenFile, withFile, writeAll } from '../../../storage/files/files.js';
import { bytesFile } from '../bytes-file.js';

/** How many bytes are copied at a time. */
const COPY_BYTES = 1024 * 1024;

test('writeAll writes all bytes to their position, even with short writes', async (t) => {
  const file = bytesFile('', 3);
  await writeAll(file, Buffer.from('0123456789'), 0);
  await writeAll(file, Buffer.from('abcdefgh'), 8);
  t.is(file.bytes.toString('latin1'), '01234567abcdefgh');
});

test('writeAll throws the error of a write that follows a short write', async (t) => {
  let writes = 0;
  const full: OpenFile = {
    ...bytesFile(''),
    async write() {
      writes += 1;
      if (writes === 2) throw new Error('no room');
      return 3;
    },
  };
  await t.throwsAsync(writeAll(full, Buffer.from('0123456789'), 0), { message: 'no room' });
});

test('any range is copied whole, even with short reads and writes', async (t) => {
  const text = '0123456789abcdef';
  const anyOffset = fc.nat({ max: text.length });
  const anyFew = fc.integer({ min: 1, max: 20 });
  const anyCall = [anyOffset, anyOffset, anyFew, anyFew] as const;
  const property = fc.asyncProperty(...anyCall, async (one, other, reads, writes) => {
    const [start, end] = [Math.min(one, other), Math.max(one, other)];
    const to = bytesFile('', writes);
    await copyRange(bytesFile(text, reads), start, end, to);
    assert.equal(to.bytes.toString('latin1'), text.slice(start, end));
  });
  await t.notThrowsAsync(fc.assert(property));
});

test('a range of any length is copied whole', async (t) => {
  for (const length of [0, 1, COPY_BYTES - 1, COPY_BYTES, COPY_BYTES + 1, 2 * COPY_BYTES + 7]) {
    const range = Buffer.alloc(length, 'abcdefghijk');
    const to = bytesFile('');
    const from = bytesFile(Buffer.concat([Buffer.from('begin'), range, Buffer.from('end')]));
    await copyRange(from, 'begin'.length, 'begin'.length + length, to);
    t.true(range.equals(to.bytes), `${length} bytes`);
  }
});

test('copyRange fails when the file ends within the range, instead of looping', async (t) => {
  await t.throwsAsync(copyRange(bytesFile('01234'), 2, 9, bytesFile('')), { message: /ended at byte 5/ });
});

test('withFile always closes the file, and ignores an error of close', async (t) => {
  let closed = 0;
  const file: OpenFile = {
    ...bytesFile('abc'),
    close: async () => {
      closed += 1;
      throw new Error('close');
    },
  };
  t.is(await withFile(Promise.resolve(file), async (used) => (used === file ? 7 : 0)), 7);
  t.is(closed, 1);
  const failed = withFile(Promise.resolve(file), async () => {
    throw new Error('use');
  });
  await t.throwsAsync(failed, { message: 'use' });
  t.is(closed, 2);
  await t.throwsAsync(
    withFile(Promise.reject(new Error('open')), async () => 7),
    { message: 'open' },
  );
});
