/**
 * What each statechart needs to run alone: an input with stand-ins for its neighbours, and sample events. A
 * stand-in accepts every event and sends none. The samples include the events that real neighbours would
 * answer with.
 */

import {
  type ActorRef,
  type AnyStateMachine,
  createActor,
  type EventFromLogic,
  type EventObject,
  fromPromise,
  fromTransition,
  type InputFrom,
  type Snapshot,
} from 'xstate';
import { callControlMachine } from '../../machines/client/call-control.js';
import { PATIENCE_MS } from '../../machines/client/call-control-context.js';
import { chatMachine } from '../../machines/client/chat.js';
import { clientMachine } from '../../machines/client/client.js';
import type { ServerRequest } from '../../machines/client/client-context.js';
import type { ServerReply, SignInCheck } from '../../machines/client/events.js';
import { keyDialogMachine } from '../../machines/client/key-dialog.js';
import { serverConnectivityMachine } from '../../machines/client/server-connectivity.js';
import { sessionLoginMachine } from '../../machines/client/session-login.js';
import { trustMachine } from '../../machines/client/trust.js';
import type { OwnWords, WordsRequest, WordsVerdict } from '../../machines/client/verification.js';
import { connectionMachine } from '../../machines/server/connection.js';
import { consoleMachine } from '../../machines/terminal/console-chart.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';

/** A chart that can be run alone: `createActor(machine, { input })`. */
export interface Demo {
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  /** At least one event of each type. Of the events of one type, the first leads to the most states. */
  readonly events: readonly EventObject[];
}

/** Lets the compiler check the input and the samples against the types of the chart. */
function demo<TMachine extends AnyStateMachine>(
  machine: TMachine,
  input: InputFrom<TMachine>,
  events: readonly EventFromLogic<TMachine>[],
): Demo {
  return { machine, input, events };
}

function standIn(id: string): ActorRef<Snapshot<unknown>, EventObject> {
  return createActor(
    fromTransition((state: object) => state, {}),
    { id },
  ).start();
}

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;
/** Bob's key, and another key that the server names later. */
const key = 'RRiu0SkqUJPOcdPIJM_kchtjUBrq3yI9gAdgRZCmsoA' as IdentityKey;
const otherKey = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' as IdentityKey;
const address = toDisplayText('192.0.2.7');
const endpoint = { address, port: 4_000 };
const reason = toDisplayText('the connection was cut');
const text = toDisplayText('hello');
/** The identity is the public key in RFC 8032, section 7.1, test 1. */
const device = {
  identity: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' as IdentityKey,
  serial: 2,
  floor: 1,
};
const atMs = Date.UTC(2026, 0, 1, 12);
const caller = { caller: bob, address, atMs, uptimeMs: 0 };
/** The connection that reports, and the time of the report. */
const chat = standIn('chat');
const at = { chat, atMs, uptimeMs: 0 };
/** The facts that the owner of a console adds to an event. */
const facts = { hasText: false, isTyping: false, ahead: 'none' } as const;
/** The number of the first call, and a line of that call. */
const call = 1;
const line = { call, key: undefined, isLate: false };

export const DEMOS: readonly Demo[] = [
  demo(connectionMachine, undefined, [
    { type: 'request.received', change: { op: 'LOG', id: alice, device }, mode: { kind: 'new' } },
    { type: 'request.received', change: { op: 'REG', id: alice } },
    { type: 'question.received', question: { op: 'WHO', id: bob } },
    { type: 'request.decided', reply: 201 },
    { type: 'handshake.begun' },
    { type: 'peer.refused' },
    { type: 'change.answered', change: { op: 'LOG', id: alice }, reply: 200 },
    { type: 'change.answered', change: { op: 'REG', id: alice }, reply: 200 },
    { type: 'change.answered', change: { op: 'ADD', id: alice }, reply: 'revoked' },
    { type: 'user.looked-up', user: 0, users: { deviceOf: () => device } },
    { type: 'session.answered', session: '0123456789abcdef' as SessionId },
    { type: 'input.ended' },
    { type: 'input.flooded' },
    { type: 'deadline.passed' },
    { type: 'socket.closed' },
    { type: 'room.wanted' },
    { type: 'shutdown.requested' },
  ]),

  demo(chatMachine, undefined, [
    { type: 'call.arrived' },
    { type: 'call.dialled' },
    { type: 'buddy.check' },
    { type: 'call.secured' },
    { type: 'call.barred', why: 'changed' },
    { type: 'caller.allowed' },
    { type: 'caller.denied', why: 'wrong-key' },
    { type: 'tls.asked' },
    { type: 'peer.proven' },
    { type: 'peer.refused' },
    { type: 'private.received', text: 'OK' },
    { type: 'private.received', text: 'HELLO bob alice' },
    { type: 'private.received', text: 'REJECT' },
    { type: 'bye.received' },
    { type: 'chat.faulted', reason },
    { type: 'socket.connected' },
    { type: 'line.received', text: 'ACCEPT', cut: false },
    { type: 'line.received', text: 'REJECT', cut: false },
    { type: 'line.received', text: 'hello', cut: false },
    { type: 'line.received', text: 'q', cut: false },
    { type: 'line.torn', text: 'hello', cut: false },
    { type: 'line.torn', text: 'q', cut: false },
    { type: 'callback.asked' },
    { type: 'caller.muted' },
    { type: 'call.accept' },
    { type: 'call.reject' },
    { type: 'call.cut' },
    { type: 'message.send', text: 'hello' },
    { type: 'reading.pause' },
    { type: 'reading.resume' },
    { type: 'chat.leave' },
    { type: 'chat.abandon' },
    { type: 'timer.passed' },
    { type: 'socket.failed', reason, isReset: true },
    { type: 'socket.died' },
    { type: 'delivery.confirmed' },
    { type: 'delivery.stalled' },
    { type: 'socket.ended' },
    { type: 'socket.closed' },
    { type: 'room.wanted' },
    { type: 'shutdown.requested' },
  ]),

  demo(
    callControlMachine,
    {
      owner: standIn('owner'),
      chats: standIn('chats'),
      control: standIn('call-control'),
      patienceMs: PATIENCE_MS,
      maxLines: 1_000,
      maxHeldLines: 1,
      blocked: [],
      speakers: [],
      lastCall: 0,
    },
    [
      { type: 'call.received', caller: bob, address, ...at },
      { type: 'call.foreign', address, ...at },
      { type: 'call.denied', caller: bob, address, cause: 'wrong-key', ...at },
      { type: 'call.replaced', ...at },
      { type: 'dialect.heard', address, port: endpoint.port, speaksB: true, ...at },
      { type: 'call.crowded', address, atMs, uptimeMs: 0 },
      { type: 'call.accept', call },
      { type: 'call.reject', call },
      { type: 'call.dismiss', call },
      { type: 'call.place', buddy: bob, caller: alice, endpoint },
      { type: 'call.placed', call, ...at },
      { type: 'place.failed', call, cause: 'too-many-calls' },
      { type: 'call.ringing', ...at },
      { type: 'call.accepted', ...at },
      { type: 'call.refused', ...at },
      { type: 'call.failed', reason, ...at },
      { type: 'call.barred', why: 'unproven', ...at },
      { type: 'lines.resumed', count: 2, ...at },
      { type: 'delivery.late', count: 2, ...at },
      { type: 'message.send', call, text },
      { type: 'message.received', text, cut: false, ...at },
      { type: 'message.sent', text, cut: false, ...at },
      { type: 'message.failed', text, ...at },
      { type: 'message.lost', text, ...at },
      { type: 'reading.pause', call },
      { type: 'reading.resume', call },
      { type: 'chat.leave', call },
      { type: 'chat.abandon', call },
      { type: 'peer.left', ...at },
      { type: 'delivery.progressed', ...at },
      { type: 'chat.closed', ...at },
      { type: 'chat.closed', reason, ...at },
      { type: 'callers.block', names: ['eve'] },
      { type: 'calls.end' },
      { type: 'calls.abandon' },
      { type: 'stall.passed' },
      { type: 'shutdown.requested' },
    ],
  ),

  demo(serverConnectivityMachine, { wasLost: false }, [
    { type: 'buddies.get' },
    { type: 'query.overdue' },
    { type: 'beat.sent' },
    { type: 'answer.received' },
    { type: 'session.resumed' },
    { type: 'session.ended' },
    { type: 'server.moved' },
    { type: 'cause.found', silence: { cause: 'unregistered' } },
  ]),

  demo(sessionLoginMachine, undefined, [
    { type: 'session.wanted', kind: 'new' },
    { type: 'session.unwanted' },
    { type: 'login.ended', outcome: 'open' },
    { type: 'session.unknown' },
    { type: 'server.moved' },
    { type: 'answer.opened' },
    { type: 'beat.due' },
    { type: 'quiet.over' },
    { type: 'pause.over' },
  ]),

  demo(keyDialogMachine, { dialog: 'copy' }, [
    { type: 'words.read' },
    { type: 'words.absent' },
    { type: 'answer.blank' },
    { type: 'answer.given' },
    { type: 'answer.begun' },
    { type: 'answer.misspelt' },
    { type: 'answer.right' },
    { type: 'answer.wrong' },
    { type: 'words.accepted' },
    { type: 'words.refused' },
  ]),

  demo(trustMachine, { trust: undefined }, [
    { type: 'who.key', key, floor: 0 },
    { type: 'who.key', key: otherKey, floor: 0 },
    { type: 'words.matched', key },
    { type: 'key.given', key },
    { type: 'floor.raised', key, floor: 1 },
    { type: 'buddy.forgotten' },
  ]),

  demo(consoleMachine, undefined, [
    { type: 'prompt.asked', prompt: { kind: 'line', isMessage: true }, ...facts },
    { type: 'prompt.asked', prompt: { kind: 'key', keys: 'yn', isSudden: true }, ...facts },
    { type: 'prompt.repeated', ...facts },
    { type: 'prompt.dropped', ...facts, hasText: true },
    { type: 'line.sent', ...facts },
    { type: 'key.pressed', text: 'y', ...facts },
    { type: 'interrupt.pressed', isAgain: false, ...facts },
    { type: 'end.pressed', ...facts },
    { type: 'paste.received', lineCount: 3, ...facts },
    { type: 'answer.given', value: 'y', ...facts },
    { type: 'quiet.passed', ...facts },
    { type: 'console.closed', ...facts },
  ]),

  demo(
    clientMachine.provide({
      actors: {
        askServer: fromPromise<ServerReply, ServerRequest>(async () => ({
          line: toDisplayText('200 OK'),
          done: true,
        })),
        findWords: fromPromise<OwnWords, WordsRequest>(async () => ({ words: ['abandon', 'ability'] })),
        compareWords: fromPromise<WordsVerdict, WordsRequest>(async () => ({ result: 'same' })),
        checkSignIn: fromPromise<SignInCheck, UserId>(async () => ({ holds: 'nothing' })),
      },
    }),
    {
      terminal: standIn('terminal'),
      heartbeat: standIn('heartbeat'),
      callControl: standIn('call-control'),
      archive: standIn('archive'),
      isInteractive: true,
      user: alice,
      attendance: 'here',
    },
    [
      ...['m', 'bob', 'y', 'n', 'hello', 'r', 'l', 'a', 'd', 's', 'w', 'h', 'b', 'v', 'q', 'x', '', '?'].map(
        (value) => ({ type: 'prompt.answered', value }) as const,
      ),
      { type: 'terminal.opened' },
      { type: 'user.idled' },
      { type: 'user.active' },
      { type: 'input.exhausted' },
      { type: 'input.interrupted' },
      { type: 'input.ended' },
      { type: 'buddies.received', buddies: [{ id: bob, status: 100, endpoint }], atMs },
      { type: 'buddies.timed-out', silence: { cause: 'unregistered' } },
      { type: 'server.lost', silence: { cause: 'down' } },
      { type: 'server.found' },
      { type: 'session.ended', id: alice, why: 'elsewhere' },
      { type: 'session.misrouted' },
      { type: 'key-dialog.ended', outcome: 'skipped' },
      { type: 'call.offered', call, ...caller },
      { type: 'call.withdrawn', call, isNuisance: false, ...caller },
      { type: 'call.missed', call, ...caller },
      { type: 'call.busy', ...caller },
      { type: 'call.misunderstood', ...caller, caller: undefined },
      { type: 'call.cut', cause: 'callback', untold: 0, ...caller, caller: undefined },
      { type: 'call.dialling', call },
      { type: 'place.refused' },
      { type: 'call.alerting', call },
      { type: 'chat.opened', call, peer: { id: bob, address } },
      { type: 'chat.failed', call, cause: 'refused' },
      { type: 'message.received', call, text, cut: false, atMs },
      { type: 'message.sent', ...line, peer: { id: bob, address }, text, cut: false, atMs },
      { type: 'message.unconfirmed', ...line, text, cause: 'closed' },
      { type: 'lines.resumed', call, count: 2 },
      { type: 'delivery.late', call, count: 2 },
      { type: 'trust.reported', trust: new Map([[bob, 'pinned' as const]]) },
      { type: 'key.reported', buddy: bob, became: 'changed' },
      { type: 'peer.stalled', call },
      { type: 'chat.left', call },
      { type: 'peer.left', call },
      { type: 'chat.ended', call, reason },
      { type: 'history.found', buddy: bob, search: '', messages: [] },
      { type: 'blocked.changed', names: ['carl'] },
      { type: 'archive.failed', task: 'history.read', reason },
      { type: 'calls.ended' },
      { type: 'client.found', user: alice, pid: 4_711, host: undefined },
      { type: 'leave.requested' },
      { type: 'shutdown.requested' },
    ],
  ),
];
