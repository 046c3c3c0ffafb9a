/**
 * The inspector's actor: owns an HTTP server on the loopback address, and serves what a {@link Watch}
 * records.
 *
 * It runs in its own actor system. It therefore does not record itself, and its errors cannot reach the
 * inspected system.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventObject } from 'xstate';
import { HEADER_TIMEOUTS, limitConnections } from '../../actors/http-limits.js';
import { type BehaviourLogic, fromBehaviour, type Timer } from '../../supervision/behaviour.js';
import { checkAccess } from './access.js';
import type { Hello } from './frame.js';
import { contentPolicy, htmlOf, PAGES } from './pages.js';
import { Viewer } from './viewer.js';
import type { Watch } from './watch.js';

/** The loopback address: only programs on this machine can connect. */
export const INSPECTION_HOST = '127.0.0.1';

/** Time between two frames, in milliseconds. */
const FRAME_MS = 100;

/**
 * Number of empty frames after which a keep-alive is sent. The keep-alive reveals browsers that vanished
 * without closing.
 */
const FRAMES_PER_KEEP_ALIVE = 150;

/**
 * The maximum number of streams at once. One browser can open at most six tabs, because each tab keeps a
 * connection, and browsers limit the connections to a host.
 */
export const MAX_VIEWERS = 8;

/** The paths of the files that the pages request, and the content types by file extension. */
const ASSET = /^\/(?:(?<page>(?:main|stately)\.js|style\.css)|machines\/(?<drawing>[a-z]+\.svg))$/;
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

export interface InspectorInput {
  readonly port: number;
  readonly token: string;
  readonly watch: Watch;
  readonly hello: Omit<Hello, 'lives'>;
  /** The folders of the compiled pages and of the machines' drawings. Both URLs end with a slash. */
  readonly pages: URL;
  readonly drawings: URL;
}

/** Emitted by the inspector when it listens. */
export interface InspectorListening {
  readonly type: 'inspector.listening';
  readonly port: number;
}

/** True for the inspector's own event, false for the lifecycle events of its tree. */
export function isListening(event: EventObject): event is InspectorListening {
  return event.type === 'inspector.listening';
}

export type InspectorEvent = { readonly type: 'frame.due' };

export const inspectorLogic: BehaviourLogic<InspectorEvent, InspectorInput, InspectorListening> =
  fromBehaviour((scope, { port, token, watch, hello, pages, drawings }) => {
    const viewers = new Set<Viewer>();
    let timer: Timer | undefined;
    let quietFrames = 0;
    let ownPort = port;

    const server = createServer(HEADER_TIMEOUTS, (request, response) => {
      scope.guard(handleRequest)(request, response);
    });
    limitConnections(server);
    server.on('error', (error) => scope.fail(error));
    server.listen(port, INSPECTION_HOST, scope.guard(onListening));

    function onListening(): void {
      ownPort = (server.address() as AddressInfo).port;
      scope.emit({ type: 'inspector.listening', port: ownPort });
      scope.ready();
    }

    function handleRequest(request: IncomingMessage, response: ServerResponse): void {
      response.setHeader('referrer-policy', 'no-referrer');
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('cross-origin-resource-policy', 'same-origin');
      response.setHeader('cache-control', 'no-store');
      const [path = '', query] = (request.url ?? '').split('?', 2);
      const given = new URLSearchParams(query).get('token');
      const refusal = checkAccess(request, given, { port: ownPort, token });
      if (refusal !== undefined) return sendText(response, refusal.status, refusal.reason);
      const page = PAGES.get(path);
      if (page !== undefined) {
        response.setHeader('content-security-policy', contentPolicy(page));
        return send(response, 'text/html', htmlOf(page, hello.program, token));
      }
      if (path === '/events') return openStream(response);
      if (path === '/definitions.json') return send(response, 'application/json', watch.definitions());
      const asset = ASSET.exec(path)?.groups;
      if (asset === undefined) return sendText(response, 404, 'There is no such page here.');
      const { page: pageFile, drawing = '' } = asset;
      const file = pageFile === undefined ? new URL(drawing, drawings) : new URL(pageFile, pages);
      readFile(file).then(
        (bytes) => send(response, TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? '', bytes),
        () => sendText(response, 404, 'This file is not installed.'),
      );
    }

    function openStream(response: ServerResponse): void {
      if (viewers.size >= MAX_VIEWERS)
        return sendText(response, 503, `At most ${MAX_VIEWERS} pages can be open at once.`);
      sendFrame(); // Earlier events go to the other viewers only.
      const viewer = new Viewer(response, () => scope.now());
      viewers.add(viewer);
      response.on('error', () => {}); // A 'close' event follows.
      response.on(
        'close',
        scope.guard(() => removeViewer(viewer)),
      );
      viewer.hello({ ...hello, lives: watch.past });
      watch.begin();
      timer ??= scope.sendLater({ type: 'frame.due' }, 0);
    }

    /** Sends to all viewers what happened since the last frame. */
    function sendFrame(): void {
      const all = [...viewers];
      const frame = all.length > 0 ? watch.frame(all.some(({ needsActors }) => needsActors)) : undefined;
      quietFrames = frame === undefined ? quietFrames + 1 : 0;
      if (frame !== undefined) {
        const json = JSON.stringify(frame);
        for (const viewer of all) viewer.frame(json, frame);
      } else if (quietFrames % FRAMES_PER_KEEP_ALIVE === 0) {
        for (const viewer of all) viewer.keepAlive();
      }
    }

    function removeViewer(viewer: Viewer): void {
      // After `release`, `delete` returns false. The watch may then belong to the actor's next incarnation.
      if (viewers.delete(viewer) && viewers.size === 0) stopWatching();
    }

    function stopWatching(): void {
      scope.cancel(timer);
      timer = undefined;
      watch.end();
    }

    return {
      starting: true,
      receive() {
        if (viewers.size === 0) return;
        timer = scope.sendLater({ type: 'frame.due' }, FRAME_MS);
        sendFrame();
      },
      shutdown() {
        sendFrame(); // sends the last events before the end
        scope.end();
      },
      release() {
        stopWatching();
        for (const viewer of viewers) viewer.end();
        viewers.clear();
        server.close();
        server.closeAllConnections();
      },
    };
  });

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

function sendText(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
