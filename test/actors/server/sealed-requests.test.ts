/** Every cell of the table "Who may do what" of PROTOCOL.md, over real TLS connections. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import test from 'ava';
import { createServerIdentity } from '../../../actors/server/server-identity.js';
import { Identity } from '../../../keys/identity.js';
import { HANDSHAKE_LIMITS } from '../../../machines/server/handshake-budget.js';
import { ask, dial, readToEnd, until } from '../../helpers/network.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';
import { serve } from '../../helpers/server.js';
import { contextOf } from '../../helpers/tls-pair.js';

const SESSION = /^200 OK [0-9a-f]{16}\r\n$/;

test('REG inside TLS binds an id to the key of the device, and REG in clear to no key', async (t) => {
  const { tcp } = await serve(t);
  const alice = deviceOf();
  t.is(await askSealed(tcp, alice, 'REG alice'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');
  const { identity, serial, floor } = alice.device;
  t.is(await askSealed(tcp, alice, 'WHO alice'), `200 OK ${identity} ${floor} ${serial}\r\n`);
  t.is(await askSealed(tcp, alice, 'WHO bob'), '200 OK - 0 0\r\n');
  t.is(await askSealed(tcp, alice, 'WHO carl'), '202 NO SUCH USER\r\n');
});

test('REG of an id that exists is refused, with any key and without one', async (t) => {
  const { tcp } = await serve(t);
  const alice = deviceOf();
  await askSealed(tcp, alice, 'REG alice');
  await ask(tcp, 'REG bob\n');
  for (const id of ['alice', 'bob']) {
    t.is(await ask(tcp, `REG ${id}\n`), '203 USER EXISTS\r\n', id);
    t.is(await askSealed(tcp, alice, `REG ${id}`), '203 USER EXISTS\r\n', id);
    t.is(await askSealed(tcp, deviceOf(), `REG ${id}`), '203 USER EXISTS\r\n', id);
  }
});

test('only the key of an id changes its list', async (t) => {
  const { tcp } = await serve(t);
  const alice = deviceOf();
  await askSealed(tcp, alice, 'REG alice');
  await ask(tcp, 'REG bob\n');
  for (const op of ['ADD', 'DEL']) {
    t.is(await ask(tcp, `${op} alice bob\n`), '204 DENIED\r\n', op);
    t.is(await ask(tcp, `${op} alice\n`), '204 DENIED\r\n', op);
    t.is(await askSealed(tcp, deviceOf(), `${op} alice bob`), '204 DENIED\r\n', op);
    t.is(await askSealed(tcp, alice, `${op} carl bob`), '202 NO SUCH USER\r\n', op);
  }
  t.is(await askSealed(tcp, alice, 'ADD alice bob'), '200 OK\r\n');
  t.is(await askSealed(tcp, alice, 'ADD alice bob'), '201 INVALID\r\n');
  t.is(await askSealed(tcp, alice, 'ADD alice carl'), '202 NO SUCH USER\r\n');
  t.is(await askSealed(tcp, alice, 'DEL alice bob'), '200 OK\r\n');
});

test('the list of an open id can be changed in clear, and by every key inside TLS', async (t) => {
  const { tcp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  await ask(tcp, 'REG bob\n');
  t.is(await askSealed(tcp, deviceOf(), 'ADD alice bob'), '200 OK\r\n');
  t.is(await ask(tcp, 'ADD bob alice\n'), '200 OK\r\n');
  t.is(await askSealed(tcp, deviceOf(), 'DEL alice bob'), '200 OK\r\n');
});

test('LOG opens a session only for a device with the key of the id', async (t) => {
  const { tcp } = await serve(t);
  const alice = deviceOf();
  await askSealed(tcp, alice, 'REG alice');
  await ask(tcp, 'REG bob\n');
  t.regex(await askSealed(tcp, alice, 'LOG alice new'), SESSION);
  t.regex(await askSealed(tcp, alice, 'LOG alice ask'), SESSION);
  t.is(await askSealed(tcp, deviceOf(), 'LOG alice new'), '204 DENIED\r\n');
  t.is(await askSealed(tcp, alice, 'LOG bob new'), '204 DENIED\r\n');
  t.is(await askSealed(tcp, alice, 'LOG carl new'), '202 NO SUCH USER\r\n');
  t.is(await askSealed(tcp, alice, 'LOG alice again 0123456789abcdef'), '207 ELSEWHERE\r\n');
});

test('LOG and WHO in clear, VER inside TLS, and unknown requests are invalid', async (t) => {
  const { tcp } = await serve(t);
  for (const line of ['LOG alice new', 'WHO alice', 'HELLO'])
    t.is(await ask(tcp, `${line}\n`), '201 INVALID\r\n');
  for (const line of ['VER im 1', 'HELLO', '', 'LOG alice', 'WHO']) {
    t.is(await askSealed(tcp, deviceOf(), line), '201 INVALID\r\n', line);
  }
});

test("VER in clear names the server's key", async (t) => {
  const identity = createServerIdentity(Identity.create(), 0);
  const { tcp } = await serve(t, { identity: () => identity });
  t.is(await ask(tcp, 'VER im 1\n'), `200 OK im/1 ${identity.key}\r\n`);
  t.is(await ask(tcp, 'VER im 2\n'), '201 INVALID\r\n');
});

test('of simultaneous REGs, keyed and in clear, exactly one gets 200', async (t) => {
  const { tcp } = await serve(t);
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? ask(tcp, 'REG alice\n') : askSealed(tcp, deviceOf(), 'REG alice'),
    ),
  );
  t.is(replies.filter((reply) => reply === '200 OK\r\n').length, 1);
  t.is(replies.filter((reply) => reply === '203 USER EXISTS\r\n').length, 19);
});

test('a device with a higher floor revokes all older devices', async (t) => {
  const { tcp } = await serve(t);
  const identity = Identity.create();
  const lost = deviceOf(identity);
  await askSealed(tcp, lost, 'REG alice');
  await ask(tcp, 'REG bob\n');
  const { serial } = lost.device;
  const restored = deviceOf(identity, { newestSerial: serial, revokesOthers: true });
  t.regex(await askSealed(tcp, restored, 'LOG alice new'), SESSION);
  for (const line of ['LOG alice new', 'LOG alice ask', 'ADD alice bob', 'DEL alice bob']) {
    t.is(await askSealed(tcp, lost, line), '', line);
  }
  const { device } = restored;
  t.is(
    await askSealed(tcp, lost, 'WHO alice'),
    `200 OK ${device.identity} ${device.floor} ${device.serial}\r\n`,
  );
  // A lower floor does not make the older device valid again.
  const stale = deviceOf(identity, { newestSerial: device.serial });
  t.regex(await askSealed(tcp, stale, 'LOG alice new'), SESSION);
  t.is(await askSealed(tcp, lost, 'LOG alice new'), '');
});

test('a peer with the protocol of a chat is refused', async (t) => {
  const { tcp } = await serve(t);
  await t.throwsAsync(askSealed(tcp, deviceOf(), 'REG alice', { protocol: 'im-chat/1' }), {
    code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
  });
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
});

test('a peer without certificates, or with only a leaf certificate, gets no reply', async (t) => {
  const { tcp } = await serve(t);
  const alice = deviceOf();
  const { key, cert } = alice.toPem();
  const [leaf] = cert.split(/(?<=-----END CERTIFICATE-----)/);
  const contexts = [contextOf({}), contextOf({ key, cert: leaf as string })];
  for (const context of contexts) {
    t.is(await askSealed(tcp, alice, 'REG alice', { context }), '');
  }
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
});

test('a client that leaves during the handshake leaves no connection actor behind', async (t) => {
  const { tcp, actors } = await serve(t);
  const leaver = await dial(tcp);
  leaver.end(Buffer.from('1603010005', 'hex'));
  await readToEnd(leaver);
  await until(() => actors('connection').every((actor) => actor.getSnapshot().status !== 'active'));
  t.is(actors('connection').filter(({ id }) => id.startsWith('connection')).length, 1);
});

test('bytes that begin like TLS but are not a handshake end the connection', async (t) => {
  const { tcp } = await serve(t);
  const garbage = await dial(tcp);
  garbage.write(Buffer.concat([Buffer.from('1603010005', 'hex'), Buffer.alloc(50, 0x20)]));
  // OpenSSL sends an alert, which is not a reply of the server.
  t.false((await readToEnd(garbage)).includes('20'));
});

test('a ClientHello that arrives byte by byte is answered', async (t) => {
  const { tcp } = await serve(t);
  const slow = createServer((socket) => {
    const onward = connect({ port: tcp, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk: Buffer) => {
      for (const byte of chunk) onward.write(Buffer.of(byte));
    });
    onward.pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => {});
    socket.on('close', () => onward.destroy());
  });
  slow.listen(0, '127.0.0.1');
  await once(slow, 'listening');
  t.teardown(() => slow.close());
  const { port } = slow.address() as AddressInfo;
  t.is(await askSealed(port, deviceOf(), 'REG alice'), '200 OK\r\n');
});

test('a handshake beyond the budget is cut, and requests in clear are still answered', async (t) => {
  const handshakeLimits = { ...HANDSHAKE_LIMITS, perAddress: { burst: 3, perSecond: 0.001 } };
  const { tcp } = await serve(t, { limitsLoopback: true, handshakeLimits });
  for (let count = 0; count < 3; count++) {
    t.is(await askSealed(tcp, deviceOf(), 'WHO bob'), '202 NO SUCH USER\r\n');
  }
  await t.throwsAsync(askSealed(tcp, deviceOf(), 'WHO bob'), { code: 'ECONNRESET' });
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');
});

test('a registered device gets its handshake refunded', async (t) => {
  const handshakeLimits = { ...HANDSHAKE_LIMITS, perAddress: { burst: 2, perSecond: 0.001 } };
  const { tcp } = await serve(t, { limitsLoopback: true, handshakeLimits });
  const alice = deviceOf();
  await askSealed(tcp, alice, 'REG alice');
  t.regex(await askSealed(tcp, alice, 'LOG alice new'), SESSION);
  t.regex(await askSealed(tcp, alice, 'LOG alice new'), SESSION);
});
