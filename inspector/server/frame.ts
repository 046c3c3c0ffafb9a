/**
 * What an inspector's page is sent: first a {@link Hello}, then {@link Frame}s. Types only; the page imports
 * them too.
 *
 * An actor is known by its path in the tree, such as `server/tcp/listener`, which is the same after a
 * restart. The many children of a dynamic supervisor have one path together, such as
 * `server/tcp/connections/connection`; a single one is told by its `member`.
 */

/** The first thing on a stream. */
export interface Hello {
  readonly program: string;
  readonly pid: number;
  /** Since the epoch, in milliseconds. */
  readonly startedAt: number;
  /** True when texts, addresses and ids of users are shown. */
  readonly showsContent: boolean;
  /** LifecycleLog of actors before there was a stream, the oldest first. */
  readonly lives: readonly Life[];
}

/** What happened since the frame before. Of much that is alike only some is told, and the rest counted. */
export interface Frame {
  /** Since the epoch, in milliseconds. */
  readonly at: number;
  /** All actors, parents before their children; absent when they are as in the frame before. */
  readonly actors?: readonly ActorView[];
  readonly messages: readonly Message[];
  readonly transitions: readonly Transition[];
  readonly lives: readonly Life[];
  /** How many messages and lives happened that are not told. */
  readonly untold: number;
}

export type ActorKind = 'supervisor' | 'behaviour' | 'machine' | 'group';

export type ActorStatus =
  | 'starting'
  | 'up'
  | 'restarting'
  | 'failed'
  | 'done'
  | 'crashed'
  | 'shut_down'
  | 'killed';

export interface ActorView {
  readonly path: string;
  /** The path of whoever started it. */
  readonly parent?: string;
  /** The last part of its path. */
  readonly name: string;
  readonly kind: ActorKind;
  readonly status: ActorStatus;
  /** The id of the statechart that it runs, if it runs one. */
  readonly machine?: string;
  /** The state of that chart: names joined by dots. */
  readonly state?: string;
  readonly restarts: number;
  /** Messages that it, or all of a group, received while somebody looked. */
  readonly received: number;
  readonly group?: GroupView;
}

/** Many short-lived actors. */
export interface GroupView {
  readonly live: number;
  readonly started: number;
  readonly crashed: number;
  /** How many are in each state of their chart. */
  readonly states: Readonly<Record<string, number>>;
  /** Those that have lived for a while; absent when there are many. */
  readonly members?: readonly { readonly member: string; readonly state?: string }[];
}

export interface Message {
  readonly at: number;
  /** The sender's path; without it, a timer or somebody outside of the tree. */
  readonly from?: string;
  readonly fromMember?: string;
  readonly to: string;
  readonly toMember?: string;
  readonly type: string;
  /** Its other fields, as far as they are to be shown. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Transitions that are alike, since the frame before. */
export interface Transition {
  readonly path: string;
  /** The last one that took it. */
  readonly member?: string;
  /**
   * The arrow in the drawing: `machine.from>machine.to`; of a transition that leads nowhere, the state alone.
   */
  readonly arrow: string;
  readonly event: string;
  readonly count: number;
}

export interface Life {
  readonly at: number;
  readonly path: string;
  readonly member?: string;
  readonly what:
    | 'started'
    | 'ended'
    | 'failed to start'
    | 'restarting'
    | 'gave up'
    | 'shutting down'
    | 'messages refused'
    | 'observer failed';
  /** Why, in a word or two: how it ended, which restart it is, how many messages of which type. */
  readonly why?: string;
  readonly error?: string;
}
