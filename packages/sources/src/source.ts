import type { UsageEvent, Window } from '@hopsmeter/client';

/** What of a cluster is measured; also the end of the source path of its events, `/collector/<name>`. */
export type SourceName = 'compute' | 'online-storage' | 'offline-storage' | 'egress' | 'projects';

/** A row that is not billed until a person has looked at it. */
export type QuarantinedRow = {
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
  /** Where that can be told. */
  readonly namespace?: string;
};

/** A row that is nobody's usage. */
export type IgnoredRow = { readonly name: string; readonly reason: string };

/** What a person should know of an answer although its events are sent. */
export type Note = {
  readonly reason: /** No namespace is labelled as a project's, so that something else decided which are. */
    | 'no_project_labels'
    /** What answered was away for a part of the window: more may have been used. */
    | 'seen_in_part';
  readonly detail: string;
};

/** All that a source knows of a window: each row of its answer is in one of the three. */
export type CollectedWindow = {
  /** In the order of their ids. The same answer always makes the same events. */
  readonly events: readonly UsageEvent[];
  readonly quarantined: readonly QuarantinedRow[];
  readonly ignored: readonly IgnoredRow[];
  readonly notes?: readonly Note[];
};

/** How far back a source can be asked: what began before is lost. */
export type Reach = {
  /** Start of the oldest hour that it still answers, in milliseconds since the epoch; `undefined`: no end is known. */
  readonly hours: number | undefined;
  /** Start of the oldest whole UTC day that it still answers; `undefined` where it has no days of its own. */
  readonly days: number | undefined;
};

/** What the usage of a cluster is read from. It keeps nothing: whoever asks twice gets the same, or a better answer. */
export type Source = {
  readonly name: SourceName;
  /** `recorded`: it knows the past. `sampled`: it knows what is now, and an hour that is over is lost. */
  readonly kind: 'recorded' | 'sampled';
  /** From when on a window can be collected: after its end, or of a sampled source after its start. */
  readonly delayMs: number;
  /** Only of recorded sources. It may ask. @throws SourceError */
  readonly readReach?: (signal: AbortSignal) => Promise<Reach>;
  /**
   * Reads all usage of a closed hour, of a UTC day where it has days, or of the hour that is now where it is sampled.
   *
   * @throws SourceError
   */
  readonly collect: (window: Window, signal: AbortSignal) => Promise<CollectedWindow>;
  /** Gives connections back. */
  readonly close?: () => Promise<void>;
};
