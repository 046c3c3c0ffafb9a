import test from 'ava';
import { runAdminCommand } from '../../../actors/server/admin-commands.js';
import { AdminError } from '../../../actors/server/admin-error.js';
import type { UserId } from '../../../protocol/id.js';
import type { IdentityKey } from '../../../protocol/key.js';

const id = 'alice' as UserId;
const key = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' as IdentityKey;

/** A store that makes a change, and then does not answer. */
const questions = {
  change: async () => 200,
  examineStore: async () => {
    throw new AdminError('unavailable', 'the store did not answer within 5 s: try again');
  },
};

test('a key that was set is reported as set, even if it cannot be read again', async (t) => {
  const context = { questions } as never;
  t.deepEqual(await runAdminCommand({ command: 'key.set', id, key }, context), { id, key });
  t.deepEqual(await runAdminCommand({ command: 'key.clear', id }, context), { id, key: null });
  await t.throwsAsync(runAdminCommand({ command: 'key.show', id }, context), { message: /try again$/ });
});
