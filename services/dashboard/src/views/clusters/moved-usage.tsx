import { formatCount, meterName } from '../../format/quantity.ts';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import type { ProjectChange } from './cluster-schemas.ts';
import { Period } from './period.tsx';

/** What a change of a project makes of it, and which counted usage moves. */
export function MovedUsage({ project, eventCount, moved }: ProjectChange) {
  return (
    <>
      <p>
        <code>{project.namespace}</code> of {project.userId}: <Period {...project} />.{' '}
        {eventCount === 0
          ? 'No counted usage moves.'
          : `${formatCount(eventCount)} counted ${eventCount === 1 ? 'event moves' : 'events move'}:`}
      </p>
      {moved.length === 0 ? null : (
        <ul>
          {moved.map(({ accountOwnerId, meter, quantity, cost }) => (
            <li key={`${accountOwnerId} ${meter}`}>
              {accountOwnerId}: {meterName(meter)} <Quantity quantity={quantity} meter={meter} hasUnit />,{' '}
              <Money amount={cost} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
