import test from 'ava';
import { openJournalStore } from '../../../storage/journal-store.js';
import { ask, PresenceClient, until } from '../../helpers/network.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { crash, current, serve, type TestServer } from '../../helpers/server.js';

const WORKERS = 8;

/** As often as the supervisors' intensities allow: four of these crash at the root's level, two at tcp's. */
const ROUNDS = 2;
const KINDS = ['store', 'presence', 'udp', 'tcp', 'connections', 'listener'] as const;

/** The child that is started last when a crash of each kind is mended. */
const MENDED_BY = { connections: 'listener' } as Readonly<Record<string, string>>;

/** Keeps changing things, and writes down what was acknowledged. */
async function work(
  tcp: number,
  worker: number,
  ledger: Map<string, boolean>,
  stop: () => boolean,
): Promise<void> {
  for (let count = 0; !stop(); count++) {
    const id = `user_${worker}_${count}`;
    // A connection may be lost with its supervisor: then nothing is known, and nothing claimed.
    const reply = await ask(tcp, `REG ${id}\n`).catch(() => '');
    if (reply.startsWith('200')) ledger.set(id, false);
    else continue;
    const added = await ask(tcp, `ADD hub ${id}\n`).catch(() => '');
    if (added.startsWith('200')) ledger.set(id, true);
  }
}

/** Crashes one actor of every kind, waits until each is mended, and connections all the while. */
async function wreck(server: TestServer): Promise<void> {
  for (const kind of KINDS) {
    const mendedBy = MENDED_BY[kind] ?? kind;
    const starts = server.starts(mendedBy);
    const requests = server.log.fieldsOf('request').length;
    crash(current(server, kind));
    await until(() => server.starts(mendedBy) > starts);
    crash(server.actors('connection').at(-1));
    // Under load: the next crash comes when requests are answered again.
    await until(() => server.log.fieldsOf('request').length > requests + 20);
  }
}

test('crashes of every actor under load lose no acknowledged change and no later request', async (t) => {
  const directory = await temporaryDirectory(t);
  const server = await serve(t, { openStore: () => openJournalStore(directory) });
  const presence = await PresenceClient.open(t, server.udp);
  await ask(server.tcp, 'REG hub\n');

  const ledger = new Map<string, boolean>();
  let stopped = false;
  const workers = Array.from({ length: WORKERS }, (_, worker) =>
    work(server.tcp, worker, ledger, () => stopped),
  );
  for (let round = 0; round < ROUNDS; round++) await wreck(server);
  stopped = true;
  await Promise.all(workers);

  t.is(
    server.log.fieldsOf('crashed').filter((fields) => !isConnection(fields)).length,
    ROUNDS * KINDS.length,
  );
  t.true(ledger.size > 100, `${ledger.size} acknowledged`);
  const list = await presence.ask('GET hub');
  for (const [id, isBuddy] of ledger) {
    t.is(await ask(server.tcp, `REG ${id}\n`), '203 USER EXISTS\r\n', id);
    if (isBuddy) t.true(list.includes(`${id} 101 `), id);
  }
  server.server.shutdown();
  t.deepEqual(await server.server.ended, {});

  // And what the server says is what the disk says.
  const store = await openJournalStore(directory);
  for (const id of ledger.keys()) t.truthy(await store.buddiesOf(id as never), id);
  await store.close();
});

function isConnection(fields: object): boolean {
  return String((fields as { readonly child?: string }).child).startsWith('connection:');
}
