import { join } from 'node:path';
import test from 'ava';
import { timeSyncs } from '../../../bin/metrics/timed-files.js';
import { DISK } from '../../../storage/files/disk.js';
import { temporaryDirectory } from '../../helpers/programs.js';

test('each sync of a created or appended file is timed', async (t) => {
  const directory = await temporaryDirectory(t);
  const times: number[] = [];
  const files = timeSyncs(DISK, (ms) => times.push(ms));
  for (const open of [files.create, files.append]) {
    const file = await open(join(directory, 'file'));
    await file.write(Buffer.from('text'), 0);
    await file.datasync();
    await file.close();
    await t.throwsAsync(file.datasync());
  }
  t.is(times.length, 2, 'a sync that fails is not timed');
  t.true(times.every((ms) => ms > 0));
});
