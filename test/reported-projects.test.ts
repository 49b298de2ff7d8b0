import { createEventMaker } from '@hopsmeter/client';
import { NO_PROJECTS, planReports } from '@hopsmeter/sources';
import { expect, it } from 'vitest';
import { findSpans, type ProjectReport } from '../packages/db/src/project-reports/project-spans.ts';
import { createRandom, type Random } from './harness/random.ts';

const HOUR_MIN = 60;
const MINUTES = 24 * HOUR_MIN;
const MIDNIGHT = Date.UTC(2026, 10, 22);

/** A project that has the namespace for a time; owners from the minute in which they got it. */
type Life = {
  readonly id: number;
  readonly from: number;
  to: number;
  readonly owners: [minute: number, owner: string][];
};

const between = (random: Random, least: number, most: number) => least + random.int(most - least + 1);

const timeOf = (minute: number) => new Date(MIDNIGHT + minute * 60_000).toISOString().replace('.000', '');

/** The form in which the directory compares moments. */
const instant = (time: string) => new Date(time).toISOString().replace('Z', '000Z');

/** A day of a namespace that is deleted and created again, and sold, at any time. */
function live(random: Random): readonly Life[] {
  const lives: Life[] = [];
  for (let minute = between(random, 0, 300); minute < MINUTES; ) {
    const from = minute;
    const to = from + between(random, 90, 500);
    const owners: [number, string][] = [[from, random.pick(['ada', 'grace', 'eve'])]];
    for (let at = from + between(random, 60, 400); at < to; at += between(random, 60, 400))
      owners.push([at, random.pick(['ada', 'grace', 'eve'])]);
    lives.push({ id: 100 + lives.length, from, to, owners });
    minute = to + between(random, 1, 200);
  }
  return lives;
}

const ownerAt = ({ owners }: Life, minute: number) => owners.findLast(([since]) => since <= minute)?.[1] ?? '';

/** What the collector reports when it looks every few minutes, fails at times, and may lose what it remembers. */
function collect(lives: readonly Life[], random: Random): readonly ProjectReport[] {
  const maker = createEventMaker('c1', '/collector/projects');
  const reports: ProjectReport[] = [];
  const contents = new Map<string, string>();
  let known = NO_PROJECTS;
  for (let minute = 0; minute < MINUTES + 2 * HOUR_MIN; minute += between(random, 1, 15)) {
    if (random.chance(10)) continue;
    const present = lives.filter(({ from, to }) => from <= minute && minute < to);
    const listed = present.map((life) => ({
      id: life.id,
      name: 'p',
      namespace: 'p',
      owner: ownerAt(life, minute),
      createdAt: timeOf(life.from),
    }));
    const unlisted = new Map(known.projects.map(({ id }) => [id, { kind: 'gone' } as const]));
    for (const { id } of listed) unlisted.delete(id);
    const plan = planReports(known, { listed, unlisted, hour: timeOf(minute - (minute % HOUR_MIN)) }, maker);
    known = plan.known;
    for (const { id, time = '', data } of plan.events) {
      expect(contents.get(id) ?? JSON.stringify(data)).toBe(JSON.stringify(data));
      contents.set(id, JSON.stringify(data));
      reports.push({
        eventKey: id,
        projectNumber: String(data.projectId),
        userId: data.owner,
        reportedAt: instant(time),
        createdAt: instant(data.createdAt),
        endedAt: data.endedAt === undefined ? null : instant(data.endedAt),
      });
    }
  }
  return reports;
}

it('tells the directory whose a namespace was in every hour, though it is deleted, made again and sold', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const random = createRandom(seed);
    const lives = live(random);
    const spans = findSpans(random.shuffle([...collect(lives, random)]));
    for (const [place, life] of lives.entries()) {
      const span = spans.find(({ projectNumber }) => projectNumber === String(life.id));
      if (span === undefined) throw new Error(`seed ${seed}: project ${life.id} was never reported`);
      const where = `seed ${seed}, project ${life.id}`;
      // From its creation on, and until its end at least: its first and its last hour are billed.
      expect(span.startedAt, where).toBe(instant(timeOf(life.from)));
      const end = instant(timeOf(life.to));
      expect(span.endedAt === null || span.endedAt >= end, where).toBe(true);
      for (
        let hour = HOUR_MIN * Math.ceil(life.from / HOUR_MIN + 1);
        hour + HOUR_MIN <= Math.min(life.to, MINUTES);
        hour += HOUR_MIN
      ) {
        const owner = ownerAt(life, hour + HOUR_MIN - 1);
        const isSteady = life.owners.every(([since]) => since < hour - HOUR_MIN || since >= hour + HOUR_MIN);
        const at = instant(timeOf(hour));
        const said = span.periods.find(
          ({ startedAt, endedAt }) => startedAt <= at && (endedAt === null || endedAt > at),
        );
        if (isSteady) expect(said?.userId, `${where}, ${at}`).toBe(owner);
      }
      // Not much longer, and not into the time of the next one.
      const next = lives[place + 1];
      const latest = Math.min(next?.from ?? Number.POSITIVE_INFINITY, life.to + 2 * HOUR_MIN);
      if (life.to < MINUTES) expect((span.endedAt ?? '9') <= instant(timeOf(latest)), where).toBe(true);
    }
  }
});
