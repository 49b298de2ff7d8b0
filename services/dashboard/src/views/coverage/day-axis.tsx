/** The days below the hours of a month. */
export function DayAxis({ dayCount }: { readonly dayCount: number }) {
  return (
    <div className="coverage-days" aria-hidden="true">
      {Array.from({ length: dayCount }, (_, place) => place + 1).map((day) => (
        <span key={day}>{day}</span>
      ))}
    </div>
  );
}
