/** Checks that no inspector serves a secret while users work with keys, even with `--inspect-content`. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest from 'ava';
import { MATERIAL_BYTES } from '../../../keys/datagram-seal.js';
import { StreamReader } from '../../helpers/inspector.js';
import { askedBack, formsOf, formsOfSeed, Machine, registerAtMenu, wordsIn } from '../../helpers/machine.js';
import { startServerProgram, temporaryDirectory } from '../../helpers/programs.js';
import { quiet, type Terminal } from '../../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const INSPECTED = ['--inspect', '0', '--inspect-content'];

/** The source of a module for the programs to load. It appends each exported TLS secret to a file. */
function exporterHook(file: string): string {
  return `
    const { TLSSocket } = require('node:tls');
    const { appendFileSync } = require('node:fs');
    const original = TLSSocket.prototype.exportKeyingMaterial;
    TLSSocket.prototype.exportKeyingMaterial = function (...args) {
      const material = original.apply(this, args);
      appendFileSync(${JSON.stringify(file)}, material.toString('hex') + '\\n');
      return material;
    };`;
}

/** Reads the keys and IVs that the programs have written to the file so far. */
async function exportedIn(file: string): Promise<readonly Buffer[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const materials = lines.map((line) => Buffer.from(line, 'hex'));
  return materials.flatMap((bytes) => [
    ...[0, 32].map((from) => bytes.subarray(from, from + 32)),
    ...[64, 76].map((from) => bytes.subarray(from, from + 12)),
  ]);
}

async function addressOf(terminal: Terminal): Promise<string> {
  const found = () => /inspect at (http:\S+)/.exec(terminal.output)?.[1];
  await terminal.until(() => found() !== undefined, 'the address of the inspector');
  return found() as string;
}

async function waitAtMenu(terminal: Terminal): Promise<void> {
  await terminal.until(() => {
    const [status = '', prompt] = terminal.rows().slice(-2);
    return prompt === 'Your choice:' && /^(?:alice: | {2}bob )/.test(status);
  }, 'the menu');
}

test('no inspector serves a secret through a registration, a login and a private chat', async (t) => {
  const directory = await temporaryDirectory(t);
  const [exported, hook] = [join(directory, 'exported'), join(directory, 'hook.cjs')];
  await writeFile(hook, exporterHook(exported));
  process.env['NODE_OPTIONS'] = `--require ${hook}`;
  t.teardown(() => {
    delete process.env['NODE_OPTIONS'];
  });
  const data = join(directory, 'data');
  const server = await startServerProgram(t, data, ...INSPECTED);
  const streams = [await StreamReader.open(t, /http:\S+/.exec(server.program.stderr)?.[0] ?? '')];

  // Alice registers, and copies her words.
  const desktop = new Machine(t, server);
  const alice = desktop.atTerminal(...INSPECTED);
  streams.push(await StreamReader.open(t, await addressOf(alice)));
  const words = await registerAtMenu(alice, 'alice');
  const { device: firstDevice } = await desktop.keyFile();
  const pair = (await askedBack(alice, words)).join(' ');
  alice.press(`${pair} typo\r`);
  await alice.until(() => alice.rows().includes('Those are not the two words. Look at your paper.'));
  // The client now asks for two other words.
  const again = /words (\d+) and (\d+)/.exec(alice.rows().at(-1) ?? '')?.slice(1) ?? [];
  alice.press(`${again.map((position) => words[Number(position) - 1]).join(' ')}\r`);
  await waitAtMenu(alice);

  // Bob registers, and calls alice: a private chat.
  const elsewhere = new Machine(t, server);
  const bob = elsewhere.start('--plain', ...INSPECTED);
  bob.write('R\nbob\nA\nalice\n');
  await bob.expect(/200 OK[\s\S]*200 OK/);
  streams.push(await StreamReader.open(t, /http:\S+/.exec(bob.stderr)?.[0] ?? ''));
  const bobsKey = await elsewhere.keyFile();
  await quiet();
  alice.press('abob\r');
  await alice.until(() => alice.rows().some((row) => row.startsWith('Chats with bob are private')));
  bob.write('M\nalice\n');
  await alice.until(() => alice.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  await quiet();
  alice.press('y');
  await alice.shows('bob>');
  await bob.expect('This chat is private.');
  bob.write('the text of bob\n');
  await alice.until(() => alice.rows().some((row) => row.endsWith('bob: the text of bob')));
  alice.press('the text of alice\r');
  await bob.expect('the text of alice');
  alice.press('q\r');
  await waitAtMenu(alice);

  // Alice signs in on another machine with the words, after a typing mistake.
  const laptop = new Machine(t, server);
  const onLaptop = laptop.atTerminal(...INSPECTED);
  streams.push(await StreamReader.open(t, await addressOf(onLaptop)));
  await onLaptop.until(() => onLaptop.rows().at(-1) === 'Your choice:');
  onLaptop.press('lalice\r');
  await onLaptop.until(() => onLaptop.rows().at(-1)?.startsWith('Type the 24 words of alice') ?? false);
  onLaptop.press(`${words.slice(0, 12).join(' ')}\r`);
  await onLaptop.shows('Word 13 of 24:');
  onLaptop.press(`${words.slice(12, 23).join(' ')} typo\r`);
  await onLaptop.until(() => onLaptop.rows().some((row) => row.startsWith('Word 24 is not in the list')));
  onLaptop.press(`${words.slice(12).join(' ')}\r`);
  await waitAtMenu(onLaptop);
  await alice.until(() => alice.rows().some((row) => row.startsWith('alice has signed in elsewhere.')));

  // The inspectors must show contents, or this test would prove nothing.
  for (const [index, text] of [
    [0, /"alice"/],
    [1, /the text of bob/],
    [2, /the text of alice/],
    [3, /key-dialog\.ended/],
  ] as const)
    await streams[index]?.find((frame) => text.test(JSON.stringify(frame)));

  const { device: lastDevice } = await laptop.keyFile();
  const devices = [firstDevice, bobsKey['device'], lastDevice].map(
    (device) => JSON.parse(String(device)).key,
  );
  const stored = [...devices, bobsKey['seed']].map((key) => Buffer.from(String(key), 'base64url'));
  const sessions = await exportedIn(exported);
  // Both sides export four secrets of each session. There are at least three sessions.
  t.true(sessions.length >= 4 * 2 * 3);
  t.true(stored.every(({ length }) => length === 32));
  t.is(MATERIAL_BYTES, 88);
  const [, serverSeed = ''] =
    /^([A-Za-z0-9_-]{43}) /m.exec(await readFile(join(data, 'identity.txt'), 'utf8')) ?? [];
  t.not(serverSeed, '');
  const secrets = [
    ...formsOfSeed(words),
    ...[...stored, ...sessions, Buffer.from(serverSeed, 'base64url')].flatMap(formsOf),
    'PRIVATE KEY',
    pair,
  ];
  for (const [index, { hello, frames }] of streams.entries()) {
    const served = JSON.stringify([hello, frames]);
    t.deepEqual(wordsIn(served, words), [], `stream ${index}`);
    t.deepEqual(
      secrets.filter((secret) => served.includes(secret)),
      [],
      `stream ${index}`,
    );
  }
});
