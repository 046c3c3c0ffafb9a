/**
 * The stream from the program. If the stream breaks, the browser reconnects. Each stream starts with a hello.
 */

import type { Frame, Hello } from '../server/frame.js';

/** `lost`: the browser reconnects. `gone`: the program refused the request, and the browser gives up. */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'gone';

export interface StreamListener {
  onHello(hello: Hello): void;
  onFrame(frame: Frame): void;
  onConnectionState(connection: ConnectionState): void;
}

export function listen(token: string, { onHello, onFrame, onConnectionState }: StreamListener): void {
  const source = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  source.addEventListener('hello', ({ data }) => {
    onConnectionState('live');
    onHello(JSON.parse(data));
  });
  source.addEventListener('frame', ({ data }) => onFrame(JSON.parse(data)));
  source.addEventListener('error', () => {
    onConnectionState(source.readyState === EventSource.CLOSED ? 'gone' : 'lost');
  });
}
