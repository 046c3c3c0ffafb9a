/**
 * A program that runs a client in a chat, and cuts its network link. Run the program in its own network
 * namespace (`unshare --net`). It prints the client's output from the cut on.
 *
 * With the argument `busy`, the client sends lines after the cut; with `idle`, it sends none.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { programPath } from './programs.js';

const PORT = '4000';

setLink('up');
const client = spawn(process.execPath, [
  programPath('im-client'),
  ...['--plain', '--user', 'alice', '--server', '127.0.0.1', '--message-port', PORT],
]);
let screen = '';
client.stdout.on('data', (chunk) => {
  screen += chunk;
});

const bob = await call();
bob.write('HELLO bob\n');
await shows('(y/n)?');
client.stdin.write('y\n');
await shows('\n> ');
const isBusy = process.argv[2] === 'busy';
if (isBusy) {
  client.stdin.write('heard\n');
  for await (const chunk of bob.iterator({ destroyOnReturn: false })) if (/heard/.test(chunk)) break;
  // Bob's line also acknowledges what he received. The kernel could delay a bare ACK until after the cut.
  bob.write('yes\n');
  await shows(': yes');
}
setLink('down');
const before = screen.length;
if (isBusy) client.stdin.write('into the void\nme too\n');
await shows('connection broke');
await shows('Your choice:', before);
console.log(screen.slice(before));
client.kill();
bob.destroy();

/** Brings the only network interface up or down. Neither side gets a FIN or RST. */
function setLink(state: 'up' | 'down'): void {
  execFileSync('ip', ['link', 'set', 'lo', state]);
}

async function call(): Promise<Socket> {
  for (;;) {
    const socket = connect(Number(PORT), '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket.on('error', () => {});
    } catch {
      // The client does not listen yet.
    }
  }
}

async function shows(text: string, from = 0): Promise<void> {
  while (!screen.includes(text, from)) await once(client.stdout, 'data');
}
