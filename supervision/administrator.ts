/**
 * Answers the administration requests to a supervisor with a list of children, and changes that list.
 */

import type { AnyActorRef } from 'xstate';
import {
  type AdministrationEvent,
  type ChildInfo,
  type ChildStart,
  countOf,
  type Reply,
  refuse,
  type Started,
  sendAnswer,
} from './administration.js';
import type { Child } from './child.js';
import type { ChildList } from './child-list.js';
import type { ChildSpec } from './child-spec.js';

/** What the administrator needs from its supervisor. */
export interface Administered {
  readonly self: AnyActorRef;
  readonly childList: ChildList;
  isEnding(): boolean;
  /** @throws TypeError when the spec has a bad value; Error when its address is taken. */
  adopt(spec: ChildSpec): Child;
  stopLater(children: readonly Child[]): void;
  forget(child: Child): void;
}

export class Administrator {
  readonly #supervisor: Administered;

  constructor(administered: Administered) {
    this.#supervisor = administered;
  }

  receive(event: AdministrationEvent | ChildStart<unknown>): void {
    const { self } = this.#supervisor;
    switch (event.type) {
      case 'child.add':
        return this.#add(event.spec, event.reply);
      case 'child.terminate':
        return this.#terminate(event.child, event.reply);
      case 'child.restart':
        return this.#restart(event.id, event.reply);
      case 'child.delete':
        return this.#delete(event.id, event.reply);
      case 'children.list':
        return sendAnswer(self, [event.reply], this.#list());
      case 'children.count':
        return sendAnswer(self, [event.reply], countOf(this.#list()));
      case 'child.start':
        if (event.reply !== undefined) refuse(self, event.reply, 'not_dynamic');
    }
  }

  #add(spec: ChildSpec, reply: Reply<Started>): void {
    const { childList, self } = this.#supervisor;
    if (this.#supervisor.isEnding()) return refuse(self, reply, 'shutting_down');
    const present = childList.find(spec?.id);
    if (present !== undefined) {
      return refuse(self, reply, childList.isDown(present) ? 'already_present' : 'already_started');
    }
    try {
      this.#supervisor.adopt(spec).onUp = [reply];
    } catch (error) {
      refuse(self, reply, 'invalid_spec', error);
    }
  }

  #terminate(id: string | AnyActorRef, reply: Reply): void {
    const { childList, self } = this.#supervisor;
    const child = childList.find(id);
    if (child === undefined) return refuse(self, reply, 'not_found');
    childList.dropStart(child);
    // The child may be started later together with its group. That start is then not its first start.
    child.purpose = 'restart';
    child.replyToStarts({ ok: false, code: 'shutting_down' });
    if (child.state === 'down') {
      if (child.spec.restart === 'temporary') this.#supervisor.forget(child);
      return sendAnswer(self, [reply], { ok: true });
    }
    child.onDown = [...child.onDown, reply];
    this.#supervisor.stopLater([child]);
  }

  #restart(id: string, reply: Reply<Started>): void {
    const child = this.#findDown(id, reply);
    if (child === undefined) return;
    if (this.#supervisor.isEnding()) return refuse(this.#supervisor.self, reply, 'shutting_down');
    child.purpose = 'asked';
    child.onUp = [reply];
    this.#supervisor.childList.startLater(child);
  }

  #delete(id: string, reply: Reply): void {
    const child = this.#findDown(id, reply);
    if (child === undefined) return;
    this.#supervisor.forget(child);
    sendAnswer(this.#supervisor.self, [reply], { ok: true });
  }

  /** Finds a child that is down; otherwise refuses the request. */
  #findDown(id: string, reply: Reply<never>): Child | undefined {
    const { childList, self } = this.#supervisor;
    const child = childList.find(id);
    if (child !== undefined && childList.isDown(child)) return child;
    const code = child === undefined ? 'not_found' : childList.isRestarting(child) ? 'restarting' : 'running';
    refuse(self, reply, code);
    return undefined;
  }

  #list(): ChildInfo[] {
    const { childList } = this.#supervisor;
    return Array.from(childList.children, (child) => {
      const { actor, spec, state } = child;
      const current = state === 'down' ? undefined : actor;
      return { id: spec.id, actor: childList.isRestarting(child) ? 'restarting' : current, type: spec.type };
    });
  }
}
