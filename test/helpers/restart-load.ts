/**
 * A program that registers ids with a server on port 1234 over many connections, until its standard input
 * ends. Then the program prints the outcome as one {@link LoadReport}.
 */

import { connect } from 'node:net';

/** The number of clients that connect at the same time. */
const CLIENTS = 16;

const PORT = 1_234;

export interface LoadReport {
  /** The ids whose registration was acknowledged. */
  readonly acknowledged: readonly string[];
  /** What the other requests got: the code of an error, a reply, or `cut` if there was no reply. */
  readonly failed: readonly string[];
}

const acknowledged: string[] = [];
const failed: string[] = [];
let isEnding = false;

/** Sends a request on a new connection. Returns the reply, or the code of an error. */
function request(line: string): Promise<string> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect({ port: PORT, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(line));
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      reply += text;
    });
    socket.on('end', () => socket.end());
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve(reply === '' ? 'cut' : reply.trim()));
  });
}

async function registerInLoop(client: number): Promise<void> {
  for (let count = 0; !isEnding; count++) {
    const id = `user${client}x${count}`;
    const outcome = await request(`REG ${id}\n`);
    if (outcome === '200 OK') acknowledged.push(id);
    else failed.push(outcome);
    // The test waits for these lines, which show that the load is running.
    if (count % 16 === 0) process.stdout.write('.\n');
  }
}

process.stdin.on('end', () => {
  isEnding = true;
});
process.stdin.resume();
await Promise.all(Array.from({ length: CLIENTS }, (_, client) => registerInLoop(client)));
process.stdout.write(`${JSON.stringify({ acknowledged, failed } satisfies LoadReport)}\n`);
