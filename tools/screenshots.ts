/**
 * Takes the screenshots in docs/images/: `npm run screenshots`. It runs the real programs and a real browser:
 * Debian's `chromium`, or the program that `CHROMIUM` names.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { AnyActorRef } from 'xstate';
import { SILENT_LOG } from '../actors/log.js';
import { startServer } from '../actors/server/server-tree.js';
import { startInspection } from '../inspector/server/start-inspection.js';
import { openMemoryStore } from '../storage/tables/memory-store.js';

/** The output directory: the first argument, or the directory of the documentation. */
const IMAGES = process.argv[2] ?? 'docs/images';
const VIEWPORT = { width: 1_500, height: 940 };

/** How long to wait before a screenshot until flashes on the page have ended, in milliseconds. */
const FLASH_MS = 1_500;

const LOCAL = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];
const ended: (() => unknown)[] = [];

interface Started {
  readonly process: ChildProcess;
  readonly address: string;
  readonly output: string;
}

/** Starts a program, and waits until its output matches. */
async function start(name: string, ready: RegExp, ...args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [resolve('bin', name), ...args], {
    // An empty home directory, so that no files of the developer are shown.
    env: { PATH: process.env['PATH'], HOME: scratch },
  });
  ended.push(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}: ${output}`);
  });
  exited.catch(() => {}); // it also rejects when the program is killed at the end
  while (!ready.test(output))
    await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), exited]);
  return { process: child, output, address: /inspect at (\S+)/.exec(output)?.[1] ?? '' };
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

async function request(port: number, line: string): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.end(`${line}\r\n`);
  socket.resume();
  await once(socket, 'close');
}

async function open(browser: Browser, address: string, actor: string): Promise<Page> {
  const page = await browser.newPage({ viewport: VIEWPORT });
  await page.goto(`${address}#actor=${actor}`);
  await page.waitForSelector('#connection[data-state="live"]');
  return page;
}

async function takeScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`${IMAGES}/${name}.png`);
}

/** Shows a server with users who register, send heartbeats, and ask for their buddies. */
async function shootServer(browser: Browser): Promise<void> {
  const server = await start(
    'im-server',
    /ready/,
    ...LOCAL,
    '--inspect',
    '0',
    '--data',
    join(scratch, 'data'),
  );
  const [, tcp, udp] = (/tcp=[^ ]*:(\d+) udp=[^ ]*:(\d+)/.exec(server.output) ?? []).map(Number) as [
    number,
    number,
    number,
  ];
  const page = await open(browser, server.address, 'im-server/tcp/connections/connection');
  const presence = createSocket('udp4');
  ended.push(() => presence.close());
  for (let waiting = 0; waiting < 4; waiting++) connect(tcp, '127.0.0.1').on('error', () => {});
  for (let user = 0; user < 30; user++) {
    await request(tcp, `REG user${user}`);
    if (user > 0) await request(tcp, `ADD user${user} user${user - 1}`);
    presence.send(`SET user${user} 100 ${5_000 + user}\r\n`, udp, '127.0.0.1');
    presence.send(`GET user${user}\r\n`, udp, '127.0.0.1');
  }
  await pause(FLASH_MS);
  await request(tcp, 'REG one-more');
  await page.waitForSelector('#chart svg');
  await pause(300);
  await takeScreenshot(page, 'inspector-server');
}

/** Shows two clients in a chat. */
async function shootClient(browser: Browser): Promise<void> {
  const server = await start('im-server', /ready/, ...LOCAL, '--data', join(scratch, 'chat'));
  const [, tcp, udp] = /tcp=[^ ]*:(\d+) udp=[^ ]*:(\d+)/.exec(server.output) ?? [];
  for (const line of ['REG alice', 'REG bob', 'ADD alice bob', 'ADD bob alice'])
    await request(Number(tcp), line);
  const ports = [
    '--server',
    '127.0.0.1',
    '--tcp-port',
    `${tcp}`,
    '--udp-port',
    `${udp}`,
    '--inspect',
    '0',
    '--plain',
  ];
  const alice = await start('im-client', /Signed in/, ...ports, '--user', 'alice');
  const bob = await start('im-client', /Signed in/, ...ports, '--user', 'bob');
  const page = await open(browser, bob.address, 'im-client/conversation/client');
  await page.waitForSelector('#chart [id="client.free.menu"].active');
  alice.process.stdin?.write('M\nbob\n');
  await page.waitForSelector('#chart [id="client.busy.ringing"].active');
  bob.process.stdin?.write('y\n');
  await page.waitForSelector('#chart [id="client.busy.chatting"].active');
  alice.process.stdin?.write('hello bob\nshall we meet at eight?\n');
  bob.process.stdin?.write('see you then\n');
  await pause(FLASH_MS);
  await takeScreenshot(page, 'inspector-client');
}

/** Shows a server whose presence actor crashed. The server runs in this process, which injects the crash. */
async function shootCrash(browser: Browser): Promise<void> {
  const here = pathToFileURL(`${process.cwd()}/`);
  const inspection = await startInspection({
    program: 'im-server',
    port: 0,
    showsContent: false,
    pages: new URL('dist/page/', here),
    drawings: new URL('docs/machines/', here),
    log: SILENT_LOG,
  });
  let presence: AnyActorRef | undefined;
  const server = startServer({
    host: '127.0.0.1',
    tcpPort: 0,
    udpPort: 0,
    openStore: async () => openMemoryStore(),
    log: SILENT_LOG,
    onEmitted(event) {
      if (event.type === 'child.started' && event.id === 'presence') presence = event.actor;
      inspection.record(event);
    },
  });
  inspection.show(server);
  await server.ready;
  const page = await open(browser, inspection.address, 'im-server/presence');
  const port = (protocol: 'tcp' | 'udp') => server.bound.get(protocol)?.port ?? 0;
  const presenceOf = createSocket('udp4');
  ended.push(() => presenceOf.close());
  const heartbeat = (user: string) => {
    presenceOf.send(`SET ${user} 100 5000\r\n`, port('udp'), '127.0.0.1');
    presenceOf.send(`GET ${user}\r\n`, port('udp'), '127.0.0.1');
  };
  for (const user of ['alice', 'bob']) await request(port('tcp'), `REG ${user}`);
  heartbeat('alice');
  await page.waitForSelector('#messages [data-type="presence.answered"]');
  presence?.send({ type: 'behaviour.failed', error: new Error('an injected bug') } as never);
  await page.waitForSelector('[data-path="im-server/presence"][data-restarts="1"]');
  heartbeat('bob');
  await pause(FLASH_MS);
  await takeScreenshot(page, 'inspector-crash');
  server.shutdown();
  await server.ended;
  await inspection.close();
}

const scratch = await mkdtemp(join(tmpdir(), 'im-screenshots-'));
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  // Chromium's sandbox does not work for root.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  await mkdir(IMAGES, { recursive: true });
  await shootServer(browser);
  await shootClient(browser);
  await shootCrash(browser);
} finally {
  await browser.close();
  for (const end of ended) end();
  await rm(scratch, { recursive: true, force: true });
}
process.exit(0);
