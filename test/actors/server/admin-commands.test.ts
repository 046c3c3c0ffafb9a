import test from 'ava';
import { runAdminCommand } from '../../../actors/server/admin-commands.js';
import { AdminError } from '../../../actors/server/admin-error.js';
import type { UserId } from '../../../protocol/id.js';
import type { IdentityKey } from '../../../protocol/key.js';
import { MAX_BANS } from '../../../storage/store.js';

const id = 'alice' as UserId;
const key = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' as IdentityKey;

/** A store that makes changes, but cannot be read. */
const questions = {
  change: async () => 200,
  examineStore: async () => {
    throw new AdminError('unavailable', 'the store did not answer within 5 s: try again');
  },
};

test('if the table of bans is full, a ban is refused with the reason', async (t) => {
  const fullOf = (bans: number) => ({
    change: async () => 205,
    examineStore: async (read: (store: object) => unknown) => read({ users: { countBans: () => bans } }),
  });
  const ban = (bans: number) => {
    const context = { questions: fullOf(bans), facts: { wallClock: () => 0 } } as never;
    return runAdminCommand({ command: 'ban', target: { kind: 'id', name: id } }, context);
  };
  await t.throwsAsync(ban(MAX_BANS), { message: /^there are 1000000 bans, and no more are possible/ });
  await t.throwsAsync(ban(MAX_BANS - 1), { message: /^the store could not make the change/ });
});

test('a key that was set is reported as set, even if it cannot be read again', async (t) => {
  const context = { questions } as never;
  t.deepEqual(await runAdminCommand({ command: 'key.set', id, key }, context), { id, key });
  t.deepEqual(await runAdminCommand({ command: 'key.clear', id }, context), { id, key: null });
  await t.throwsAsync(runAdminCommand({ command: 'key.show', id }, context), { message: /try again$/ });
});
