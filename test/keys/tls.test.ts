import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { publicBytesOf } from '../../keys/ed25519.js';
import { Identity } from '../../keys/identity.js';
import { connectTls, createContext, identifyPeer } from '../../keys/tls.js';
import { assembleCertificate, encodeDeviceBody, encodeIdentityBody } from '../../protocol/certificate.js';
import type { IdentityKey } from '../../protocol/key.js';
import { isInstalled } from '../helpers/installed.js';
import { temporaryDirectory } from '../helpers/programs.js';
import { chainOf, contextOf, contextWithChain, shake, TlsServer } from '../helpers/tls-pair.js';

const PROTOCOL = 'im-dir/1';

const alice = Identity.create();
const device = DeviceCredentials.issue(alice, { nowMs: 1000, knownFloor: 40 });
const context = createContext(device);

const server = DeviceCredentials.issue(Identity.create(), { nowMs: 5 });
const serverContext = createContext(server);

/** Connects a client with this chain and the key of alice's device. Returns why the server refuses it. */
async function refusalOf(t: ExecutionContext, chain: readonly Uint8Array[]) {
  const listener = await TlsServer.start(t, serverContext);
  const shaken = await shake(t, listener, { secureContext: contextWithChain(device, chain) });
  t.true(shaken.isSecure, 'the handshake itself passes');
  return identifyPeer(shaken.server, PROTOCOL).refusal;
}

test('each side knows which device the other one is', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const client = connectTls(connect(listener.port, '127.0.0.1'), context, PROTOCOL);
  t.teardown(() => client.destroy());
  const accepted = await listener.accept();
  await Promise.all([once(client, 'secureConnect'), once(accepted, 'secure')]);
  t.deepEqual(identifyPeer(accepted, PROTOCOL), { device: { identity: alice.key, serial: 1001, floor: 40 } });
  t.deepEqual(identifyPeer(client, PROTOCOL), { device: server.device });
});

test('after the handshake, bytes can be sent in both directions', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const client = connectTls(connect(listener.port, '127.0.0.1'), context, PROTOCOL);
  t.teardown(() => client.destroy());
  const accepted = await listener.accept();
  client.once('secureConnect', () => client.write('WHO alice\n'));
  const [line] = (await once(accepted, 'data')) as [Buffer];
  t.is(line.toString(), 'WHO alice\n');
  accepted.end('200 OK\n');
  const [reply] = (await once(client, 'data')) as [Buffer];
  t.is(reply.toString(), '200 OK\n');
});

test('before the end of the handshake no peer is identified', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const client = connectTls(connect(listener.port, '127.0.0.1'), context, PROTOCOL);
  t.teardown(() => client.destroy());
  const accepted = await listener.accept();
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'no-handshake');
  t.is(identifyPeer(client, PROTOCOL).refusal, 'no-handshake');
  await once(accepted, 'secure');
});

test('after the end of a connection no peer is identified, and nothing is thrown', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const shaken = await shake(t, listener, { secureContext: context });
  shaken.server.destroy();
  await closeOf(shaken.server);
  t.is(identifyPeer(shaken.server, PROTOCOL).refusal, 'no-handshake');
});

test('TLS 1.2 is refused by the server', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const old = contextOf({ ...device.toPem(), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  t.false((await shake(t, listener, { secureContext: old })).isSecure);
});

test('TLS 1.2 is refused by the client', async (t) => {
  const old = contextOf({ ...server.toPem(), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  const listener = await TlsServer.start(t, old);
  t.false((await shake(t, listener, { secureContext: context })).isSecure);
});

test('a peer is not identified on a TLS 1.2 connection that another context has accepted', async (t) => {
  const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const listener = await TlsServer.start(t, contextOf({ ...server.toPem(), ...old }));
  const shaken = await shake(t, listener, { secureContext: contextOf({ ...device.toPem(), ...old }) });
  t.true(shaken.isSecure);
  t.is(identifyPeer(shaken.server, PROTOCOL).refusal, 'wrong-version');
});

test('a directory server refuses a chat peer, and a chat peer refuses a directory client', async (t) => {
  const directory = await TlsServer.start(t, serverContext, 'im-dir/1');
  const chat = await TlsServer.start(t, serverContext, 'im-chat/1');
  const chatCall = { secureContext: context, ALPNProtocols: ['im-chat/1'] };
  t.false((await shake(t, directory, chatCall)).isSecure);
  t.false((await shake(t, chat, { secureContext: context })).isSecure);
  t.true((await shake(t, chat, chatCall)).isSecure);
});

test('a peer without ALPN passes the handshake, and is refused', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const { server: accepted } = await shake(t, listener, { secureContext: context, ALPNProtocols: [] });
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'wrong-protocol');
});

test('a client without a certificate passes the handshake, and is refused', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const { server: accepted } = await shake(t, listener, { secureContext: contextOf({}) });
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'no-certificate');
});

test('a chain of one certificate, or of more than two, is refused', async (t) => {
  const [leaf, root] = chainOf(device);
  t.is(await refusalOf(t, [leaf]), 'wrong-count');
  t.is(await refusalOf(t, [leaf, root, root]), 'wrong-count');
  t.is(await refusalOf(t, [leaf, ...Array.from({ length: 9 }, () => root)]), 'wrong-count');
  t.is(await refusalOf(t, [leaf, root]), undefined);
});

test('a server refuses 200 certificates of a client, and reads none of them', async (t) => {
  const [leaf, root] = chainOf(device);
  const chain = [leaf, ...Array.from({ length: 199 }, () => root)];
  const listener = await TlsServer.start(t, serverContext);
  const { server: accepted } = await shake(t, listener, { secureContext: contextWithChain(device, chain) });
  let reads = 0;
  accepted.getPeerX509Certificate = () => {
    reads += 1;
    return undefined;
  };
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'too-large');
  t.is(reads, 0);
});

test('a client refuses 200 certificates of a server', async (t) => {
  const [leaf, root] = chainOf(device);
  const chain = [leaf, ...Array.from({ length: 199 }, () => root)];
  const listener = await TlsServer.start(t, contextWithChain(device, chain));
  const client = connectTls(connect(listener.port, '127.0.0.1'), context, PROTOCOL);
  t.teardown(() => client.destroy());
  await once(client, 'secureConnect');
  t.is(identifyPeer(client, PROTOCOL).refusal, 'too-large');
});

test('a device that another identity signed is refused', async (t) => {
  const [leaf] = chainOf(device);
  t.is(await refusalOf(t, [leaf, Identity.create().toCertificate()]), 'not-signed');
});

test('an identity that did not sign itself is refused', async (t) => {
  const [leaf] = chainOf(device);
  const body = encodeIdentityBody(alice.key);
  t.is(await refusalOf(t, [leaf, assembleCertificate(body, Identity.create().sign(body))]), 'not-signed');
});

test('a forged chain under a key of small order is refused, though OpenSSL verifies it', async (t) => {
  const weak = Buffer.alloc(32);
  weak[0] = 1;
  const forged = Buffer.alloc(64);
  forged[0] = 1;
  const { privateKey } = generateKeyPairSync('ed25519');
  const leaf = assembleCertificate(
    encodeDeviceBody({ serial: 7, floor: 0 }, publicBytesOf(privateKey)),
    forged,
  );
  const root = assembleCertificate(encodeIdentityBody(weak.toString('base64url') as IdentityKey), forged);
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const listener = await TlsServer.start(t, serverContext);
  const attacker = contextOf({ key, cert: pemOf(leaf) + pemOf(root) });
  const { server: accepted, isSecure } = await shake(t, listener, { secureContext: attacker });
  t.true(isSecure);
  const { publicKey } = new X509Certificate(root);
  t.true(new X509Certificate(leaf).verify(publicKey), 'OpenSSL verifies the forgery');
  t.true(new X509Certificate(root).verify(publicKey), 'OpenSSL verifies the forgery');
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'refused-key');
});

test('a name with a second part is not the name of a device', async (t) => {
  const [, root] = chainOf(device);
  const own = generateKeyPairSync('ed25519').privateKey;
  const body = encodeDeviceBody({ serial: 7, floor: 0 }, publicBytesOf(own));
  // The same length, so that the rest of the body stays as it is: "7 0" becomes "7/0".
  const renamed = Buffer.from(body.toString('latin1').replace('7 0', '7/0'), 'latin1');
  const leaf = assembleCertificate(renamed, alice.sign(renamed));
  const key = own.export({ format: 'pem', type: 'pkcs8' }).toString();
  const listener = await TlsServer.start(t, serverContext);
  const attacker = contextOf({ key, cert: pemOf(leaf) + pemOf(root) });
  const { server: accepted } = await shake(t, listener, { secureContext: attacker });
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'no-device-name');
});

test('a client whose key is not an Ed25519 key sends no certificate, and is refused', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const listener = await TlsServer.start(t, serverContext);
  const directory = await temporaryDirectory(t);
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const made = spawn('openssl', [...args, '-subj', '/CN=1 0', '-keyout', key, '-out', cert]);
  t.deepEqual(await once(made, 'exit'), [0, null]);
  const secureContext = contextOf({ key: await readFile(key), cert: await readFile(cert) });
  const { server: accepted } = await shake(t, listener, { secureContext });
  t.is(identifyPeer(accepted, PROTOCOL).refusal, 'no-certificate');
});

test("a revoked device, and a peer with this side's own identity, are refused", async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const { server: accepted } = await shake(t, listener, { secureContext: context });
  t.is(identifyPeer(accepted, PROTOCOL, { floorOf: () => 1002 }).refusal, 'revoked');
  t.is(identifyPeer(accepted, PROTOCOL, { floorOf: () => 1001 }).refusal, undefined);
  t.is(identifyPeer(accepted, PROTOCOL, { ownIdentity: alice.key }).refusal, 'own-identity');
});

test('identifying a peer again gives the same result, for accepted and for refused peers', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const good = await shake(t, listener, { secureContext: context });
  const [leaf, root] = chainOf(device);
  const long = { secureContext: contextWithChain(device, [leaf, Identity.create().toCertificate(), root]) };
  const bad = await shake(t, listener, long);
  for (let time = 0; time < 3; time++) {
    t.is(identifyPeer(good.server, PROTOCOL).refusal, undefined);
    t.is(identifyPeer(good.client, PROTOCOL).refusal, undefined);
    t.is(identifyPeer(bad.server, PROTOCOL).refusal, 'wrong-count');
  }
});

test('no session is resumed', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const sessions: Buffer[] = [];
  const first = await shake(t, listener, { secureContext: context });
  first.client.on('session', (session: Buffer) => sessions.push(session));
  first.server.end('first\n');
  first.client.resume();
  await once(first.client, 'end');
  const session = sessions.at(-1) ?? first.client.getSession();
  const second = await shake(t, listener, { secureContext: context, ...(session && { session }) });
  t.true(second.isSecure);
  t.false(second.server.isSessionReused());
  t.deepEqual(identifyPeer(second.server, PROTOCOL).device?.identity, alice.key);
});

test('a ClientHello that arrives byte by byte is read', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const proxy = await dribble(t, listener.port);
  const socket = connect(proxy, '127.0.0.1');
  const { server: accepted, isSecure } = await shake(t, listener, { secureContext: context, socket });
  t.true(isSecure);
  t.is(identifyPeer(accepted, PROTOCOL).device?.identity, alice.key);
});

test('bytes that are not a handshake close the connection, and cause no exception', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  for (const bytes of ['16', '160301', '1603010005ffffffffff', `160301ffff${'00'.repeat(300)}`]) {
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(Buffer.from(bytes, 'hex'));
    const accepted = await listener.accept();
    const secure = { is: false };
    accepted.once('secure', () => {
      secure.is = true;
    });
    await closeOf(accepted);
    t.false(secure.is, bytes);
  }
});

test('a reset in the middle of the handshake closes the connection', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(Buffer.from('1603010200', 'hex'));
  const accepted = await listener.accept();
  socket.resetAndDestroy();
  await closeOf(accepted);
  t.pass();
});

test('OpenSSL can connect as a client, and is identified', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const listener = await TlsServer.start(t, serverContext);
  const openssl = await startOpenssl(t, ['-connect', `127.0.0.1:${listener.port}`, '-quiet']);
  const accepted = await listener.accept();
  await once(accepted, 'secure');
  t.deepEqual(identifyPeer(accepted, PROTOCOL), { device: device.device });
  accepted.end('200 OK\n');
  t.is(await textOf(openssl), '200 OK\n');
});

test('OpenSSL with TLS 1.2 is refused', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const listener = await TlsServer.start(t, serverContext);
  const openssl = await startOpenssl(t, ['-connect', `127.0.0.1:${listener.port}`, '-tls1_2', '-quiet']);
  const accepted = await listener.accept();
  await closeOf(accepted);
  const [code] = (await once(openssl, 'exit')) as [number];
  t.not(code, 0);
});

test('neither a context nor a socket shows the key of the device', async (t) => {
  const listener = await TlsServer.start(t, serverContext);
  const client = connectTls(connect(listener.port, '127.0.0.1'), context, PROTOCOL);
  t.teardown(() => client.destroy());
  const accepted = await listener.accept();
  await Promise.all([once(client, 'secureConnect'), once(accepted, 'secure')]);
  const everything = { showHidden: true, depth: 6, maxArrayLength: null, maxStringLength: null } as const;
  const seeds = [device, server].map((one) => Buffer.from(one.toStored().key, 'base64url'));
  for (const value of [context, serverContext, client, accepted]) {
    const shown = inspect(value, everything);
    t.notRegex(shown, /PRIVATE KEY/);
    for (const seed of seeds) {
      t.false(shown.includes(seed.toString('base64')));
      t.false(shown.includes(seed.toString('hex').replace(/(..)(?=.)/g, '$1 ')));
    }
  }
});

/** Waits for the end of a connection, which an error may precede. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((done) => socket.once('close', () => done()));
}

/** Encodes bytes as PEM without parsing them. */
function pemOf(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** Starts a proxy that forwards the bytes of a client one at a time. Returns its port. */
async function dribble(t: ExecutionContext, port: number): Promise<number> {
  const proxy = createServer((client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) socket.on('error', () => {});
    t.teardown(() => upstream.destroy());
    t.teardown(() => client.destroy());
    upstream.pipe(client);
    void forward(client, upstream);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => proxy.close());
  return (proxy.address() as { port: number }).port;
}

async function forward(from: Socket, to: Socket): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (const byte of chunk) await new Promise((done) => to.write(Buffer.of(byte), done));
    }
  } catch {
    // The test is over: its teardown closes the client.
  }
}

/** Starts `openssl s_client` as alice's device. */
async function startOpenssl(t: ExecutionContext, args: readonly string[]): Promise<ChildProcess> {
  const directory = await temporaryDirectory(t);
  const [key, cert, root] = ['key.pem', 'cert.pem', 'root.pem'].map((name) => join(directory, name));
  const [leaf, identity] = chainOf(device);
  await writeFile(key as string, device.toPem().key);
  await writeFile(cert as string, pemOf(leaf));
  await writeFile(root as string, pemOf(identity));
  const files = ['-key', key, '-cert', cert, '-cert_chain', root] as string[];
  const child = spawn('openssl', ['s_client', '-alpn', PROTOCOL, ...files, ...args]);
  t.teardown(() => child.kill());
  return child;
}

async function textOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text;
}
