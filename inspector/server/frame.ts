/**
 * The inspector's stream: one {@link Hello}, then {@link Frame}s. The server and the page share these types.
 *
 * An actor is identified by its path in the tree, such as `im-server/tcp/listener`. The path stays the same
 * after a restart. All children of a dynamic supervisor form a group, and share one path, such as
 * `im-server/tcp/connections/connection`. `member` identifies a single child.
 */

/** The first event on a stream. */
export interface Hello {
  readonly program: string;
  readonly pid: number;
  /** Since the epoch, in milliseconds. */
  readonly startedAt: number;
  /** True if message texts, user ids and addresses are shown. */
  readonly showsContent: boolean;
  /** The lifecycle log up to now, the oldest entry first. */
  readonly lives: readonly LifecycleEntry[];
}

/** What happened since the previous frame. If there was too much, the frame omits some of it. */
export interface Frame {
  /** Since the epoch, in milliseconds. */
  readonly at: number;
  /** All actors, parents before their children; absent if no actor has changed since the previous frame. */
  readonly actors?: readonly ActorView[];
  readonly messages: readonly Message[];
  readonly transitions: readonly Transition[];
  /** New entries of the lifecycle log. */
  readonly lives: readonly LifecycleEntry[];
  /** Number of messages and log entries that this frame omits. */
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
  /** The path of the actor that started this actor. */
  readonly parent?: string;
  /** The last part of the path. */
  readonly name: string;
  readonly kind: ActorKind;
  readonly status: ActorStatus;
  /** The id of the statechart that the actor runs; absent if it runs no statechart. */
  readonly machine?: string;
  /** The state of the actor: names joined by dots, parallel states separated by spaces. */
  readonly state?: string;
  readonly restarts: number;
  /** How many messages this actor, or the whole group, received while a browser was connected. */
  readonly received: number;
  readonly group?: GroupView;
}

/** The children of a dynamic supervisor, counted. */
export interface GroupView {
  readonly live: number;
  readonly started: number;
  readonly crashed: number;
  /** Number of members in each state of their chart. */
  readonly states: Readonly<Record<string, number>>;
  /** Members that have run for a while; absent if there are too many members. */
  readonly members?: readonly { readonly member: string; readonly state?: string }[];
}

export interface Message {
  readonly at: number;
  /** The sender's path; absent if a timer or code outside of the tree sent the message. */
  readonly from?: string;
  readonly fromMember?: string;
  readonly to: string;
  readonly toMember?: string;
  readonly type: string;
  /** The event's other fields, as far as they may be shown. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Equal transitions of one actor, or of all members of one group, since the previous frame. */
export interface Transition {
  readonly path: string;
  /** The last member that took the transition. */
  readonly member?: string;
  /**
   * The arrow in the drawing: `machine.from>machine.to`. For a transition without a target, only the source
   * state: `machine.from`.
   */
  readonly arrow: string;
  readonly event: string;
  readonly count: number;
}

export interface LifecycleEntry {
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
  /** Details, such as how the actor ended, the number of the restart, or the type of a refused message. */
  readonly why?: string;
  readonly error?: string;
}
