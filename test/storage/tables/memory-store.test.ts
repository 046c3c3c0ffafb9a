import test from 'ava';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { changes, id } from '../changes.js';
import { testStoreContract } from '../store-contract.js';

testStoreContract('memory store', async () => openMemoryStore());

test('a new memory store is empty', async (t) => {
  const first = openMemoryStore();
  await first.commit(changes('REG alice'));
  t.is(openMemoryStore().users.buddiesOf(id('alice')), undefined);
});
