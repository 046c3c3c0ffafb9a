/**
 * Answers what a supervisor with a list of children is asked, and changes its childList accordingly.
 */

import type { AnyActorRef } from 'xstate';
import {
  type AdministrationEvent,
  answer,
  type ChildInfo,
  type ChildStart,
  countOf,
  type Reply,
  refuse,
  type Started,
} from './administration.js';
import type { Child } from './child.js';
import type { ChildList } from './child-list.js';
import type { ChildSpec } from './child-spec.js';

/** What the administrator needs of its supervisor. */
export interface Administered {
  readonly self: AnyActorRef;
  readonly childList: ChildList;
  isEnding(): boolean;
  /** @throws TypeError or Error, when the spec cannot be taken. */
  adopt(spec: ChildSpec): Child;
  stopLater(children: readonly Child[]): void;
  forget(child: Child): void;
}

export class Administrator {
  readonly #of: Administered;

  constructor(administered: Administered) {
    this.#of = administered;
  }

  receive(event: AdministrationEvent | ChildStart<unknown>): void {
    const { self } = this.#of;
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
        return answer(self, [event.reply], this.#list());
      case 'children.count':
        return answer(self, [event.reply], countOf(this.#list()));
      case 'child.start':
        if (event.reply !== undefined) refuse(self, event.reply, 'not_dynamic');
    }
  }

  #add(spec: ChildSpec, reply: Reply<Started>): void {
    const { childList, self } = this.#of;
    if (this.#of.isEnding()) return refuse(self, reply, 'shutting_down');
    const present = childList.find(spec?.id);
    if (present !== undefined) {
      return refuse(self, reply, childList.isDown(present) ? 'already_present' : 'already_started');
    }
    try {
      this.#of.adopt(spec).onUp = [reply];
    } catch (error) {
      refuse(self, reply, 'invalid_spec', error);
    }
  }

  #terminate(id: string | AnyActorRef, reply: Reply): void {
    const { childList, self } = this.#of;
    const child = childList.find(id);
    if (child === undefined) return refuse(self, reply, 'not_found');
    childList.dropStart(child);
    // Should it be started with its group one day, that is no first start any more.
    child.purpose = 'restart';
    child.answerUp({ ok: false, code: 'shutting_down' });
    if (child.state === 'down') {
      if (child.spec.restart === 'temporary') this.#of.forget(child);
      return answer(self, [reply], { ok: true });
    }
    child.onDown = [...child.onDown, reply];
    this.#of.stopLater([child]);
  }

  #restart(id: string, reply: Reply<Started>): void {
    const child = this.#findDown(id, reply);
    if (child === undefined) return;
    if (this.#of.isEnding()) return refuse(this.#of.self, reply, 'shutting_down');
    child.purpose = 'asked';
    child.onUp = [reply];
    this.#of.childList.startLater(child);
  }

  #delete(id: string, reply: Reply): void {
    const child = this.#findDown(id, reply);
    if (child === undefined) return;
    this.#of.forget(child);
    answer(this.#of.self, [reply], { ok: true });
  }

  /** Finds a child that is down; otherwise says why not. */
  #findDown(id: string, reply: Reply<never>): Child | undefined {
    const { childList, self } = this.#of;
    const child = childList.find(id);
    if (child !== undefined && childList.isDown(child)) return child;
    const code = child === undefined ? 'not_found' : childList.isRestarting(child) ? 'restarting' : 'running';
    refuse(self, reply, code);
    return undefined;
  }

  #list(): ChildInfo[] {
    const { childList } = this.#of;
    return Array.from(childList.children, (child) => {
      const { actor, spec, state } = child;
      const current = state === 'down' ? undefined : actor;
      return { id: spec.id, actor: childList.isRestarting(child) ? 'restarting' : current, type: spec.type };
    });
  }
}
