import type { Pipeline } from '../../api/schemas.ts';
import { Ago } from '../../parts/day.tsx';
import { Figure } from '../../parts/figure.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';

/** Clusters report every hour; nothing for so long says that none posts, or that ingest takes nothing. */
const USAGE_MS_MAX = 2 * 3_600_000;

export type ServicesProps = {
  readonly pipeline: Pipeline;
  /** When it was read, in milliseconds. */
  readonly readAt: number;
};

/** The services, as far as the api can know how they are: by what they did last. */
export function Services({ pipeline: { health, freshness }, readAt }: ServicesProps) {
  const { queue } = health;
  const { receivedAt } = freshness;
  const isWorking = queue?.isCurrent === true;
  const isFed = receivedAt !== null && readAt - Date.parse(receivedAt) < USAGE_MS_MAX;
  return (
    <dl className="cards">
      <Figure name="API and Postgres" note="This page was answered from them just now.">
        <HealthBadge health="good">Answer</HealthBadge>
      </Figure>
      <Figure
        name="Workers"
        note={
          queue === null ? (
            'None has ever reported.'
          ) : (
            <>
              Last report <Ago time={queue.measuredAt} />.
            </>
          )
        }
      >
        <HealthBadge health={isWorking ? 'good' : 'bad'}>{isWorking ? 'Running' : 'Not running'}</HealthBadge>
      </Figure>
      <Figure name="Redis" note={isWorking ? 'Workers read the queue in it.' : 'Only workers can tell.'}>
        <HealthBadge health={isWorking ? 'good' : 'unknown'}>{isWorking ? 'Answers' : 'Not known'}</HealthBadge>
      </Figure>
      <Figure
        name="Ingest"
        note={receivedAt === null ? 'No cluster has posted usage yet.' : <LastUsage at={receivedAt} />}
      >
        <HealthBadge health={isFed ? 'good' : 'unknown'}>{isFed ? 'Receives usage' : 'Nothing new'}</HealthBadge>
      </Figure>
    </dl>
  );
}

function LastUsage({ at }: { readonly at: string }) {
  return (
    <>
      Last usage <Ago time={at} />.
    </>
  );
}
