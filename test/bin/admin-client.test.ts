import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { sendCommand } from '../../bin/admin-client.js';
import { temporaryDirectory } from '../helpers/programs.js';

test('a server that ends the connection without an answer is reported in words', async (t) => {
  const path = join(await temporaryDirectory(t), 'admin.sock');
  const server = createServer((socket) => socket.on('error', () => {}).destroy()).listen(path);
  t.teardown(() => server.close());
  await once(server, 'listening');
  for (let count = 0; count < 20; count++) {
    await t.throwsAsync(sendCommand(path, { command: 'status' }), {
      message: 'the server ended the connection before it had answered',
    });
  }
});
