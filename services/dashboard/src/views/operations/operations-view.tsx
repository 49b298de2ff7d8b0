import './operations.css';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { usePipeline } from '../../api/use-pipeline.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { FindingList } from './finding-list.tsx';
import { judgeOperations, judgeRecording, worstOfAll } from './judge-operations.ts';
import { operationsSchema } from './operations-schema.ts';
import { Services } from './services.tsx';

/** Whoever watches a repair wants to see it soon. */
const REFETCH_MS = 5_000;

/** How everything is, and what to do about what is not well. */
export function OperationsView() {
  const pipeline = usePipeline({ refetchMs: REFETCH_MS });
  const operations = useApi('/v1/operations', {}, operationsSchema, { refetchMs: REFETCH_MS });
  return (
    <>
      <PageTitle title="Health" />
      <Answer of={pipeline} label="Loading how recording is" lines={10}>
        {(data) => {
          const findings = judgeRecording(data, pipeline.dataUpdatedAt);
          return (
            <>
              <Services pipeline={data} readAt={pipeline.dataUpdatedAt} />
              <section className="card" aria-labelledby="recording">
                <div className="card-head">
                  <h2 id="recording">Recording</h2>
                  <HealthBadge health={worstOfAll(findings)} />
                </div>
                <FindingList findings={findings} />
                <p className="operations-counts quiet">
                  {formatCount(data.events)} events recorded: {formatCount(data.counted)} counted,{' '}
                  {formatCount(data.duplicates)} copies, {formatCount(data.parked)} parked.
                </p>
              </section>
            </>
          );
        }}
      </Answer>
      <Answer of={operations} label="Loading what is under way" lines={8}>
        {(data) => {
          const findings = judgeOperations(data, operations.dataUpdatedAt);
          return (
            <section className="card" aria-labelledby="under-way">
              <div className="card-head">
                <h2 id="under-way">Under way</h2>
                <HealthBadge health={worstOfAll(findings)} />
              </div>
              <FindingList findings={findings} />
            </section>
          );
        }}
      </Answer>
      <p className="quiet">
        Who changed what stands in the <Link href={addresses.auditLog()}>audit log</Link>.
      </p>
    </>
  );
}
