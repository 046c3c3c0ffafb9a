/**
 * The server's metrics, in the text format of Prometheus. docs/watching.md describes each of them.
 *
 * The meter counts in plain numbers, because it counts each datagram. The numbers are copied to the metrics
 * of prom-client only when the metrics are read. Durations of requests and commits go to the histograms of
 * prom-client directly, because a request or commit takes far longer than an update of a histogram.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EventObject } from 'xstate';
import type { Population } from '../../actors/server/monitor.js';
import {
  type DatagramKind,
  type DatagramOutcome,
  type LimitName,
  REFUSALS,
  type RequestKind,
  type RequestReply,
  type ServerMeter,
} from '../../actors/server/server-meter.js';
import { isStoreOutage } from '../../actors/server/store-outages.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { DURATION_BUCKETS, GROUP_BUCKETS, MS_PER_SECOND } from './buckets.js';
import { Tally } from './tally.js';

/** Values that other parts of the program provide when the metrics are read. */
export interface Readings extends Partial<Population> {
  readonly maxConnections: number;
  readonly maxUsers: number;
  readonly isReady: boolean;
}

export class ServerMetrics implements ServerMeter {
  readonly registry = new Registry();
  readonly #requests = new Tally<RequestKind, RequestReply>();
  readonly #clear = new Tally<DatagramKind, DatagramOutcome>();
  readonly #sealed = new Tally<DatagramKind, DatagramOutcome>();
  readonly #refusals = new Map<LimitName, number>();
  #connections = 0;
  #users = 0;
  #reservedIds = 0;
  #queuedChanges = 0;
  readonly #requestSeconds: Histogram<'op'>;
  readonly #commitSeconds: Histogram;
  readonly #commitChanges: Histogram;
  readonly #failedCommits: Counter;
  readonly #restarts: Counter<'actor'>;
  readonly #crashes: Counter<'actor'>;
  readonly #refusedMessages: Counter<'reason'>;
  readonly #writable: Gauge;

  /** @param version The version of im-server. */
  constructor(version: string) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'im_build_info',
      help: 'Always 1. The labels are the versions of im-server and Node.js.',
      labelNames: ['version', 'node'],
      registers,
    }).set({ version, node: process.versions.node }, 1);
    this.#requestSeconds = new Histogram({
      name: 'im_request_duration_seconds',
      help: 'Time from the arrival of a whole request line to its reply, by operation.',
      labelNames: ['op'],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#commitSeconds = new Histogram({
      name: 'im_store_commit_duration_seconds',
      help: 'Time that the store needs to make a group of changes durable.',
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#commitChanges = new Histogram({
      name: 'im_store_commit_changes',
      help: 'Number of changes in a group that the store makes durable together.',
      buckets: GROUP_BUCKETS,
      registers,
    });
    this.#failedCommits = new Counter({
      name: 'im_store_commit_failures_total',
      help: 'Groups of changes that could not be made durable. Their requests were answered 205.',
      registers,
    });
    this.#restarts = new Counter({
      name: 'im_actor_restarts_total',
      help: 'Restarts of each actor by its supervisor.',
      labelNames: ['actor'],
      registers,
    });
    this.#crashes = new Counter({
      name: 'im_actor_crashes_total',
      help: 'Crashes, by actor. All connections count as one actor.',
      labelNames: ['actor'],
      registers,
    });
    this.#refusedMessages = new Counter({
      name: 'im_messages_refused_total',
      help: 'Messages between actors that a mailbox refused, because it was full or closed.',
      labelNames: ['reason'],
      registers,
    });
    this.#writable = new Gauge({
      name: 'im_store_writable',
      help: '0 if the last change could not be made durable, 1 otherwise.',
      registers,
    });
    this.#writable.set(1);
    this.#refusedMessages.inc({ reason: 'full' }, 0);
    this.#refusedMessages.inc({ reason: 'closed' }, 0);
    this.#crashes.inc({ actor: 'connection' }, 0);
    for (const limit of Object.keys(REFUSALS) as LimitName[]) this.#refusals.set(limit, 0);
    this.#addTallies();
    this.#addGauges();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Formats all metrics. If a number of users or sessions is missing, its metric has no sample. */
  format({ online, away, sessions, maxConnections, maxUsers, isReady }: Readings): Promise<string> {
    this.#setGauge('im_ready', isReady ? 1 : 0);
    this.#setGauge('im_connections_max', maxConnections);
    this.#setGauge('im_users_max', maxUsers);
    this.#setGauge('im_sessions', sessions);
    const presence = this.registry.getSingleMetric('im_presence_users') as Gauge<'status'>;
    presence.reset();
    if (online !== undefined) presence.set({ status: 'online' }, online);
    if (away !== undefined) presence.set({ status: 'away' }, away);
    return this.registry.metrics();
  }

  /** Counts an event that the server's tree emitted. */
  recordEvent(event: LifecycleEvent | EventObject): void {
    if (isStoreOutage(event)) {
      if (event.kind === 'write') this.#writable.set(event.isOut ? 0 : 1);
      return;
    }
    const lifecycle = event as LifecycleEvent;
    switch (lifecycle.type) {
      case 'child.started':
        if (lifecycle.dynamic) return;
        // Begin with 0, so that Prometheus sees the first restart or crash as an increase.
        this.#restarts.inc({ actor: lifecycle.id }, 0);
        return this.#crashes.inc({ actor: lifecycle.id }, 0);
      case 'child.restarting':
        return this.#restarts.inc({ actor: lifecycle.id });
      case 'child.ended':
        if (lifecycle.reason.kind !== 'crashed') return;
        return this.#crashes.inc({ actor: lifecycle.dynamic ? 'connection' : lifecycle.id });
      case 'message.refused':
        return this.#refusedMessages.inc({ reason: lifecycle.reason }, lifecycle.count);
    }
  }

  recordConnection(step: 1 | -1): void {
    this.#connections += step;
  }

  recordRequest(kind: RequestKind, reply: RequestReply, ms: number): void {
    this.#requests.add(kind, reply);
    if (reply !== 'none') this.#requestSeconds.observe({ op: kind }, ms / MS_PER_SECOND);
  }

  recordDatagram(kind: DatagramKind, isSealed: boolean, outcome: DatagramOutcome): void {
    (isSealed ? this.#sealed : this.#clear).add(kind, outcome);
  }

  recordRefusal(limit: LimitName): void {
    this.#refusals.set(limit, (this.#refusals.get(limit) ?? 0) + 1);
  }

  recordCommit(changes: number, isDone: boolean, ms: number): void {
    if (!isDone) return this.#failedCommits.inc();
    this.#commitSeconds.observe(ms / MS_PER_SECOND);
    this.#commitChanges.observe(changes);
  }

  setUsers(count: number, reserved: number): void {
    this.#users = count;
    this.#reservedIds = reserved;
  }

  setQueuedChanges(count: number): void {
    this.#queuedChanges = count;
  }

  #setGauge(name: string, value: number | undefined): void {
    const gauge = this.registry.getSingleMetric(name) as Gauge;
    if (value === undefined) gauge.remove();
    else gauge.set(value);
  }

  /** Adds the counters whose numbers are copied to prom-client when the metrics are read. */
  #addTallies(): void {
    const registers = [this.registry];
    const requests = this.#requests;
    const refusals = this.#refusals;
    const datagrams = { no: this.#clear, yes: this.#sealed };
    new Counter({
      name: 'im_requests_total',
      help:
        'Requests over TCP by operation and reply. ' +
        'The reply none counts connections that closed without a reply.',
      labelNames: ['op', 'reply'],
      registers,
      collect() {
        this.reset();
        for (const [op, reply, count] of requests.entries()) this.inc({ op, reply }, count);
      },
    });
    new Counter({
      name: 'im_datagrams_total',
      help: 'Datagrams by operation, by whether they were sealed, and by outcome.',
      labelNames: ['op', 'sealed', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [sealed, tally] of Object.entries(datagrams))
          for (const [op, outcome, count] of tally.entries()) this.inc({ op, sealed, outcome }, count);
      },
    });
    new Counter({
      name: 'im_refusals_total',
      help: 'Requests, connections and datagrams that a limit refused, and what the server answered.',
      labelNames: ['limit', 'answer'],
      registers,
      collect() {
        this.reset();
        for (const [limit, count] of refusals) this.inc({ limit, answer: REFUSALS[limit] }, count);
      },
    });
  }

  #addGauges(): void {
    const gauges: readonly (readonly [name: string, help: string, read?: () => number])[] = [
      ['im_ready', '1 if the server can serve clients, 0 otherwise. /readyz says why.'],
      ['im_connections', 'Open TCP connections of clients.', () => this.#connections],
      ['im_connections_max', 'Maximum number of TCP connections at once.'],
      ['im_users', 'Registered users.', () => this.#users],
      ['im_reserved_ids', 'Ids of deleted users that are still reserved.', () => this.#reservedIds],
      ['im_users_max', 'Maximum number of users and reserved ids together.'],
      ['im_sessions', 'Open sessions of clients with keys.'],
      ['im_store_queued_changes', 'Changes that wait for the next group.', () => this.#queuedChanges],
    ];
    for (const [name, help, read] of gauges) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers: [this.registry],
        ...(read && { collect: () => gauge.set(read()) }),
      });
    }
    new Gauge({
      name: 'im_presence_users',
      help: 'Users who are online or away.',
      labelNames: ['status'],
      registers: [this.registry],
    });
  }
}
