/**
 * Runs a headless command: creates its client, handles signals, and sets the exit code.
 */

import { once } from 'node:events';
import type { ClientNotice, RefusalCause } from '../../actors/client/agent.js';
import { ClientError } from '../../actors/client/client-error.js';
import { type Client, createClient } from '../../actors/client/create-client.js';
import type { Log } from '../../actors/log.js';
import { rootCause } from '../../supervision/supervisor-error.js';
import { barredText } from '../../terminal/key-words.js';
import { WHY_CUT } from '../../terminal/words.js';
import { privacyMode } from '../client-options.js';
import { EXIT, exitOfOutputError } from '../command-line.js';
import { endProcess, endProcessNow, onStopSignal } from '../ending.js';
import { exitOfError } from './exit-codes.js';
import { Output } from './output.js';
import { Records, type RecordsOptions } from './records.js';
import { type EventName, type Fields, fieldsOf } from './wording.js';

/** The options of all headless commands. */
export interface HeadlessOptions extends RecordsOptions {
  readonly tcpPort: number;
  readonly messagePort: number;
  readonly json?: true;
  /** True to allow private chats only. */
  readonly private: boolean;
  /**
   * True to register without a key, and to chat in clear if the server does not say whether the buddy has a
   * key.
   */
  readonly clear: boolean;
  /** Longest wait for an answer to a call, in seconds. */
  readonly timeout?: number;
}

/** The objects that a command uses. */
export interface Session {
  /** The user of the command. */
  readonly user: string;
  readonly client: Client;
  readonly output: Output;
  readonly records: Records;
  /** Aborted by the signals that `onStopSignal` handles, and when the output fails. */
  readonly stopped: AbortSignal;
  /**
   * Aborted when the user is signed out, for example because of a sign-in elsewhere. The reason of this
   * signal is the exit code.
   */
  readonly signedOut: AbortSignal;
}

/** The user of this client, and the buddy if the command has one. */
export interface About {
  readonly id: string;
  readonly buddy?: string;
}

/** Runs a command as a user's client, and ends the process with the exit code that it returns. */
export async function runSession(
  about: About,
  options: HeadlessOptions,
  command: (session: Session) => Promise<number>,
): Promise<never> {
  const stop = new AbortController();
  const signOut = new AbortController();
  onStopSignal(() => stop.abort(), { stopNow: () => endProcessNow(EXIT.failed) });
  const output = new Output(options.json === true, about, () => stop.abort());
  const records = new Records(about.id, options, (line) => output.ask(line));
  /** Why the user was signed out. Requests that fail for this reason reject with the same message. */
  let signedOut: string | undefined;
  const client = createClient({
    user: about.id,
    server: options.server,
    tcpPort: options.tcpPort,
    udpPort: options.udpPort,
    messagePort: options.messagePort,
    privacy: privacyMode(options),
    ...(options.timeout !== undefined && { patienceMs: options.timeout * 1_000 }),
    onNotice(notice) {
      output.notify(...eventOf(notice));
      if (notice.type !== 'session.ended') return;
      signedOut = notice.reason;
      signOut.abort(exitOfError(notice.code));
    },
    log: crashLog(output),
  });
  const code = await Promise.race([
    command({ user: about.id, client, output, records, stopped: stop.signal, signedOut: signOut.signal }),
    rejectOnFailure(client),
  ]).catch((error) => reportError(error, output, signedOut));
  await client.close();
  records.close();
  return endProcess(output.error === undefined ? code : exitOfOutputError('im-client', output.error));
}

/** Resolves to the exit code when a signal stops the session, or the user is signed out. */
export async function untilOver({ stopped, signedOut }: Session): Promise<number> {
  if (!stopped.aborted && !signedOut.aborted)
    await Promise.race([once(stopped, 'abort'), once(signedOut, 'abort')]);
  return signedOut.aborted ? (signedOut.reason as number) : EXIT.done;
}

/** Does some work. Rejects if the session is stopped before or during the work. */
export function unlessStopped<TValue>(stopped: AbortSignal, work: () => Promise<TValue>): Promise<TValue> {
  return new Promise((resolve, reject) => {
    const onStop = () => reject(new ClientError('client.closed', 'interrupted'));
    if (stopped.aborted) return onStop();
    stopped.addEventListener('abort', onStop);
    work()
      .then(resolve, reject)
      .finally(() => stopped.removeEventListener('abort', onStop));
  });
}

/** Rejects when the client's actors have crashed too often. */
async function rejectOnFailure(client: Client): Promise<never> {
  const { error } = await client.ended;
  throw rootCause(error);
}

const EVENTS: Readonly<Record<string, EventName>> = {
  'buddy.unknown': 'unknown',
  'list.cut': 'cut',
  'buddy.offline': 'offline',
  'buddy.unreachable': 'unreachable',
  'buddy.refused': 'refused',
  'buddy.unanswered': 'unanswered',
  'key.changed': 'denied',
  'call.not-private': 'denied',
};

/**
 * Prints an error, and returns its exit code.
 *
 * @param printed The message of an error that was already printed, and is not printed again.
 */
async function reportError(error: unknown, output: Output, printed: string | undefined): Promise<number> {
  if (!(error instanceof ClientError)) {
    await output.say('error', { error: error instanceof Error ? error.message : String(error) });
    return EXIT.failed;
  }
  if (error.message === printed) return exitOfError(error.code);
  const hint = error.code === 'port.unavailable' ? ': choose another with --message-port' : '';
  await output.say(EVENTS[error.code] ?? 'error', {
    error: `${error.message}${hint}`,
    ...(error.code === 'list.cut' && { mayBeCut: true }),
  });
  return exitOfError(error.code);
}

function eventOf(notice: ClientNotice): [EventName, Fields] {
  switch (notice.type) {
    case 'call.refused':
      return ['refused', { ...fieldsOf(notice), error: refusalReason(notice) }];
    case 'call.misunderstood': {
      const error = `${notice.address} did not understand the answer: its next call gets another one`;
      return ['error', { address: notice.address, error, ...notice.hint }];
    }
    case 'key.changed':
      return ['error', { buddy: notice.buddy, error: barredText(notice.buddy, 'changed') }];
    case 'key.unchanged':
      return ['known', { buddy: notice.buddy }];
    case 'lines.resumed':
      return ['resumed', { buddy: notice.buddy, count: notice.count }];
    case 'server.lost':
      return ['error', { error: `${notice.reason}; it is asked again every 10 s` }];
    case 'server.found':
      return ['answering', {}];
    case 'session.ended':
      return ['error', { error: notice.reason }];
    case 'session.misrouted':
      return ['error', { error: MISROUTED }];
    case 'peer.stalled':
      return ['stalled', { buddy: notice.buddy, address: notice.address }];
    case 'peer.reading':
      return ['reading', { buddy: notice.buddy, address: notice.address }];
  }
}

const MISROUTED =
  "the server does not get this machine's presence: its datagrams come from another address than its logins";

const REFUSAL_REASONS: Readonly<Record<RefusalCause, string>> = { busy: 'busy', ...WHY_CUT };

function refusalReason({ cause, untold }: Extract<ClientNotice, { type: 'call.refused' }>): string {
  return untold === 0 ? REFUSAL_REASONS[cause] : `${REFUSAL_REASONS[cause]} (and ${untold} before it)`;
}

/** Creates a log for the client's actors, which shows the user only the errors. */
function crashLog(output: Output): Log {
  return {
    debug: () => {},
    info: () => {},
    warn: () => {},
    fatal: () => {},
    error: ({ err }: { readonly err?: unknown }, message) =>
      output.notify('error', { error: `${message}: ${err ?? 'no reason'}` }),
    isLevelEnabled: (level) => level === 'error',
  };
}
