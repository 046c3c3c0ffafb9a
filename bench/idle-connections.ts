/**
 * What 10,000 idle connections cost those who have something to ask: `npm run bench`.
 *
 * The server's CPU time for a request, without and beside them, in turn, so that a busy machine does not matter.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const IDLE = 10_000;
const REQUESTS = 1_000;
const ROUNDS = 3;

/** Connections that are opened at a time: as many as a listener's queue surely has room for. */
const OPENED_AT_A_TIME = 250;

/** The kernel counts CPU time in hundredths of a second. */
const TICK_MS = 10;

const SERVER = fileURLToPath(new URL('../bin/im-server.js', import.meta.url));

async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) * TICK_MS;
}

/** Asks for one change; the answer must be 200. */
async function register(port: number, id: string): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(`REG ${id}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('200')) throw new Error(`REG ${id} was answered ${answer}`);
  socket.destroy();
}

/** Opens connections that say nothing. The server closes each of them after 10 s. */
async function openIdle(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < IDLE) {
    const some = Array.from({ length: OPENED_AT_A_TIME }, () => connect({ port, host: '127.0.0.1' }));
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    for (const socket of some) socket.resume().on('error', () => {});
    sockets.push(...some);
  }
  return sockets;
}

const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
const args = [
  '--host',
  '127.0.0.1',
  '--tcp-port',
  '0',
  '--udp-port',
  '0',
  '--data',
  directory,
  '--log-level',
  'error',
];
const server = spawn(process.execPath, [SERVER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [ready] = (await once(server.stdout, 'data')) as [Buffer];
  const port = Number(/tcp=[^ ]*:(\d+)/.exec(ready.toString('latin1'))?.[1]);
  const pid = server.pid as number;
  let ids = 0;
  const measure = async () => {
    const before = await cpuMs(pid);
    for (let request = 0; request < REQUESTS; request++) await register(port, `user${ids++}`);
    return (((await cpuMs(pid)) - before) * 1_000) / REQUESTS;
  };
  await measure(); // what runs often is compiled by now
  console.log(
    `\nThe server's CPU time for a REG, without and beside ${IDLE.toLocaleString('en')} idle connections\n`,
  );
  for (let round = 1; round <= ROUNDS; round++) {
    const without = await measure();
    const idle = await openIdle(port);
    const beside = await measure();
    const open = idle.filter((socket) => !socket.closed).length;
    for (const socket of idle) socket.destroy();
    await Promise.all(idle.map((socket) => socket.closed || once(socket, 'close')));
    const ratio = (beside / without).toFixed(2);
    console.log(
      `${without.toFixed(0)} µs without, ${beside.toFixed(0)} µs beside ${open} still open: ${ratio} times`,
    );
  }
} finally {
  server.kill();
  await once(server, 'exit');
  await rm(directory, { recursive: true, force: true });
}
