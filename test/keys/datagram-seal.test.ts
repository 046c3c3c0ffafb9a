import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { DatagramSeal, MATERIAL_BYTES } from '../../keys/datagram-seal.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { connectTls, createContext } from '../../keys/tls.js';
import {
  HEADER_BYTES,
  MAX_COUNTER,
  MAX_SEALED_QUESTION_BYTES,
  nonceOf,
  parseSealed,
  type SealedDatagram,
  type SessionId,
  TAG_BYTES,
} from '../../protocol/sealed-datagram.js';
import { isInstalled } from '../helpers/installed.js';
import { temporaryDirectory } from '../helpers/programs.js';
import { showings } from '../helpers/showings.js';
import { shake, TlsServer } from '../helpers/tls-pair.js';
import { hex, readVectors } from '../helpers/vectors.js';

interface AeadVector {
  readonly id: number;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly text: string;
  readonly sealed: string;
  readonly tag: string;
}

const WYCHEPROOF = readVectors<{ tests: AeadVector[] }>('chacha20-poly1305-wycheproof').tests;

const session = '0123456789abcdef' as SessionId;
const text = Buffer.from('SET alice 100 ONLINE 41234');

/** The seals of both sides of a new session. */
function newSession(material = randomBytes(MATERIAL_BYTES)) {
  return {
    client: new DatagramSeal(material, 'client'),
    server: new DatagramSeal(Buffer.from(material), 'server'),
  };
}

function sealedBy(seal: DatagramSeal, plain: Uint8Array = text): Buffer {
  return seal.seal(session, plain)?.datagram as Buffer;
}

function framed(datagram: Uint8Array): SealedDatagram {
  return parseSealed(datagram, 65_507) as SealedDatagram;
}

/** A seal that uses the key of a test vector and, at counter 1, its nonce. */
function sealOf({ key, iv }: AeadVector, side: 'client' | 'server'): DatagramSeal {
  const ivs = nonceOf(hex(iv), 1);
  return new DatagramSeal(Buffer.concat([hex(key), hex(key), ivs, ivs]), side);
}

test('each side opens what the other side has sealed', (t) => {
  const { client, server } = newSession();
  t.deepEqual(server.open(framed(sealedBy(client))), text);
  t.deepEqual(client.open(framed(sealedBy(server, Buffer.from('1 0 0\n')))), Buffer.from('1 0 0\n'));
});

test('a datagram is a header, the encrypted text, and a tag', (t) => {
  const { client } = newSession();
  const { datagram, counter } = client.seal(session, text) ?? assert.fail();
  t.is(counter, 1);
  t.is(datagram.length, HEADER_BYTES + text.length + TAG_BYTES);
  t.is(datagram.subarray(0, HEADER_BYTES).toString('hex'), `81${session}0000000000000001`);
  t.false(datagram.includes('alice'));
});

test('the longest sealed question has 545 bytes', (t) => {
  const { client, server } = newSession();
  const datagram = sealedBy(client, Buffer.alloc(512, 0x41));
  t.is(datagram.length, 545);
  t.is(server.open(parseSealed(datagram, MAX_SEALED_QUESTION_BYTES) as SealedDatagram)?.length, 512);
});

test('ChaCha20-Poly1305 seals a text; the nonce is IV XOR counter, and the header is authenticated', (t) => {
  const material = Buffer.from(Array.from({ length: MATERIAL_BYTES }, (_, index) => index));
  const { client, server } = newSession(material);
  sealedBy(client);
  sealedBy(server);
  for (const [seal, key, iv] of [
    [client, material.subarray(0, 32), Buffer.from(material.subarray(64, 76))],
    [server, material.subarray(32, 64), Buffer.from(material.subarray(76, 88))],
  ] as const) {
    const datagram = sealedBy(seal);
    iv[11] = (iv[11] as number) ^ 2;
    const cipher = createCipheriv('chacha20-poly1305', key, iv, { authTagLength: 16 });
    cipher.setAAD(hex(`81${session}0000000000000002`), { plaintextLength: text.length });
    const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    t.deepEqual(datagram.subarray(HEADER_BYTES), sealed);
  }
});

test('the vectors of Wycheproof are opened', (t) => {
  for (const vector of WYCHEPROOF) {
    const datagram = {
      session,
      counter: 1,
      header: hex(vector.aad),
      sealed: hex(vector.sealed + vector.tag),
    };
    for (const side of ['client', 'server'] as const) {
      t.is(sealOf(vector, side).open(datagram)?.toString('hex'), vector.text, `test ${vector.id}`);
    }
  }
});

test('the vectors of Wycheproof are not opened if any bit of the tag is flipped', (t) => {
  for (const vector of WYCHEPROOF) {
    const seal = sealOf(vector, 'server');
    for (let bit = 0; bit < TAG_BYTES * 8; bit++) {
      const tag = hex(vector.tag);
      tag[bit >> 3] = (tag[bit >> 3] as number) ^ (1 << (bit & 7));
      const sealed = Buffer.concat([hex(vector.sealed), tag]);
      t.is(seal.open({ session, counter: 1, header: hex(vector.aad), sealed }), undefined);
    }
  }
});

test('a datagram with a flipped bit is not opened, and the genuine one is still opened afterwards', (t) => {
  const { client, server } = newSession();
  const datagram = sealedBy(client);
  for (let bit = 0; bit < datagram.length * 8; bit++) {
    const forged = Buffer.from(datagram);
    forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
    const parsed = parseSealed(forged, MAX_SEALED_QUESTION_BYTES);
    t.is(parsed && server.open(parsed), undefined, `bit ${bit}`);
  }
  t.deepEqual(server.open(framed(datagram)), text);
});

test('a truncated or longer datagram is not opened', (t) => {
  const { client, server } = newSession();
  const datagram = sealedBy(client);
  for (let length = 0; length < datagram.length; length++) {
    const parsed = parseSealed(datagram.subarray(0, length), MAX_SEALED_QUESTION_BYTES);
    t.is(parsed && server.open(parsed), undefined, String(length));
  }
  t.is(server.open(framed(Buffer.concat([datagram, Buffer.of(0)]))), undefined);
  t.is(server.open({ ...framed(datagram), sealed: Buffer.alloc(TAG_BYTES - 1) }), undefined);
});

test('a datagram is opened neither a second time nor after a later datagram', (t) => {
  const { client, server } = newSession();
  const [first, second, third] = [1, 2, 3].map(() => framed(sealedBy(client))) as [
    SealedDatagram,
    SealedDatagram,
    SealedDatagram,
  ];
  t.deepEqual(server.open(second), text);
  t.is(server.open(second), undefined);
  t.is(server.open(first), undefined);
  t.deepEqual(server.open(third), text);
});

test('a datagram is not opened by its sender, in another session, or with another session name', (t) => {
  const { client, server } = newSession();
  const datagram = sealedBy(client);
  t.is(client.open(framed(datagram)), undefined);
  t.is(newSession().server.open(framed(datagram)), undefined);
  const renamed = Buffer.from(datagram);
  renamed.write('ffffffffffffffff', 1, 'hex');
  t.is(server.open(framed(renamed)), undefined);
});

test('a datagram is opened exactly if it was sealed later than every datagram that was opened', (t) => {
  const property = fc.property(fc.array(fc.nat(9), { maxLength: 40 }), (order) => {
    const { client, server } = newSession();
    const datagrams = Array.from({ length: 10 }, (_, index) => framed(sealedBy(client, Buffer.of(index))));
    let highest = -1;
    for (const index of order) {
      const opened = server.open(datagrams[index] as SealedDatagram);
      assert.deepEqual(opened, index > highest ? Buffer.of(index) : undefined);
      highest = Math.max(highest, index);
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('texts of every length are opened by the other side, in both directions', (t) => {
  const { client, server } = newSession();
  const property = fc.property(fc.uint8Array({ maxLength: 2000 }), (plain) => {
    assert.deepEqual(server.open(framed(sealedBy(client, plain))), Buffer.from(plain));
    assert.deepEqual(client.open(framed(sealedBy(server, plain))), Buffer.from(plain));
  });
  t.notThrows(() => fc.assert(property));
});

test('a session ends when its counter is used up', (t) => {
  const { client, server } = newSession();
  const last = new DatagramSeal(randomBytes(MATERIAL_BYTES), 'client', MAX_COUNTER - 2);
  t.is(last.seal(session, text)?.counter, MAX_COUNTER - 1);
  t.is(last.seal(session, text), undefined);
  t.is(last.seal(session, text), undefined);
  const beyond = { ...framed(sealedBy(client)), counter: MAX_COUNTER };
  t.is(server.open(beyond), undefined);
});

test('a seal takes exactly 88 bytes of key material, and an error does not show them', (t) => {
  for (const length of [0, 87, 89]) {
    const error = t.throws(() => new DatagramSeal(Buffer.alloc(length, 0x5a), 'client'), {
      instanceOf: RangeError,
    });
    t.notRegex(String(error?.stack), /5a5a|90, 90/);
  }
});

test('both sides of a connection have the same keys, and two connections have different keys', async (t) => {
  const device = DeviceCredentials.issue(Identity.create(), { nowMs: 5 });
  const secureContext = createContext(device);
  const listener = await TlsServer.start(t, secureContext);
  const seals = [];
  for (let count = 0; count < 2; count++) {
    const shaken = await shake(t, listener, { secureContext });
    const client = DatagramSeal.fromTls(shaken.client, 'client') ?? assert.fail();
    const server = DatagramSeal.fromTls(shaken.server, 'server') ?? assert.fail();
    seals.push({ client, server });
  }
  const [one, other] = seals as [(typeof seals)[0], (typeof seals)[0]];
  t.deepEqual(one.server.open(framed(sealedBy(one.client))), text);
  t.deepEqual(one.client.open(framed(sealedBy(one.server))), text);
  t.is(other.server.open(framed(sealedBy(one.client))), undefined);
});

test('before the handshake, and after the end of the connection, there is no seal', async (t) => {
  const device = DeviceCredentials.issue(Identity.create(), { nowMs: 5 });
  const context = createContext(device);
  const listener = await TlsServer.start(t, context);
  const client = connectTls(connect(listener.port, '127.0.0.1'), context, 'im-dir/1');
  t.teardown(() => client.destroy());
  const accepted = await listener.accept();
  t.is(DatagramSeal.fromTls(accepted, 'server'), undefined);
  t.is(DatagramSeal.fromTls(client, 'client'), undefined);
  await once(accepted, 'secure');
  t.not(DatagramSeal.fromTls(accepted, 'server'), undefined);
  accepted.destroy();
  await once(accepted, 'close');
  t.is(DatagramSeal.fromTls(accepted, 'server'), undefined);
});

test('OpenSSL exports the same keys', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const device = DeviceCredentials.issue(Identity.create(), { nowMs: 5 });
  const listener = await TlsServer.start(t, createContext(device));
  const file = join(await temporaryDirectory(t), 'device.pem');
  const { key, cert } = device.toPem();
  await writeFile(file, key + cert);
  const exporter = ['-keymatexport', 'EXPORTER-im-dir-1', '-keymatexportlen', String(MATERIAL_BYTES)];
  const target = ['-connect', `127.0.0.1:${listener.port}`, '-alpn', 'im-dir/1'];
  const child = spawn('openssl', ['s_client', ...target, '-key', file, '-cert', file, ...exporter]);
  t.teardown(() => child.kill());
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const accepted = await listener.accept();
  await once(accepted, 'secure');
  const server = DatagramSeal.fromTls(accepted, 'server') ?? assert.fail();
  accepted.end();
  await once(child, 'close');
  const [, material = ''] = /Keying material: ([0-9A-F]+)/.exec(output) ?? [];
  const client = new DatagramSeal(hex(material), 'client');
  t.deepEqual(server.open(framed(sealedBy(client))), text);
});

test('however a seal is printed, its keys are not shown', (t) => {
  const material = randomBytes(MATERIAL_BYTES);
  const seal = new DatagramSeal(material, 'client');
  sealedBy(seal);
  const key = material.subarray(0, 32);
  for (const shown of showings(seal)) {
    for (const form of ['hex', 'base64', 'base64url'] as const) t.false(shown.includes(key.toString(form)));
    t.false(shown.includes([...key].join(',')));
    t.false(shown.includes(key.toString('hex').replace(/(..)(?=.)/g, '$1 ')));
  }
});
