import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { Frame } from '../../../inspector/server/frame.js';
import { MAX_BACKLOG_BYTES, MAX_BEHIND_MS, Viewer } from '../../../inspector/server/viewer.js';
import { until } from '../../helpers/network.js';

/** A stream between a real server and a real client that does not read yet. */
async function stream(
  t: ExecutionContext,
): Promise<{ readonly response: ServerResponse; readonly incoming: () => Promise<IncomingMessage> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  request.on('error', () => {});
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  answered.catch(() => {});
  t.teardown(() => {
    request.destroy();
    server.close();
    server.closeAllConnections();
  });
  const [, response] = await asked;
  return { response, incoming: async () => (await answered)[0] };
}

const FILLER = 'x'.repeat(64 * 1024);
const withActors = { actors: [{}] } as never as Frame;
const without = {} as Frame;

/** Sends frames until the viewer is behind and skips them. */
function fill(viewer: Viewer, response: ServerResponse): void {
  for (let before = -1; response.writableLength !== before; ) {
    before = response.writableLength;
    viewer.frame(FILLER, withActors);
  }
}

test('if a browser does not read, it misses frames, and its backlog is limited', async (t) => {
  const { response, incoming } = await stream(t);
  const viewer = new Viewer(response, () => 0);
  t.true(viewer.needsActors);
  fill(viewer, response);
  t.true(response.writableLength > MAX_BACKLOG_BYTES);
  t.true(response.writableLength < MAX_BACKLOG_BYTES + 2 * FILLER.length, `${response.writableLength}`);
  t.false(viewer.needsActors, 'a viewer that is behind needs no actors yet');

  const body = await incoming();
  let text = '';
  body.on('data', (bytes) => {
    text += bytes;
  });
  await until(() => response.writableLength === 0);
  viewer.frame('again', without);
  t.true(viewer.needsActors, 'the viewer has missed a frame with actors');
  viewer.frame('caught up', withActors);
  await until(() => text.endsWith('data: caught up\n\n'));
  t.false(viewer.needsActors);
});

test('a browser needs no frame with actors if it missed only frames without actors', async (t) => {
  const { response } = await stream(t);
  const viewer = new Viewer(response, () => 0);
  viewer.frame('first', withActors);
  for (let before = -1; response.writableLength !== before; ) {
    before = response.writableLength;
    viewer.frame(FILLER, without);
  }
  t.false(viewer.needsActors);
});

test('a browser that stays behind is disconnected', async (t) => {
  const { response } = await stream(t);
  let nowMs = 0;
  const viewer = new Viewer(response, () => nowMs);
  fill(viewer, response);
  nowMs = MAX_BEHIND_MS;
  viewer.keepAlive();
  t.false(response.destroyed);
  nowMs += 1;
  viewer.keepAlive();
  t.true(response.destroyed);
});
