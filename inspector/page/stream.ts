/**
 * The stream from the program. A browser comes back to it by itself when it breaks; a hello then begins anew.
 */

import type { Frame, Hello } from '../server/frame.js';

/** `gone`: the program answers, but not this page any more. */
export type Contact = 'connecting' | 'live' | 'lost' | 'gone';

export interface StreamListener {
  onHello(hello: Hello): void;
  onFrame(frame: Frame): void;
  onContact(contact: Contact): void;
}

export function listen(token: string, { onHello, onFrame, onContact }: StreamListener): void {
  const source = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  source.addEventListener('hello', ({ data }) => {
    onContact('live');
    onHello(JSON.parse(data));
  });
  source.addEventListener('frame', ({ data }) => onFrame(JSON.parse(data)));
  source.addEventListener('error', () => {
    onContact(source.readyState === EventSource.CLOSED ? 'gone' : 'lost');
  });
}
