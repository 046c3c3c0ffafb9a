/**
 * The supervision tree: one row per actor and per group, and rows for the members of small groups.
 */

import { useEffect, useRef } from 'preact/hooks';
import type { GroupView } from '../server/frame.js';
import { KindIcon, StatusIcon } from './icons.js';
import type { Selection } from './selection.js';
import { count, words } from './text.js';
import { isSelected, type Row, rowByKey, selectionOf } from './tree-rows.js';

export interface TreeProps {
  readonly rows: readonly Row[];
  readonly selection: Selection | undefined;
  readonly picked: ReadonlySet<string>;
  readonly onSelect: (selection: Selection) => void;
  readonly onPick: (path: string) => void;
}

export function Tree({ rows, selection, picked, onSelect, onPick }: TreeProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rowByKey(event.key, rows, selection);
    if (row === undefined) return;
    event.preventDefault();
    onSelect(selectionOf(row));
  };
  // If the focus is in the tree, it follows the selection.
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('[aria-selected=true]');
    chosen?.scrollIntoView({ block: 'nearest' });
    if (list.current?.contains(document.activeElement)) chosen?.focus();
  }, [selection?.path, selection?.member]);
  if (rows.length === 0) return <p class="nothing">No actor matches.</p>;
  const hasSelected = rows.some((row) => isSelected(row, selection));
  return (
    <div id="tree" role="tree" aria-label="Actors" ref={list} onKeyDown={onKeyDown}>
      {rows.map((row, index) => {
        const chosen = isSelected(row, selection);
        const props = {
          role: 'treeitem' as const,
          'aria-level': row.level,
          'aria-selected': chosen,
          tabIndex: chosen || (!hasSelected && index === 0) ? 0 : -1,
          class: `row level-${Math.min(row.level, 8)}`,
          onClick: () => onSelect(selectionOf(row)),
        };
        const { path } = row.actor;
        if (row.member !== undefined)
          return <MemberRow key={`${path} ${row.member.member}`} row={row.member} {...props} />;
        return (
          <ActorRow key={path} row={row} isPicked={picked.has(path)} onPick={() => onPick(path)} {...props} />
        );
      })}
    </div>
  );
}

type RowProps = {
  readonly role: 'treeitem';
  readonly tabIndex: number;
  readonly class: string;
  readonly onClick: () => void;
  readonly 'aria-level': number;
  readonly 'aria-selected': boolean;
};

interface ActorRowProps extends RowProps {
  readonly row: Row;
  readonly isPicked: boolean;
  readonly onPick: () => void;
}

function ActorRow({ row, isPicked, onPick, ...props }: ActorRowProps) {
  const { path, name, kind, status, state, restarts, received, group } = row.actor;
  return (
    <div
      {...props}
      data-path={path}
      data-status={status}
      data-state={state}
      data-restarts={restarts}
      data-live={group?.live}
      data-started={group?.started}
    >
      <span class="line">
        {group === undefined ? <StatusIcon status={status} /> : <span class="icon" />}
        <KindIcon kind={kind} />
        <span class="name">{name}</span>
        {state !== undefined && (
          <span class="state-chip" title={state}>
            {state}
          </span>
        )}
        {group === undefined && status !== 'up' && (
          <span class={`status-word ${status}`}>{words(status)}</span>
        )}
        <span class="space" />
        {restarts > 0 && (
          <span class="restarts" title={`restarted ${count(restarts)} times`}>
            ↻ {count(restarts)}
          </span>
        )}
        <span class="received" title={`${count(received)} messages received`}>
          {count(received)}
        </span>
        <input
          type="checkbox"
          class="pick"
          checked={isPicked}
          tabIndex={props.tabIndex}
          title="show in the message sequence"
          aria-label={`show ${name} in the message sequence`}
          onClick={(event) => {
            event.stopPropagation();
            onPick();
          }}
        />
      </span>
      {group !== undefined && <GroupSummary group={group} />}
    </div>
  );
}

function GroupSummary({ group: { live, started, crashed, states } }: { readonly group: GroupView }) {
  return (
    <span class="summary">
      <span class="counts">
        <span>× {count(live)} live</span>
        <span>{count(started)} started</span>
        {crashed > 0 && <b class="crashed">{count(crashed)} crashed</b>}
      </span>
      {Object.entries(states).map(([state, number]) => (
        <span class="state-count" key={state}>
          {state} <b>{count(number)}</b>
        </span>
      ))}
    </span>
  );
}

interface MemberRowProps extends RowProps {
  readonly row: NonNullable<GroupView['members']>[number];
}

function MemberRow({ row: { member, state }, ...props }: MemberRowProps) {
  return (
    <div {...props} data-member={member} data-state={state}>
      <span class="line">
        <span class="icon" />
        <span class="member-mark" />
        <span class="name member">{member}</span>
        {state !== undefined && <span class="state-chip">{state}</span>}
      </span>
    </div>
  );
}
