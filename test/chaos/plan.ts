import { createRandom, type Random } from '../harness/random.ts';
import type { FaultKind, Track } from './faults/fault.ts';

/** One fault of a run. */
export type PlannedFault = {
  readonly track: Track;
  /** Milliseconds since the load began. Later, when what it breaks is being broken by another one. */
  readonly atMs: number;
  readonly fault: string;
  readonly target: string;
  readonly forMs: number;
};

export type PlanOptions = {
  readonly seed: number;
  readonly minutes: number;
  /** SIGKILLs of services, Redis and Postgres; failpoints come on top. */
  readonly kills: number;
};

/** From so many minutes on faults may last as long as they can. */
const LONG_PLAN_MINUTES = 10;

/** Everybody is at work before the first fault comes. */
const FIRST_AT_MS = 1_500;

/** Between two faults of a track; as much again by chance. */
const GAP_MS = 500;

/** Of a hundred kills; the rest meets ingests. Each of these servers takes down everything with it. */
const REDIS_KILL_PERCENT = 8;
const POSTGRES_KILL_PERCENT = 4;
const WORKER_KILL_PERCENT = 55;

/** Plans a run: the same seed and kinds of faults give the same plan. Every kind comes once before any comes again. */
export function planFaults(
  kinds: readonly FaultKind[],
  { seed, minutes, kills }: PlanOptions,
): readonly PlannedFault[] {
  const random = createRandom(seed);
  const untilMs = minutes * 60_000;
  const tracks = new Set(kinds.map(({ track }) => track));
  tracks.delete('kills');
  const planned = [...tracks].flatMap((track) =>
    planTrack(
      kinds.filter((kind) => kind.track === track),
      random,
      minutes,
    ),
  );
  const deadly = kinds.filter(({ track }) => track === 'kills');
  const killsPlanned = Array.from({ length: deadly.length === 0 ? 0 : kills }, () =>
    plan(pickDeadly(deadly, random), random, FIRST_AT_MS + random.int(untilMs - FIRST_AT_MS), minutes, random.int(64)),
  );
  return [...planned, ...killsPlanned].sort((a, b) => a.atMs - b.atMs);
}

function planTrack(kinds: readonly FaultKind[], random: Random, minutes: number): PlannedFault[] {
  const planned: PlannedFault[] = [];
  // Targets in turn and not by chance, so that a short plan meets all of them.
  let turn = random.int(64);
  for (let atMs = FIRST_AT_MS; ; ) {
    for (const kind of random.shuffle(kinds)) {
      if (atMs > minutes * 60_000) return planned;
      const next = plan(kind, random, atMs, minutes, turn++);
      planned.push(next);
      atMs += next.forMs + GAP_MS + random.int(GAP_MS);
    }
  }
}

function plan(kind: FaultKind, random: Random, atMs: number, minutes: number, turn: number): PlannedFault {
  const [short, longest] = kind.forMs;
  const forMs = minutes < LONG_PLAN_MINUTES ? short : short + random.int(longest - short + 1);
  const target = kind.targets[turn % kind.targets.length] ?? '';
  return { track: kind.track, atMs, fault: kind.name, target, forMs };
}

function pickDeadly(kinds: readonly FaultKind[], random: Random): FaultKind {
  const ofName = (start: string): FaultKind => kinds.find(({ name }) => name.startsWith(start)) ?? random.pick(kinds);
  const chance = random.int(100);
  if (chance < REDIS_KILL_PERCENT) return ofName('Redis');
  if (chance < REDIS_KILL_PERCENT + POSTGRES_KILL_PERCENT) return ofName('Postgres');
  return chance < REDIS_KILL_PERCENT + POSTGRES_KILL_PERCENT + WORKER_KILL_PERCENT
    ? ofName('worker')
    : ofName('ingest');
}

/** A line for a person. */
export function describeFault({ atMs, fault, target, forMs }: PlannedFault): string {
  const at = (atMs / 1_000).toFixed(1).padStart(7);
  const length = forMs === 0 ? '' : `, for ${(forMs / 1_000).toFixed(1)} s`;
  return `${at} s  ${fault}: ${target}${length}`;
}
