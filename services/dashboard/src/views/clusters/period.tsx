import { Time } from '../../parts/day.tsx';

/** From when and until when something was so; open ends are said in words. */
export function Period({ startedAt, endedAt }: { readonly startedAt: string | null; readonly endedAt: string | null }) {
  if (startedAt === null && endedAt === null) return <span className="quiet">Always</span>;
  return (
    <>
      {startedAt === null ? 'Always' : <Time time={startedAt} />}
      {' – '}
      {endedAt === null ? <span className="quiet">now</span> : <Time time={endedAt} />}
    </>
  );
}
