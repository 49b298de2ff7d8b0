import { formatAgo, formatDay, formatTime } from '../format/date.ts';

/** A usage day (UTC). */
export function Day({ day }: { readonly day: string }) {
  return (
    <time className="day" dateTime={day} title={`${day} (UTC)`}>
      {formatDay(day)}
    </time>
  );
}

/** A moment in UTC; its title is the moment to the microsecond. */
export function Time({ time }: { readonly time: string }) {
  return (
    <time className="day" dateTime={time} title={time}>
      {formatTime(time)}
    </time>
  );
}

/** How long ago a moment was; its title is the moment. */
export function Ago({ time }: { readonly time: string }) {
  return (
    <time className="nowrap" dateTime={time} title={formatTime(time)}>
      {formatAgo(time)}
    </time>
  );
}
