import './pipeline-health.css';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import type { Pipeline } from '../../api/schemas.ts';
import { usePipeline } from '../../api/use-pipeline.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { Ago } from '../../parts/day.tsx';
import { type Health, HealthBadge } from '../../parts/health-badge.tsx';
import { type Finding, judgePipeline, worstOf } from './judge-pipeline.ts';

const OVERALL: Readonly<Record<Health, string>> = {
  good: 'All is well',
  watch: 'Needs attention',
  bad: 'Something is wrong',
  unknown: 'Partly unknown',
};

/** Whether the numbers above can be trusted. */
export function PipelineHealth() {
  const pipeline = usePipeline();
  return (
    <section className="card" aria-labelledby="pipeline-health">
      <Answer of={pipeline} label="Loading the pipeline's status" lines={6}>
        {(data) => <Findings pipeline={data} readAt={pipeline.dataUpdatedAt} />}
      </Answer>
    </section>
  );
}

function Findings({ pipeline, readAt }: { readonly pipeline: Pipeline; readonly readAt: number }) {
  const findings = judgePipeline(pipeline, readAt);
  const worst = worstOf(findings);
  return (
    <div>
      <div className="card-head">
        <h2 id="pipeline-health">Can the numbers be trusted?</h2>
        <HealthBadge health={worst}>{OVERALL[worst]}</HealthBadge>
      </div>
      <ul className="findings">
        {findings.map((finding) => (
          <FindingItem key={finding.key} finding={finding} />
        ))}
      </ul>
      <p className="findings-counts quiet">
        {formatCount(pipeline.events)} events recorded: {formatCount(pipeline.counted)} counted,{' '}
        {formatCount(pipeline.duplicates)} copies, {formatCount(pipeline.parked)} parked.
      </p>
      <p className="findings-more quiet">
        Moving in? <Link href={addresses.comparison()}>Compare a month with the application in use today</Link>.
      </p>
    </div>
  );
}

function FindingItem({ finding: { key, name, health, word, text, time } }: { readonly finding: Finding }) {
  return (
    <li className="finding">
      <h3>{key === 'parked' ? <Link href={addresses.parked()}>{name}</Link> : name}</h3>
      <HealthBadge health={health}>{word}</HealthBadge>
      <p className="finding-text quiet">
        {text}
        {time === undefined ? null : (
          <>
            {' '}
            {time.label} <Ago time={time.at} />.
          </>
        )}
      </p>
    </li>
  );
}
