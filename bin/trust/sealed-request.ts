/**
 * One sealed request to a server whose key is known.
 */

import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ServerEndpoint } from '../../actors/client/ask-server.js';
import { networkReason } from '../../actors/client/network-reason.js';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { connectTls, createContext, identifyPeer } from '../../keys/tls.js';
import type { IdentityKey } from '../../protocol/key.js';
import { LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine } from '../../protocol/message.js';
import { MAX_REQUEST_BYTES } from '../../protocol/request.js';

/** Longest wait for the reply, in milliseconds. The server itself may wait 10 s for its disk. */
const REPLY_TIMEOUT_MS = 12_000;

export type SealedAnswer =
  | { readonly line: string; readonly failed?: undefined }
  /** `other-server`: another key answered, and nothing was sent. `closed`: closed after the request. */
  | { readonly failed: 'other-server' | 'closed' | 'busy' }
  | { readonly failed: 'unreachable'; readonly reason: string };

/** Whom to ask, and as which device. */
export interface SealedOptions {
  readonly server: ServerEndpoint;
  readonly serverKey: IdentityKey;
  readonly device: DeviceCredentials;
}

/** Sends one request line, and resolves with the reply line or with why there is none. Never rejects. */
export function askSealed(
  { server, serverKey, device }: SealedOptions,
  request: string,
): Promise<SealedAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ ...server, noDelay: true });
    const tls: TLSSocket = connectTls(socket, createContext(device), 'im-dir/1');
    const splitter = new LineSplitter(MAX_REQUEST_BYTES);
    let isConnected = false;
    let isSent = false;
    const end = (answer: SealedAnswer) => {
      clearTimeout(timer);
      tls.destroy();
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(
      () => end({ failed: 'unreachable', reason: 'no reply in time' }),
      REPLY_TIMEOUT_MS,
    );
    const onEnd = () => end({ failed: isSent ? 'closed' : 'busy' });
    const onError = (error: NodeJS.ErrnoException) => {
      // A server without a free place closes, or answers in clear, which is not TLS.
      if (isConnected) onEnd();
      else end({ failed: 'unreachable', reason: networkReason(error) });
    };
    socket.on('connect', () => {
      isConnected = true;
    });
    socket.on('error', onError);
    tls.on('error', onError);
    tls.on('secureConnect', () => {
      const peer = identifyPeer(tls, 'im-dir/1');
      if (peer.device?.identity !== serverKey) return end({ failed: 'other-server' });
      isSent = true;
      tls.write(request, 'latin1');
    });
    tls.on('data', (chunk: Buffer) => {
      const [line] = splitter.push(chunk);
      if (line !== undefined) end({ line: decodeLine(line) });
    });
    tls.on('close', () => {
      // Without a connection, the error of the socket says why.
      if (isConnected) onEnd();
    });
  });
}
