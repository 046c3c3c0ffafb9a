import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test from 'ava';
import { ClientError } from '../../../actors/client/client-error.js';
import type { Directory } from '../../../actors/client/directory.js';
import { DeviceCredentials } from '../../../keys/device-credentials.js';
import { Identity } from '../../../keys/identity.js';
import type { UserId } from '../../../protocol/id.js';
import { DISK } from '../../../storage/files/disk.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { KeyFiles } from '../../../user-files/key-file.js';
import { Servers } from '../../../user-files/servers.js';
import { directoryAt, filesKilledAt, LossyProxy, RecordingServer, SILENCE } from '../../helpers/directory.js';
import { ask, freePort } from '../../helpers/network.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';
import { serve, type TestServer } from '../../helpers/server.js';
import { chainOf, contextWithChain, TlsServer } from '../../helpers/tls-pair.js';

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;
const signal = new AbortController().signal;
const here = { host: '127.0.0.1', address: '127.0.0.1' };

/** The reply to a registration with the key that a directory holds for the id. */
function registered(directory: Directory, id: UserId) {
  const key = directory.credentialsOf(id)?.device.identity;
  return { line: '200 OK', done: true, registration: { with: 'key', key, remindsOfWords: true } };
}

/** Every file below a directory, with its contents. */
async function filesBelow(root: string): Promise<string> {
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

/** A directory with alice's key, registered at a server. */
async function registeredAlice(t: Parameters<typeof serve>[0]) {
  const server = await serve(t);
  const root = await temporaryDirectory(t);
  const directory = directoryAt(t, server, root);
  t.deepEqual<unknown, unknown>(
    await directory.request('REG', [alice], signal),
    registered(directory, alice),
  );
  return { server, root, directory };
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof ClientError ? error.code : `no ClientError: ${error}`;
  }
}

/** The key that the server names for an id. */
async function keyAt({ tcp }: TestServer, id: UserId): Promise<string> {
  return (await askSealed(tcp, deviceOf(), `WHO ${id}`)).trim();
}

test('REG makes a key, stores it, and binds the id to it', async (t) => {
  const { server, root, directory } = await registeredAlice(t);
  const credentials = directory.credentialsOf(alice);
  const { identity, serial } = credentials?.device ?? {};
  t.is(await keyAt(server, alice), `200 OK ${identity} 0 ${serial}`);
  t.deepEqual(await directory.standing(alice), { holds: 'key', remindsOfWords: true });
  t.is((await readdir(join(root, 'keys'))).filter((name) => name.endsWith('.json')).length, 1);
  t.is(directory.serverName()?.length, 16);
  t.is(await ask(server.tcp, 'ADD alice bob\n'), '204 DENIED\r\n');
});

test('ADD and DEL go inside TLS if the key is on this machine, even after a restart', async (t) => {
  const { server, root } = await registeredAlice(t);
  await ask(server.tcp, 'REG bob\n');
  const next = directoryAt(t, server, root);
  t.like(await next.request('ADD', [alice, bob], signal), { line: '200 OK', done: true });
  t.like(await next.request('ADD', [alice, bob], signal), { line: '201 INVALID', done: false });
  t.like(await next.request('DEL', [alice, bob], signal), { line: '200 OK', done: true });
});

test('a request for an id is refused if the key of the id is not on this machine', async (t) => {
  const { server } = await registeredAlice(t);
  const other = directoryAt(t, server, await temporaryDirectory(t));
  t.deepEqual(await other.standing(alice), { holds: 'no-key' });
  t.is(await codeOf(other.request('ADD', [alice, bob], signal)), 'key.missing');
});

test('ids without a key work at a server that keeps keys', async (t) => {
  const server = await serve(t);
  const directory = directoryAt(t, server, await temporaryDirectory(t), { keys: false });
  t.deepEqual<unknown, unknown>(await directory.request('REG', [alice], signal), {
    line: '200 OK',
    done: true,
  });
  t.is(await keyAt(server, alice), '200 OK - 0 0');
  t.deepEqual(await directory.standing(alice), { holds: 'nothing' });
  await ask(server.tcp, 'REG bob\n');
  t.like(await directory.request('ADD', [alice, bob], signal), { line: '200 OK' });
  t.like(await directory.request('ADD', ['not/an/id', bob], signal), { line: '201 INVALID' });
  t.like(await directory.request('REG', ['not/an/id'], signal), { line: '201 INVALID' });
});

test('a server without keys gets VER before the first request and before REG, but no WHO', async (t) => {
  for (const reply of ['201 INVALID\r\n', '200 OK\r\n', '500 what?\r\n', undefined]) {
    const foreign = await RecordingServer.start(t, (first) =>
      first.startsWith('VER') ? reply : '200 OK\r\n',
    );
    const root = await temporaryDirectory(t);
    const directory = directoryAt(t, foreign, root);
    t.like(await directory.request('ADD', [alice, bob], signal), { line: '200 OK' });
    t.deepEqual(await directory.who(bob), { says: 'keyless-server' });
    t.deepEqual(await directory.checkSignIn(alice), { holds: 'nothing', isNewlyKeyless: true });
    t.deepEqual(await directory.checkSignIn(alice), { holds: 'nothing' }, 'reported only once');
    t.deepEqual(foreign.texts, ['VER im 1\r\n', 'ADD alice bob\r\n'], reply);
    const next = directoryAt(t, foreign, root);
    t.deepEqual<unknown, unknown>(await next.request('REG', [alice], signal), {
      line: '200 OK',
      done: true,
    });
    await next.request('DEL', [alice, bob], signal);
    // The server may have been updated: REG asks again.
    t.deepEqual(foreign.texts.slice(2), ['VER im 1\r\n', 'REG alice\r\n', 'DEL alice bob\r\n'], reply);
  }
});

/** Stores a server's key, as an earlier run of the client would have done. */
async function know(
  root: string,
  { tcp }: { readonly tcp: number },
  key = Identity.create().key,
): Promise<void> {
  assertStored(await new Servers(root).add({ host: '127.0.0.1', port: tcp }, key));
}

function assertStored(failed: unknown): void {
  if (failed !== undefined) throw new Error(inspect(failed));
}

test('no request in clear is sent to a server that is known to keep keys, whatever it does', async (t) => {
  for (const reply of ['206 BUSY\r\n', '201 INVALID\r\n', '200 OK\r\n', undefined]) {
    const impostor = await RecordingServer.start(t, () => reply);
    const root = await temporaryDirectory(t);
    await know(root, impostor);
    const directory = directoryAt(t, impostor, root);
    t.is(await codeOf(directory.request('ADD', [alice, bob], signal)), 'server.busy');
    t.is(await codeOf(directory.request('REG', [alice], signal)), 'server.busy');
    t.deepEqual(await directory.who(bob), { says: 'nothing' });
    t.like(await directory.standing(alice), { holds: 'unknown', code: 'server.busy' });
    t.true(impostor.connections.length >= 4);
    for (const bytes of impostor.connections) t.is(bytes[0], 0x16, 'only TLS');
    const clear = directoryAt(t, impostor, root, { keys: false });
    t.is(await codeOf(clear.request('REG', [bob], signal)), 'server.busy');
    for (const bytes of impostor.connections) t.is(bytes[0], 0x16, 'only TLS');
  }
});

test('if a server does not say whether it keeps keys, it is not asked again for 5 minutes', async (t) => {
  for (const answer of [SILENCE, '206 BUSY\r\n'] as const) {
    const foreign = await RecordingServer.start(t, (first) =>
      first.startsWith('VER') ? answer : '200 OK\r\n',
    );
    let uptimeMs = 0;
    const directory = directoryAt(t, foreign, await temporaryDirectory(t), { uptime: () => uptimeMs });
    const change = ['VER im 1\r\n', 'ADD alice bob\r\n'];
    t.like(await directory.request('ADD', [alice, bob], signal), { line: '200 OK' });
    uptimeMs = 299_999;
    t.deepEqual(await directory.who(bob), { says: 'nothing' });
    t.deepEqual(await directory.checkSignIn(alice), { holds: 'nothing' });
    t.deepEqual(foreign.texts, change);
    uptimeMs = 300_000;
    t.like(await directory.request('ADD', [alice, bob], signal), { line: '200 OK' });
    t.deepEqual(foreign.texts, [...change, ...change]);
  }
});

test('REG asks a silent server again whether it keeps keys, and is not sent without an answer', async (t) => {
  const silent = await RecordingServer.start(t, () => SILENCE);
  const directory = directoryAt(t, silent, await temporaryDirectory(t));
  t.deepEqual(await directory.standing(alice), { holds: 'nothing' });
  const error = await t.throwsAsync(directory.request('REG', [alice], signal), { instanceOf: ClientError });
  t.regex(error?.message ?? '', /did not say whether it keeps keys: .*--clear$/);
  t.deepEqual(silent.texts, ['VER im 1\r\n', 'VER im 1\r\n']);
});

test('REG is sent to a server that once said it keeps no keys, even if VER gets no answer', async (t) => {
  let reply: string | typeof SILENCE = '201 INVALID\r\n';
  const foreign = await RecordingServer.start(t, (first) => (first.startsWith('VER') ? reply : '200 OK\r\n'));
  const directory = directoryAt(t, foreign, await temporaryDirectory(t));
  t.deepEqual(await directory.standing(alice), { holds: 'nothing' });
  reply = SILENCE;
  t.like(await directory.request('REG', [alice], signal), { line: '200 OK', done: true });
  t.deepEqual(foreign.texts, ['VER im 1\r\n', 'VER im 1\r\n', 'REG alice\r\n']);
});

/** Stores that a server keeps no keys, in place of the key that was stored for the server. */
async function forgetKey(root: string, { tcp }: { readonly tcp: number }): Promise<void> {
  const servers = new Servers(root);
  const address = { host: '127.0.0.1', port: tcp };
  assertStored(await servers.forget(address));
  assertStored(await servers.add(address, 'none'));
}

test('if a server seemed to keep no keys, it is asked again for a user whose key is stored', async (t) => {
  const { server, root } = await registeredAlice(t);
  await forgetKey(root, server);
  t.like(await directoryAt(t, server, root).checkSignIn(alice), { holds: 'key' });
});

test('--clear does not sign in while the directory of keys cannot be read', async (t) => {
  const { server, root } = await registeredAlice(t);
  await chmod(join(root, 'keys'), 0o777);
  t.like(await directoryAt(t, server, root, { keys: false }).standing(alice), { code: 'key.unreadable' });
});

test('if a server denies a request in clear, it is asked again whether it keeps keys', async (t) => {
  const { server } = await registeredAlice(t);
  const root = await temporaryDirectory(t);
  await new Servers(root).add({ host: '127.0.0.1', port: server.tcp }, 'none');
  const directory = directoryAt(t, server, root);
  t.like(await directory.request('ADD', [alice, bob], signal), { line: '204 DENIED' });
  t.deepEqual(await directory.checkSignIn(alice), { holds: 'no-key' });
});

test('another server at a known address gets nothing; the error names the command `forget`', async (t) => {
  const server = await serve(t);
  const root = await temporaryDirectory(t);
  await know(root, server);
  const directory = directoryAt(t, server, root);
  const error = await t.throwsAsync(directory.request('ADD', [alice, bob], signal), {
    instanceOf: ClientError,
  });
  t.is((error as ClientError).code, 'server.changed');
  t.regex(error?.message ?? '', /im-client server forget 127\.0\.0\.1:\d+$/);
  t.is(await codeOf(directory.request('REG', [alice], signal)), 'server.changed');
  t.like(await directory.standing(bob), { holds: 'unknown', code: 'server.changed' });
  t.deepEqual(await directory.who(alice), { says: 'nothing' });
  t.is(await keyAt(server, alice), '202 NO SUCH USER');
  t.is(server.received('connection', 'request.received'), 0);
});

test('a server whose certificate chain is not accepted does not count as another server', async (t) => {
  const device = deviceOf();
  const [leaf, identity] = chainOf(device);
  for (const chain of [[leaf], [leaf, leaf], [leaf, identity, identity]]) {
    const impostor = await TlsServer.start(t, contextWithChain(device, chain));
    const root = await temporaryDirectory(t);
    await know(root, { tcp: impostor.port });
    const directory = directoryAt(t, { tcp: impostor.port }, root);
    t.is(await codeOf(directory.request('ADD', [alice, bob], signal)), 'server.busy');
  }
});

test('a damaged file with the keys of servers stops all requests', async (t) => {
  const server = await serve(t);
  const root = await temporaryDirectory(t);
  await writeFile(join(root, 'servers.jsonl'), 'torn', { mode: 0o600 });
  const directory = directoryAt(t, server, root);
  t.is(await codeOf(directory.request('REG', [alice], signal)), 'server.unreadable');
  t.is(await codeOf(directory.request('ADD', [alice, bob], signal)), 'server.unreadable');
  t.is(server.received('connection', 'request.received'), 0);
});

test('if nothing can be stored, the id is registered without a key, and the reply says why', async (t) => {
  const server = await serve(t);
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  const roots = { missing: undefined, device: '/dev/null/im', file: join(file, 'im') };
  for (const [name, root] of Object.entries(roots)) {
    const reply = await directoryAt(t, server, root).request('REG', [name], signal);
    t.like(reply, { line: '200 OK', registration: { with: 'nothing', why: 'not-stored' } }, name);
    t.regex((reply.registration as { reason: string }).reason, /\w/, name);
    t.is(await keyAt(server, name as UserId), '200 OK - 0 0', name);
  }
});

test('on a file system that is read-only, the id is registered without a key', async (t) => {
  const server = await serve(t);
  const readOnly = async () => Promise.reject(Object.assign(new Error(), { code: 'EROFS', errno: -30 }));
  const files = { ...DISK, createDirectory: readOnly };
  const directory = directoryAt(t, server, join(await temporaryDirectory(t), 'im'), { files });
  const why = { with: 'nothing', why: 'not-stored', reason: 'read-only file system' };
  t.like(await directory.request('REG', [alice], signal), { line: '200 OK', registration: why });
});

test('keys that other users can overwrite are neither used nor replaced', async (t) => {
  const { server, root } = await registeredAlice(t);
  await chmod(join(root, 'keys'), 0o777);
  const next = directoryAt(t, server, root);
  t.is(await codeOf(next.request('ADD', [alice, bob], signal)), 'key.unreadable');
  t.is(await codeOf(next.request('REG', [bob], signal)), 'key.unreadable');
  t.is(await keyAt(server, bob), '202 NO SUCH USER');
});

test('a server that cannot be reached does not count as a server without keys', async (t) => {
  const root = await temporaryDirectory(t);
  const directory = directoryAt(t, { tcp: await freePort() }, root);
  await t.throwsAsync(directory.request('REG', [alice], signal), { message: 'nothing listens there' });
  t.deepEqual(await directory.who(alice), { says: 'nothing' });
  t.deepEqual(await directory.standing(alice), { holds: 'nothing' });
  t.deepEqual(await readdir(root), []);
  const busy = await RecordingServer.start(t, () => '206 BUSY\r\n');
  t.like(await directoryAt(t, busy, root).request('REG', [alice], signal), { line: '206 BUSY', done: false });
  t.deepEqual(busy.texts, ['VER im 1\r\n'], 'the registration itself was not sent');
});

test('if the reply to a REG is lost, WHO confirms the REG', async (t) => {
  const server = await serve(t);
  const root = await temporaryDirectory(t);
  const proxy = await LossyProxy.start(t, server.tcp);
  const directory = directoryAt(t, proxy, root);
  await directory.standing(bob);
  proxy.losesReplies = 1;
  t.deepEqual<unknown, unknown>(
    await directory.request('REG', [alice], signal),
    registered(directory, alice),
  );
  t.is((await keyAt(server, alice)).split(' ')[2], directory.credentialsOf(alice)?.device.identity);
});

test('if the reply to a REG is lost, its key is tentative while the server cannot be reached', async (t) => {
  const server = await serve(t);
  const root = await temporaryDirectory(t);
  const proxy = await LossyProxy.start(t, server.tcp);
  const directory = directoryAt(t, proxy, root);
  await directory.standing(bob);
  proxy.losesReplies = Number.POSITIVE_INFINITY;
  await t.throwsAsync(directory.request('REG', [alice], signal));
  t.is(directory.credentialsOf(alice), undefined);
  t.like(await directory.standing(alice), { holds: 'unknown', code: 'server.busy' });
  proxy.losesReplies = 0;
  t.deepEqual(await directory.standing(alice), { holds: 'key', remindsOfWords: true });
  const reply = await directoryAt(t, proxy, root).request('REG', [alice], signal);
  t.like(reply, { line: '203 USER EXISTS', done: false }, 'a confirmed key is not registered twice');
});

test('a 203 for another key removes the tentative key', async (t) => {
  const { server } = await registeredAlice(t);
  const root = await temporaryDirectory(t);
  const other = directoryAt(t, server, root);
  t.deepEqual<unknown, unknown>(await other.request('REG', [alice], signal), {
    line: '203 USER EXISTS',
    done: false,
  });
  t.deepEqual(
    (await readdir(join(root, 'keys'))).filter((name) => name.endsWith('.json')),
    [],
  );
  t.deepEqual(await other.standing(alice), { holds: 'no-key' });
});

/** A server that answers changes with 205 until it is repaired. */
async function unavailableServer(t: Parameters<typeof serve>[0]) {
  const store = openMemoryStore();
  let isRepaired = false;
  const server = await serve(t, {
    openStore: async () => ({
      ...store,
      commit: (changes) => (isRepaired ? store.commit(changes) : Promise.reject(new Error('disk full'))),
      close: async () => {},
    }),
  });
  return {
    server,
    repair() {
      isRepaired = true;
    },
  };
}

/** The key that a directory holds for an id, even a tentative one. */
async function storedIdentity(root: string, id: UserId): Promise<string | undefined> {
  const files = new KeyFiles(root);
  const names = await files.list();
  const name = Array.isArray(names) ? names.find((each) => each.id === id) : undefined;
  const stored = name && (await files.read(name));
  return stored !== undefined && 'identity' in stored ? stored.identity : undefined;
}

test('a refused REG leaves a key, which blocks nothing and is used by the next REG', async (t) => {
  const { server, repair } = await unavailableServer(t);
  const root = await temporaryDirectory(t);
  const directory = directoryAt(t, server, root);
  t.like(await directory.request('REG', [alice], signal), { line: '205 UNAVAILABLE', done: false });
  const identity = await storedIdentity(root, alice);
  t.truthy(identity);
  t.deepEqual(await directory.standing(alice), { holds: 'nothing' });
  t.deepEqual(await directory.checkSignIn(alice), { holds: 'nothing' });
  t.like(await directory.logIn(alice, { kind: 'new' }, here, signal), { outcome: 'no-key' });
  t.is(await storedIdentity(root, alice), identity, 'another process may be registering this key');
  repair();
  t.like(await directory.request('REG', [bob], signal), { line: '200 OK', registration: { with: 'key' } });
  t.like(await directory.request('ADD', [alice, bob], signal), { line: '202 NO SUCH USER' });
  const next = directoryAt(t, server, root);
  t.deepEqual<unknown, unknown>(await next.request('REG', [alice], signal), registered(next, alice));
  t.is((await keyAt(server, alice)).split(' ')[2], identity);
  t.deepEqual(await directory.standing(alice), { holds: 'key', remindsOfWords: true });
});

test('after a refused REG, the id can still be registered without a key', async (t) => {
  const { server, repair } = await unavailableServer(t);
  const root = await temporaryDirectory(t);
  const directory = directoryAt(t, server, root);
  t.like(await directory.request('REG', [alice], signal), { line: '205 UNAVAILABLE' });
  repair();
  await ask(server.tcp, 'REG bob\n');
  const clear = directoryAt(t, server, root, { keys: false });
  t.like(await clear.request('REG', [alice], signal), { line: '200 OK', done: true });
  t.is(await keyAt(server, alice), '200 OK - 0 0');
  t.like(await clear.request('ADD', [alice, bob], signal), { line: '200 OK' });
  t.deepEqual(await directory.standing(alice), { holds: 'nothing' });
  t.is(await storedIdentity(root, alice), undefined, 'the id has no key: the tentative one is gone');
});

test('if a client is killed at any step of REG, the id can still be used', async (t) => {
  const server = await serve(t);
  let steps = 0;
  for (let at = 0; ; at++) {
    const root = await temporaryDirectory(t);
    const id = `user${at}` as UserId;
    const { files, wasKilled } = filesKilledAt(at);
    const killed = directoryAt(t, server, root, { files });
    await killed.request('REG', [id], signal).catch(() => {});
    const next = directoryAt(t, server, root);
    const standing = await next.standing(id);
    if (standing.holds !== 'key') {
      t.deepEqual(standing, { holds: 'nothing' }, `step ${at}`);
      t.deepEqual<unknown, unknown>(
        await next.request('REG', [id], signal),
        registered(next, id),
        `step ${at}`,
      );
    }
    t.is((await keyAt(server, id)).split(' ')[2], next.credentialsOf(id)?.device.identity, `step ${at}`);
    t.is((await next.logIn(id, { kind: 'new' }, here, signal)).outcome, 'open', `step ${at}`);
    steps = at;
    if (!wasKilled()) break;
  }
  t.true(steps > 10, `${steps} steps`);
});

test('WHO says which key an id has, and its answer counts for 60 s', async (t) => {
  const server = await serve(t);
  const device = deviceOf();
  let uptimeMs = 0;
  const directory = directoryAt(t, server, undefined, { uptime: () => uptimeMs });
  t.deepEqual(await directory.who(alice), { says: 'unregistered' });
  await askSealed(server.tcp, device, 'REG alice');
  await ask(server.tcp, 'REG bob\n');
  t.deepEqual(await directory.who(bob), { says: 'open' });
  uptimeMs = 59_999;
  t.deepEqual(await directory.who(alice), { says: 'unregistered' });
  uptimeMs = 60_000;
  const key = { says: 'key', key: device.device.identity, floor: 0 };
  t.deepEqual<unknown, unknown>(await Promise.all([directory.who(alice), directory.who(alice)]), [key, key]);
});

test('an answer of WHO does not count if its floor is too high to be true', async (t) => {
  const server = await serve(t);
  const today = Date.UTC(2026, 0, 1);
  const directory = directoryAt(t, server, undefined, { now: () => today });
  const [absurd, high] = [Date.UTC(2127, 0, 1), Date.UTC(2100, 0, 1)].map((nowMs) =>
    deviceOf(undefined, { nowMs, revokesOthers: true }),
  ) as [DeviceCredentials, DeviceCredentials];
  await askSealed(server.tcp, absurd, 'REG alice');
  await askSealed(server.tcp, high, 'REG bob');
  t.deepEqual(await directory.who(alice), { says: 'nothing' });
  t.like(await directory.who(bob), { says: 'key', key: high.device.identity, floor: high.device.floor });
});

test('LOG opens a session, or says why it does not', async (t) => {
  const { server, root, directory } = await registeredAlice(t);
  const login = await directory.logIn(alice, { kind: 'new' }, here, signal);
  t.is(login.outcome, 'open');
  const { session } = login as Extract<typeof login, { outcome: 'open' }>;
  const other = directoryAt(t, server, root);
  const taken = await other.logIn(alice, { kind: 'new' }, here, signal);
  t.is(taken.outcome, 'open');
  const again = await directory.logIn(alice, { kind: 'again', session }, here, signal);
  t.is(again.outcome, 'elsewhere');
  t.is((await directory.logIn(alice, { kind: 'ask' }, here, signal)).outcome, 'open');
  t.is((await directory.logIn(bob, { kind: 'new' }, here, signal)).outcome, 'no-key');
  t.is(
    (await directory.logIn(alice, { kind: 'new' }, { ...here, address: '127.0.0.2' }, AbortSignal.abort()))
      .outcome,
    'unreachable',
  );
});

test('a revoked machine learns that it is revoked', async (t) => {
  const { server, root, directory } = await registeredAlice(t);
  const words = (await directory.words(alice)) ?? [];
  const identity = Identity.fromWords(words.join(' ')) as Identity;
  const { serial } = directory.credentialsOf(alice)?.device ?? { serial: 0 };
  const newer = DeviceCredentials.issue(identity, { nowMs: 0, newestSerial: serial, revokesOthers: true });
  t.regex(await askSealed(server.tcp, newer, 'LOG alice new'), /^200 OK/);
  t.is((await directory.logIn(alice, { kind: 'new' }, here, signal)).outcome, 'revoked');
  t.is(await codeOf(directory.request('ADD', [alice, bob], signal)), 'key.revoked');
  // The next sign-in asks for the words, and the restored key counts.
  t.deepEqual(await directory.checkSignIn(alice), { holds: 'no-key', isRevoked: true });
  t.deepEqual(await directory.restore(alice, words.join(' ')), { restored: true });
  t.deepEqual(await directory.checkSignIn(alice), { holds: 'key', remindsOfWords: false });
  const next = directoryAt(t, server, root);
  t.deepEqual(await next.restore(alice, words.join(' ')), { restored: true });
  t.is((await next.logIn(alice, { kind: 'new' }, here, signal)).outcome, 'open');
  t.true((next.credentialsOf(alice)?.device.serial ?? 0) > newer.device.serial);
});

test('the words restore an id on another machine, which does not store the seed', async (t) => {
  const { server, directory } = await registeredAlice(t);
  const words = ((await directory.words(alice)) ?? []).join(' ');
  t.is(words.split(' ').length, 24);
  const root = await temporaryDirectory(t);
  const other = directoryAt(t, server, root);
  t.deepEqual<unknown, unknown>(await other.restore(alice, 'abandon'), {
    restored: false,
    reason: 'there are 1 words, but there must be 24',
  });
  t.like(await other.restore(alice, Identity.create().toWords().join(' ')), { restored: false });
  t.like(await other.restore(bob, words), { restored: false });
  t.deepEqual(await other.restore(alice, words.toUpperCase()), { restored: true });
  t.deepEqual(await other.standing(alice), { holds: 'key', remindsOfWords: false });
  t.is(await other.words(alice), undefined);
  t.is((await other.logIn(alice, { kind: 'new' }, here, signal)).outcome, 'open');
});

test('when the words are copied, the seed is removed from the machine', async (t) => {
  const { root, directory } = await registeredAlice(t);
  await directory.dropSeed(alice);
  t.is(await directory.words(alice), undefined);
  t.deepEqual(await directory.standing(alice), { holds: 'key', remindsOfWords: false });
  t.false((await filesBelow(root)).includes('"seed"'));
});

test('a server that names very high serials cannot use up the serials', async (t) => {
  const server = await serve(t);
  const identity = Identity.create();
  const nowMs = 1_700_000_000_000;
  const century = 100 * 365 * 24 * 60 * 60 * 1000;
  const words = identity.toWords().join(' ');
  const directory = directoryAt(t, server, await temporaryDirectory(t), { now: () => nowMs });
  await askSealed(server.tcp, deviceOf(identity, { nowMs: nowMs + century }), 'REG alice');
  t.like(await directory.restore(alice, words), { restored: false });
  await askSealed(server.tcp, deviceOf(identity, { nowMs: nowMs + century - 1 }), 'REG bob');
  t.deepEqual(await directory.restore(bob, words), { restored: true });
  t.is(directory.credentialsOf(bob)?.device.serial, nowMs + century + 1);
});

test('the error says why a known server cannot be reached', async (t) => {
  const root = await temporaryDirectory(t);
  const tcp = await freePort();
  await new Servers(root).add({ host: '127.0.0.1', port: tcp }, Identity.create().key);
  const directory = directoryAt(t, { tcp, udp: tcp }, root);
  const error = await t.throwsAsync(directory.request('ADD', [alice, bob], signal));
  t.is(error?.message, 'nothing listens there');
  t.like(error?.cause, { code: 'ECONNREFUSED' });
});

test('a directory, its results and its errors show no secret', async (t) => {
  const { server, root, directory } = await registeredAlice(t);
  const login = await directory.logIn(alice, { kind: 'new' }, here, signal);
  const words = (await directory.words(alice)) ?? [];
  const stored = JSON.parse(
    await readFile(join(root, 'keys', `alice@${directory.serverName()}.json`), 'utf8'),
  );
  const secrets = [stored.seed, JSON.parse(stored.device).key, words.join(' ')];
  const bad = await directory.restore(alice, words.toReversed().join(' '));
  const errors: unknown[] = [];
  const elsewhere = directoryAt(t, server, await temporaryDirectory(t));
  await elsewhere.request('ADD', [alice, bob], signal).catch((error) => errors.push(error));
  t.is(errors.length, 1);
  for (const value of [directory, login, bad, errors, directory.credentialsOf(alice)]) {
    const inspected = inspect(value, { depth: 20, showHidden: true });
    const shown = `${inspected} ${JSON.stringify(value)} ${String(value)}`;
    for (const secret of secrets) t.false(shown.includes(secret as string));
  }
});
