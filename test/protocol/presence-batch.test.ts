import test from 'ava';
import fc from 'fast-check';
import {
  BatchWriter,
  MAX_BATCH_BYTES,
  type PresenceRecord,
  parseBatch,
  versionOf,
} from '../../protocol/presence-batch.js';

const anyRecord: fc.Arbitrary<PresenceRecord> = fc.record({
  user: fc.nat(59_999_999),
  status: fc.constantFrom(100, 101, 102),
  port: fc.nat(65_535),
  address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('fe80::1%eth0')),
});

test('a batch is a header and a line for each announcement', (t) => {
  const writer = new BatchWriter('one');
  t.true(writer.isEmpty);
  writer.add({ user: 17, status: 100, port: 4000, address: '192.0.2.7' });
  writer.add({ user: 18, status: 101, port: 0, address: '2001:db8::1' });
  t.false(writer.isEmpty);
  writer.lastChange = 250;
  t.is(writer.take(), 'im-presence 1 one 250\n17 100 4000 192.0.2.7\n18 101 0 2001:db8::1\n');
  t.is(writer.take(), 'im-presence 1 one 250\n');
  t.deepEqual(parseBatch('im-presence 1 one 250\n'), { server: 'one', lastChange: 250, records: [] });
});

test('any announcements can be read back in their order, from batches within the size limit', (t) => {
  const property = fc.property(fc.array(anyRecord, { maxLength: 600, size: 'max' }), (records) => {
    const writer = new BatchWriter('0b6f4a0e-5f0e-4d0e-9c53-1f8f0f1f3a77');
    writer.lastChange = Number.MAX_SAFE_INTEGER;
    const batches = records.map((record) => writer.add(record)).filter((full) => full !== undefined);
    batches.push(writer.take());
    const read = batches.flatMap((batch) => parseBatch(batch)?.records ?? []);
    t.true(batches.every((batch) => batch.length <= MAX_BATCH_BYTES));
    t.deepEqual(read, records);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 50 }));
});

for (const text of [
  '',
  'im-presence 1 one 0',
  'im-presence 2 one 0\n',
  'im-presence 1 one\n',
  'im-presence 1 one 0 0\n',
  'im-presence 1 one -1\n',
  'im-presence 1 one 10000000000000000\n',
  'im-presence 1 one 0\n17 100 4000\n',
  'im-presence 1 one 0\n17 100 4000 192.0.2.7',
  'im-presence 1 one 0\n17 100 4000 192.0.2.7 more\n',
  'im-presence 1 one 0\n-1 100 4000 192.0.2.7\n',
  'im-presence 1 one 0\n17 103 4000 192.0.2.7\n',
  'im-presence 1 one 0\n17 100 70000 192.0.2.7\n',
  'im-presence 1 one 0\n17 100 4000 \u001b[2J\n',
]) {
  test(`${JSON.stringify(text)} is not a batch`, (t) => {
    t.is(parseBatch(text), undefined);
  });
}

test('the version of a batch can be read, whatever the rest of the batch contains', (t) => {
  t.is(versionOf('im-presence 1 one 0\n'), 1);
  t.is(versionOf('im-presence 27 anything'), 27);
  for (const text of ['', 'im-presence', 'im-presence \u001b[2J ', 'im-presence 1', 'hello 1 ']) {
    t.is(versionOf(text), undefined, text);
  }
});
