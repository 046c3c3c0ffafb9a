/**
 * The inspector's actor: owns an HTTP server on this machine's loopback address, and shows what a {@link
 * Watch} sees.
 *
 * It lives in a system of its own, so that it does not see itself, and nothing that happens to it reaches the
 * system that it shows.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventObject } from 'xstate';
import { type BehaviourLogic, fromBehaviour, type Timer } from '../../supervision/behaviour.js';
import { refusalOf } from './access.js';
import type { Hello } from './frame.js';
import { contentPolicy, htmlOf, PAGES } from './pages.js';
import { IMPATIENT, limitConnections } from './requests.js';
import { Viewer } from './viewer.js';
import type { Watch } from './watch.js';

/** The loopback address: nobody outside of this machine can ask. */
export const INSPECTION_HOST = '127.0.0.1';

/** Between two frames, in milliseconds. */
const FRAME_MS = 100;

/**
 * How often a stream on which nothing happens says so, in frames: whoever went away without a word is
 * noticed.
 */
const FRAMES_PER_SIGN_OF_LIFE = 150;

/** Most browsers that look at once; one browser has six tabs at most, each of which keeps a connection. */
export const MAX_VIEWERS = 8;

/** Files that pages ask for, by their address, with their type. */
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
  /** Where the compiled pages are, and the drawings of machines; each ends with a slash. */
  readonly pages: URL;
  readonly drawings: URL;
}

/** From the inspector to whoever runs it. */
export interface InspectorListening {
  readonly type: 'inspector.listening';
  readonly port: number;
}

/** Tells an inspector's own event from any other that its tree emits. */
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

    const server = createServer(IMPATIENT, (request, response) => {
      scope.guard(answer)(request, response);
    });
    limitConnections(server);
    server.on('error', (error) => scope.fail(error));
    server.listen(port, INSPECTION_HOST, scope.guard(onListening));

    function onListening(): void {
      ownPort = (server.address() as AddressInfo).port;
      scope.emit({ type: 'inspector.listening', port: ownPort });
      scope.ready();
    }

    function answer(request: IncomingMessage, response: ServerResponse): void {
      response.setHeader('referrer-policy', 'no-referrer');
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('cross-origin-resource-policy', 'same-origin');
      response.setHeader('cache-control', 'no-store');
      const [path = '', query] = (request.url ?? '').split('?', 2);
      const given = new URLSearchParams(query).get('token');
      const refusal = refusalOf(request, given, { port: ownPort, token });
      if (refusal !== undefined) return say(response, refusal.status, refusal.reason);
      const page = PAGES.get(path);
      if (page !== undefined) {
        response.setHeader('content-security-policy', contentPolicy(page));
        return send(response, 'text/html', htmlOf(page, hello.program, token));
      }
      if (path === '/events') return look(response);
      if (path === '/definitions.json') return send(response, 'application/json', watch.definitions());
      const asset = ASSET.exec(path)?.groups;
      if (asset === undefined) return say(response, 404, 'There is no such page here.');
      const { page: ofPages, drawing = '' } = asset;
      const file = ofPages === undefined ? new URL(drawing, drawings) : new URL(ofPages, pages);
      readFile(file).then(
        (bytes) => send(response, TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? '', bytes),
        () => say(response, 404, 'This file is not installed.'),
      );
    }

    function look(response: ServerResponse): void {
      if (viewers.size >= MAX_VIEWERS) return say(response, 503, `At most ${MAX_VIEWERS} can look at once.`);
      tell(); // What happened until now the newcomer is told as past.
      const viewer = new Viewer(response, () => scope.now());
      viewers.add(viewer);
      response.on('error', () => {}); // 'close' follows.
      response.on(
        'close',
        scope.guard(() => leave(viewer)),
      );
      viewer.hello({ ...hello, lives: watch.past });
      watch.begin();
      timer ??= scope.sendLater({ type: 'frame.due' }, 0);
    }

    /** Tells all who look what happened since the last time. */
    function tell(): void {
      const all = [...viewers];
      const frame = all.length > 0 ? watch.frame(all.some(({ needsActors }) => needsActors)) : undefined;
      quietFrames = frame === undefined ? quietFrames + 1 : 0;
      if (frame !== undefined) {
        const json = JSON.stringify(frame);
        for (const viewer of all) viewer.frame(json, frame);
      } else if (quietFrames % FRAMES_PER_SIGN_OF_LIFE === 0) {
        for (const viewer of all) viewer.signOfLife();
      }
    }

    function leave(viewer: Viewer): void {
      // After the release it was of another incarnation of this actor.
      if (viewers.delete(viewer) && viewers.size === 0) rest();
    }

    function rest(): void {
      scope.cancel(timer);
      timer = undefined;
      watch.end();
    }

    return {
      starting: true,
      receive() {
        if (viewers.size === 0) return;
        timer = scope.sendLater({ type: 'frame.due' }, FRAME_MS);
        tell();
      },
      shutdown() {
        tell(); // How it ended.
        scope.end();
      },
      release() {
        rest();
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

function say(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
