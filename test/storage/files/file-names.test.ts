import test from 'ava';
import {
  brokenName,
  fileNumberOf,
  isDataFile,
  isSnapshot,
  journalName,
  MANIFEST_FILE,
  newName,
  nextFileNumber,
  snapshotName,
} from '../../../storage/files/file-names.js';

test('only names of snapshots and journals have a file number', (t) => {
  t.is(fileNumberOf(journalName(7)), 7);
  t.is(fileNumberOf(snapshotName(123)), 123);
  for (const name of [
    'journal.txt',
    'journal-07.txt',
    'journal-7.txt.broken',
    '../journal-7.txt',
    'x-1.txt',
  ]) {
    t.is(fileNumberOf(name), undefined, name);
  }
});

test('the next file number is one more than the greatest number in the names', (t) => {
  t.is(nextFileNumber([]), 1);
  t.is(nextFileNumber(['manifest.txt', 'journal.txt']), 1);
  t.is(nextFileNumber(['journal-9.txt', 'snapshot-10.txt', 'journal-2.txt']), 11);
});

test('only snapshots and journals, including the earliest journal, are data files', (t) => {
  t.true(['journal.txt', journalName(1), snapshotName(2)].every(isDataFile));
  for (const name of [MANIFEST_FILE, 'lock.txt', newName(MANIFEST_FILE), brokenName('journal.txt')]) {
    t.false(isDataFile(name), name);
  }
  t.deepEqual(['journal.txt', journalName(1), snapshotName(2)].map(isSnapshot), [false, false, true]);
});

test('the name of a broken file contains the original name', (t) => {
  t.is(brokenName('journal-2.txt'), 'journal-2.txt.broken');
  t.is(brokenName('journal-2.txt', 57), 'journal-2.txt.57.broken');
});
